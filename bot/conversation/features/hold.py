"""The buttons under refusals that hold the next place."""

from dataclasses import replace
from gettext import NullTranslations

from bot.conversation.answering import HOLD_PRESSED_VERB, HOLD_VERB, alert, toast
from bot.conversation.feature import ChoiceButton, Feature, Pressed, Replies
from bot.conversation.memory import KEEP
from bot.conversation.outgoing import Delete
from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import refusal_text
from bot.core.edits import Held, Request
from bot.core.limits import Refusal
from bot.core.wishes import Speaker


async def hold(pressed: Pressed) -> Replies:
    """Hold a place for the message that was refused; its card takes the place of the refusal."""
    if not isinstance(request := await _request_of(pressed), Request):
        return request
    known = await pressed.tools.edits.by_message(request.chat_id, request.request_message_id)
    if known is not None and known.is_active and _is_correction(request, known.request):
        return toast(pressed, alerts.settled(pressed.t))
    return (await _hold(pressed, request))[1]


async def hold_pressed(pressed: Pressed) -> Replies:
    """The same for a press that was refused: it may be one of several wishes about one photo.

    A question that it answered makes way.
    """
    if not isinstance(request := await _request_of(pressed), Request):
        return request
    is_admitted, replies = await _hold(pressed, request, once=True)
    wishes, press = pressed.tools.wishes, pressed.press
    question = await wishes.question_for(request.chat_id, request.request_message_id)
    if not is_admitted or question is None or question.speaker != press.speaker:
        return replies
    if not await wishes.answered(question.id, press.update_id) or question.message_id is None:
        return replies
    return (*replies, Delete(press.chat.id, question.message_id))


async def _request_of(pressed: Pressed) -> Request | Replies:
    """The person's request that was refused, in the chat as it is now; or why there is none."""
    is_number = pressed.argument.removeprefix("-").isdecimal()  # those of a series are negative
    request = await pressed.tools.desk.refused(int(pressed.argument)) if is_number else None
    if request is None:
        return alert(pressed, alerts.gone(pressed.t))
    if request.requester_id != pressed.press.sender.id:
        return alert(pressed, not_yours_alert(pressed.t))
    return replace(request, chat_id=pressed.press.chat.id)


async def _hold(pressed: Pressed, request: Request, *, once: bool = False) -> tuple[bool, Replies]:
    """Whether the request is an edit now, and what to say."""
    press, tools, t = pressed.press, pressed.tools, pressed.t
    admission = await tools.desk.hold(request, once=once)
    if isinstance(admission, Refusal):
        return False, alert(pressed, alerts.plain(refusal_text(t, admission, tools.now())))
    await _take_from_rest(pressed, request)
    said = held_alert(t) if isinstance(admission.stage, Held) else alerts.started(t)
    gone = () if press.message_id is None else (Delete(press.chat.id, press.message_id),)
    return True, (*toast(pressed, said), *gone)


def _is_correction(one: Request, other: Request) -> bool:
    """Whether one message asked for both: its words were edited, and each was refused."""
    return one.request_message_id == other.request_message_id and one.update_id != other.update_id


async def _take_from_rest(pressed: Pressed, request: Request) -> None:
    """Of an album, what the limit had left waits for words: no longer this photo of it."""
    tools, speaker = pressed.tools, Speaker(request.chat_id, request.thread_id, request.requester_id)
    rest = await tools.wishes.remembered_photos(speaker, tools.now() - KEEP)
    if rest is None:
        return
    left = tuple(each for each in rest.pictures if each.message_id != request.photo_message_id)
    if left and left != rest.pictures:
        remaining = replace(rest, pictures=left, is_album=len(left) > 1)
        await tools.wishes.remember_photos(speaker, remaining)


def held_alert(t: NullTranslations) -> str:
    return t.gettext("I hold the next place for you. /status shows it.")


def not_yours_alert(t: NullTranslations) -> str:
    return t.gettext("Only the person who asked for this edit can have it held.")


HOLD, HOLD_PRESSED = ChoiceButton(HOLD_VERB, hold), ChoiceButton(HOLD_PRESSED_VERB, hold_pressed)

FEATURE = Feature(order=52, buttons=(HOLD, HOLD_PRESSED))
