"""Stop running edits: /cancel, and the button on their cards."""

from collections.abc import Sequence
from gettext import NullTranslations

from bot.conversation.answering import answer, toast, without_buttons
from bot.conversation.feature import (
    Asked,
    Command,
    EditButton,
    EditPressed,
    Feature,
    Replies,
    Under,
)
from bot.conversation.outgoing import Delete
from bot.conversation.texts import cards
from bot.conversation.texts.i18n import N_
from bot.conversation.texts.questions import dropped
from bot.conversation.texts.wording import number
from bot.core.edits import Edit, Waste
from bot.core.stages import Delivered


async def cancel(asked: Asked) -> Replies:
    """Cancel the edit whose message was replied to, or all of this person's edits in this chat.

    What the bot has asked this person is not waited for any more. A reply to an edit that has ended, or
    that is somebody else's, cancels nothing.
    """
    message, edits = asked.message, asked.tools.edits
    mine = await edits.active_of(message.chat.id, message.sender.id)
    replied_to = message.replied.message_id if message.replied else None
    meant = await edits.by_message(message.chat.id, replied_to) if replied_to is not None else None
    if meant is not None and meant.is_in_series and meant.status_message_id == replied_to:
        mine = [edit for edit in mine if edit.request.update_id == meant.request.update_id]
    elif meant is not None:
        mine = [edit for edit in mine if replied_to in edit.messages()]
    ended = [await asked.tools.desk.cancel(edit) for edit in mine]
    cancelled = [edit for edit in ended if edit is not None]
    over = await asked.tools.wishes.close_questions(message.speaker, message.update_id)
    text = dropped(asked.t) if over else nothing_to_cancel(asked.t)
    if cancelled:
        text = cancelled_text(asked.t, cancelled)
    return (*without_buttons(message.chat, over), *answer(asked, text))


async def press(pressed: EditPressed) -> Replies:
    """The Cancel button. A card that its edit does not know of is still there after delivery: delete it."""
    edit, t, message_id = pressed.edit, pressed.t, pressed.press.message_id
    if edit.is_in_series:
        return await _cancel_series(pressed)
    cancelled = await pressed.tools.desk.cancel(edit)
    replies = toast(pressed, cards.cancelled_text(t, cancelled) if cancelled else too_late_alert(t))
    is_left_over = isinstance(edit.stage, Delivered) and message_id != edit.result_message_id
    if is_left_over and message_id is not None:
        return (*replies, Delete(edit.chat_id, message_id))
    return replies


async def _cancel_series(pressed: EditPressed) -> Replies:
    """All of it that can still be cancelled."""
    series = await pressed.tools.edits.series_of(pressed.edit)
    ended = [await pressed.tools.desk.cancel(each) for each in series]
    cancelled = [each for each in ended if each is not None]
    t = pressed.t
    return toast(pressed, cancelled_text(t, cancelled) if cancelled else too_late_alert(t))


def cancelled_text(t: NullTranslations, cancelled: Sequence[Edit]) -> str:
    """The answer to /cancel."""
    count, counted = len(cancelled), sum(edit.waste is Waste.CHARGED for edit in cancelled)
    if not counted:
        return t.ngettext(
            "Cancelled {count} edit. It was not counted.",
            "Cancelled {count} edits. They were not counted.",
            count,
        ).format(count=number(t, count))
    sentences = (
        t.ngettext("Cancelled {count} edit.", "Cancelled {count} edits.", count),
        t.ngettext(
            "{counted} had been paid for already and is counted.",
            "{counted} had been paid for already and are counted.",
            counted,
        ),
    )
    return " ".join(sentences).format(count=number(t, count), counted=number(t, counted))


def nothing_to_cancel(t: NullTranslations) -> str:
    return t.gettext("You have no edits under way here that could be cancelled.")


def too_late_alert(t: NullTranslations) -> str:
    return t.gettext("It is too late to cancel this one: it has ended or is on its way.")


def _can_be_cancelled(edit: Edit) -> bool:
    return edit.is_cancellable


CANCEL = EditButton("c", N_("✖️ Cancel"), Under.CARD, press, when=_can_be_cancelled)

FEATURE = Feature(
    order=40,
    commands=(Command("cancel", cancel, N_("Stop your edits that are under way")),),
    buttons=(CANCEL,),
    help=N_("/cancel stops edits that are under way; as a reply to your photo, only that one."),
)
