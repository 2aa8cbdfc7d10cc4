"""The button under a refusal that holds the next place."""

from dataclasses import replace
from gettext import NullTranslations

from bot.conversation.answering import HOLD_VERB, alert, toast
from bot.conversation.feature import ChoiceButton, Feature, Pressed, Replies
from bot.conversation.memory import KEEP
from bot.conversation.outgoing import Alert, Delete
from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import refusal_text
from bot.core.edits import Held, Request
from bot.core.limits import Refusal
from bot.core.wishes import Speaker


async def hold(pressed: Pressed) -> Replies:
    """Hold a place for the request that was refused; its card takes the place of the refusal."""
    press, tools, t = pressed.press, pressed.tools, pressed.t
    is_number = pressed.argument.removeprefix("-").isdecimal()  # those of a series are negative
    request = await tools.desk.refused(int(pressed.argument)) if is_number else None
    if request is None:
        return alert(pressed, alerts.gone(t))
    if request.requester_id != press.sender.id:
        return alert(pressed, not_yours_alert(t))
    known = await tools.edits.by_message(press.chat.id, request.request_message_id)
    if known is not None and known.is_active and _is_correction(request, known.request):
        return toast(pressed, alerts.settled(t))
    admission = await tools.desk.hold(replace(request, chat_id=press.chat.id))
    if isinstance(admission, Refusal):
        return alert(pressed, alerts.plain(refusal_text(t, admission, tools.now())))
    await _take_from_rest(pressed, request)
    said = held_alert(t) if isinstance(admission.stage, Held) else alerts.started(t)
    told = Alert(press.press_id, said)
    return (told, Delete(press.chat.id, press.message_id)) if press.message_id is not None else (told,)


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


HOLD = ChoiceButton(HOLD_VERB, hold)

FEATURE = Feature(order=52, buttons=(HOLD,))
