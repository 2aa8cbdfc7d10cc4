"""The buttons under refusals: hold the places that are missing, or begin with those that there are."""

from collections.abc import Sequence
from dataclasses import replace
from gettext import NullTranslations

from bot.conversation.answering import (
    FIRST_VERB,
    HOLD_PRESSED_VERB,
    HOLD_VERB,
    alert,
    hold_buttons,
    numbered,
    refused_text,
    toast,
)
from bot.conversation.feature import ChoiceButton, Feature, Pressed, Replies, number_in
from bot.conversation.incoming import Press
from bot.conversation.memory import KEEP
from bot.conversation.outgoing import ChangeText, Delete
from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import refusal_text
from bot.conversation.texts.wording import number
from bot.core.limits import Refusal
from bot.core.requests import Request
from bot.core.stages import Held
from bot.core.wishes import Speaker


async def hold(pressed: Pressed) -> Replies:
    """Hold a place for each request that was refused; their card takes the place of the refusal."""
    if not isinstance(requests := await _requests_of(pressed), list):
        return requests
    return await _corrected(pressed, requests) or (await _hold(pressed, requests))[1]


async def hold_pressed(pressed: Pressed) -> Replies:
    """The same for a press that was refused: it may be one of several wishes about one photo.

    A question that it answered makes way.
    """
    if not isinstance(requests := await _requests_of(pressed), list):
        return requests
    is_admitted, replies = await _hold(pressed, requests, once=True)
    wishes, press, request = pressed.tools.wishes, pressed.press, requests[0]
    question = await wishes.question_for(request.chat_id, request.request_message_id)
    if not is_admitted or question is None or question.speaker != press.speaker:
        return replies
    if not await wishes.answered(question.id, press.update_id) or question.message_id is None:
        return replies
    return (*replies, Delete(press.chat.id, question.message_id))


async def first(pressed: Pressed) -> Replies:
    """Begin with the photos of an album that have a place now; what is refused is the rest, from now on."""
    press, tools, t = pressed.press, pressed.tools, pressed.t
    if not isinstance(requests := await _requests_of(pressed), list):
        return requests
    if settled := await _corrected(pressed, requests):
        return settled
    admission = await tools.desk.admit(requests, once=True)
    if isinstance(admission, Refusal) and admission.left:
        admission = await tools.desk.admit(numbered(requests[: admission.left]))
    if isinstance(admission, Refusal):
        return alert(pressed, alerts.plain(refusal_text(t, admission, tools.now())))
    count = admission.request.series_count
    await _take_from_rest(pressed, requests[:count])
    told = toast(pressed, alerts.started(t))
    rest = [replace(request, update_id=press.update_id) for request in numbered(requests[count:])]
    refused = await tools.desk.admit(rest, once=True) if rest else None
    if not isinstance(refused, Refusal) or press.message_id is None:
        return (*told, *_gone(press))
    html = refused_text(t, refused, rest, tools.now())
    buttons = hold_buttons(t, refused, rest, tools.now())
    return (*told, ChangeText(press.chat.id, press.message_id, html, buttons))


async def _requests_of(pressed: Pressed) -> list[Request] | Replies:
    """What the person was refused, in the chat as it is now; or why there is nothing."""
    update_id = number_in(pressed.argument)
    requests = () if update_id is None else await pressed.tools.desk.refused(update_id)
    if not requests:
        return alert(pressed, alerts.gone(pressed.t))
    if requests[0].requester_id != pressed.press.sender.id:
        return alert(pressed, not_yours_alert(pressed.t))
    return [replace(request, chat_id=pressed.press.chat.id) for request in requests]


async def _corrected(pressed: Pressed, requests: Sequence[Request]) -> Replies:
    """What to say where the same message's corrected words are under way."""
    request = requests[0]
    known = await pressed.tools.edits.by_message(request.chat_id, request.request_message_id)
    if known is not None and known.is_active and _is_correction(request, known.request):
        return toast(pressed, alerts.settled(pressed.t))
    return ()


async def _hold(pressed: Pressed, requests: Sequence[Request], *, once: bool = False) -> tuple[bool, Replies]:
    """Whether the requests are edits now, and what to say."""
    tools, t = pressed.tools, pressed.t
    admission = await tools.desk.hold(requests, once=once)
    if isinstance(admission, Refusal):
        return False, alert(pressed, alerts.plain(refusal_text(t, admission, tools.now())))
    await _take_from_rest(pressed, requests)
    said = held_alert(t, len(requests)) if isinstance(admission.stage, Held) else alerts.started(t)
    return True, (*toast(pressed, said), *_gone(pressed.press))


def _gone(press: Press) -> Replies:
    return () if press.message_id is None else (Delete(press.chat.id, press.message_id),)


def _is_correction(one: Request, other: Request) -> bool:
    """Whether one message asked for both: its words were edited, and each was refused."""
    is_same_message = one.request_message_id == other.request_message_id
    is_same_photo = one.photo_message_id == other.photo_message_id
    return is_same_message and is_same_photo and one.update_id != other.update_id


async def _take_from_rest(pressed: Pressed, requests: Sequence[Request]) -> None:
    """Of an album, what the limit had left waits for words: no longer these photos of it."""
    tools, request = pressed.tools, requests[0]
    speaker = Speaker(request.chat_id, request.thread_id, request.requester_id)
    begun = {each.photo_message_id for each in requests}
    rest = await tools.wishes.remembered_photos(speaker, tools.now() - KEEP)
    if rest is None:
        return
    left = tuple(each for each in rest.pictures if each.message_id not in begun)
    if left and left != rest.pictures:
        remaining = replace(rest, pictures=left, is_album=len(left) > 1)
        await tools.wishes.remember_photos(speaker, remaining)


def held_alert(t: NullTranslations, count: int = 1) -> str:
    if count > 1:
        return t.ngettext(
            "I hold {count} place for you. /status shows them.",
            "I hold {count} places for you. /status shows them.",
            count,
        ).format(count=number(t, count))
    return t.gettext("I hold the next place for you. /status shows it.")


def not_yours_alert(t: NullTranslations) -> str:
    return t.gettext("Only the person who asked for this edit can have it held.")


HOLD, HOLD_PRESSED, FIRST = (
    ChoiceButton(HOLD_VERB, hold),
    ChoiceButton(HOLD_PRESSED_VERB, hold_pressed),
    ChoiceButton(FIRST_VERB, first),
)

FEATURE = Feature(order=52, buttons=(HOLD, HOLD_PRESSED, FIRST))
