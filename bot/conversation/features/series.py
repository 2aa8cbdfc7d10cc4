"""The buttons under a series: change all of it, the same again, all of it as files, try again what failed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from gettext import NullTranslations

from bot.conversation.answering import admit_pressed, alert, numbered, toast
from bot.conversation.asking import ask_for_words
from bot.conversation.extras import is_missing
from bot.conversation.feature import EditButton, EditPressed, Feature, Replies, Under
from bot.conversation.features.file import gone_alert
from bot.conversation.outgoing import Buttons, ChangeText, Delete, Destination, Say, SendFiles
from bot.conversation.recalling import picture_of
from bot.conversation.texts import alerts
from bot.conversation.texts.i18n import N_, translations
from bot.conversation.texts.reasons import reason_sentence
from bot.conversation.texts.series import change_all_question, series_end_text
from bot.conversation.tools import Tools
from bot.core.edits import Edit, Extra
from bot.core.errors import Reason
from bot.core.presets import EDIT
from bot.core.requests import Request
from bot.core.series import fitting
from bot.core.stages import Delivered
from bot.core.wishes import Wish


async def change(pressed: EditPressed) -> Replies:
    """Ask what to change in all results."""
    delivered = await _delivered(pressed)
    pictures = [picture for each in delivered if (picture := picture_of(each)) is not None]
    if not pictures:
        return alert(pressed, alerts.gone(pressed.t))
    wish = Wish(EDIT, picture=pictures[0], others=tuple(pictures[1:]))
    return await ask_for_words(pressed, wish, change_all_question(pressed.t))


async def again(pressed: EditPressed) -> Replies:
    """The same series again, for the person who pressed."""
    series = await pressed.tools.edits.series_of(pressed.edit)
    requests = [each.request for each in series if not each.is_erased]
    return (await admit_pressed(pressed, _again(pressed, requests)))[1]


async def try_again(pressed: EditPressed) -> Replies:
    """What failed, again; the words of the failure make way for the new card."""
    is_begun, told = await _try_again(pressed, await pressed.tools.edits.series_of(pressed.edit))
    message_id = pressed.press.message_id
    return (*told, Delete(pressed.edit.chat_id, message_id)) if is_begun and message_id else told


async def try_rest_again(pressed: EditPressed) -> Replies:
    """The same, where some arrived: the buttons for those stay, and this one is pressed once."""
    series = await pressed.tools.edits.series_of(pressed.edit)
    is_begun, told = await _try_again(pressed, series)
    message_id = pressed.press.message_id
    if not is_begun or message_id is None:
        return told
    t, arrived = translations(pressed.edit.request.language), await _delivered(pressed)
    html = series_end_text(t, series, admins_told=False)
    return (*told, ChangeText(pressed.edit.chat_id, message_id, html, _for_all(pressed.edit, t, arrived)))


def _for_all(edit: Edit, t: NullTranslations, arrived: Sequence[Edit]) -> Buttons:
    under = (each for each in FEATURE.buttons if isinstance(each, EditButton) and each.under is Under.SERIES)
    return (tuple(each.of(edit, t) for each in under if each.when(edit)),) if len(arrived) > 1 else ()


async def _try_again(pressed: EditPressed, series: Sequence[Edit]) -> tuple[bool, Replies]:
    """Tasks that were paid for and may still end well are waited for instead. And whether a card comes."""
    failed = [each for each in series if each.can_be_retried]
    rest = [each.request for each in failed if not await pressed.tools.desk.resume(each)]
    if not rest:
        return False, toast(pressed, alerts.started(pressed.t))
    return await admit_pressed(pressed, _again(pressed, rest))


def _again(pressed: EditPressed, requests: Iterable[Request]) -> list[Request]:
    press = pressed.press
    return [
        replace(
            each,
            update_id=press.update_id,
            requester_id=press.sender.id,
            language=press.sender.language,
        )
        for each in numbered(list(requests))
    ]


async def files(pressed: EditPressed) -> Replies:
    """Send every result as a file, if it is not there already."""
    t, tools, delivered = pressed.t, pressed.tools, await _delivered(pressed)
    kept = [each for each in delivered if await tools.files.size(each.id, "result") is not None]
    if not kept:
        return alert(pressed, gone_alert(t))
    claimed = [each for each in kept if await _has_no_file(tools, each)]
    if not claimed:
        return alert(pressed, already_there_alert(t))
    sizes, albums = [await tools.files.size(each.id, "result") or 0 for each in claimed], list[SendFiles]()
    while claimed:
        count, first = fitting(sizes), claimed[0]
        to = Destination(first.chat_id, first.request.thread_id, first.request.photo_message_id)
        refused = Say(to, reason_sentence(t, Reason.CANNOT_SEND), silent=not first.request.is_private)
        albums.append(SendFiles(tuple(claimed[:count]), otherwise=refused))
        claimed, sizes = claimed[count:], sizes[count:]
    return (*toast(pressed, sending_alert(t)), *albums)


async def _has_no_file(tools: Tools, edit: Edit) -> bool:
    beside = edit.file_message_id
    if beside is not None and await tools.questions.has_message(edit.chat_id, beside):
        return False
    return await is_missing(tools, edit, Extra.FILE)


async def _delivered(pressed: EditPressed) -> Sequence[Edit]:
    series = await pressed.tools.edits.series_of(pressed.edit)
    return [each for each in series if isinstance(each.stage, Delivered)]


def sending_alert(t: NullTranslations) -> str:
    return t.gettext("Sending you the files.")


def already_there_alert(t: NullTranslations) -> str:
    return t.gettext("The files are already here, or on their way.")


def _is_of_photos(edit: Edit) -> bool:
    """What is sent as files are files already."""
    return edit.offers_file


FEATURE = Feature(
    order=77,
    buttons=(
        EditButton("all", N_("✏️ Change all"), Under.SERIES, change),
        EditButton("allagain", N_("🔁 Again"), Under.SERIES, again),
        EditButton("files", N_("📎 Files"), Under.SERIES, files, when=_is_of_photos),
        EditButton("retryall", N_("🔁 Try again"), Under.FAILED_SERIES, try_again),
        EditButton("retryrst", N_("🔁 Try the rest again"), Under.REST_OF_SERIES, try_rest_again, row=2),
    ),
)
