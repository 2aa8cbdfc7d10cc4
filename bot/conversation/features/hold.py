"""The button under a refusal that holds the next place, and how held places are shown."""

from dataclasses import replace
from gettext import NullTranslations

from bot.conversation.answering import alert
from bot.conversation.feature import ChoiceButton, Feature, Pressed, Replies
from bot.conversation.outgoing import Alert, Delete
from bot.conversation.refusing import HOLD_VERB
from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import refusal_text
from bot.core.edits import Held
from bot.core.limits import Refusal


async def hold(pressed: Pressed) -> Replies:
    """Hold a place for the request that was refused; its card takes the place of the refusal."""
    press, tools, t = pressed.press, pressed.tools, pressed.t
    update_id = pressed.argument.removeprefix("-")  # of one photo of several: negative
    request = await tools.desk.refused(int(pressed.argument)) if update_id.isdecimal() else None
    if request is None:
        return alert(pressed, alerts.gone(t))
    if request.requester_id != press.sender.id:
        return alert(pressed, not_yours_alert(t))
    admission = await tools.desk.hold(replace(request, chat_id=press.chat.id))
    if isinstance(admission, Refusal):
        return alert(pressed, alerts.plain(refusal_text(t, admission, tools.now())))
    said = held_alert(t) if isinstance(admission.stage, Held) else alerts.started(t)
    told = Alert(press.press_id, said)
    return (told, Delete(press.chat.id, press.message_id)) if press.message_id is not None else (told,)


def held_alert(t: NullTranslations) -> str:
    return t.gettext("I hold the next place for you. /status shows it.")


def not_yours_alert(t: NullTranslations) -> str:
    return t.gettext("Only the person who asked for this edit can have it held.")


HOLD = ChoiceButton(HOLD_VERB, hold)

FEATURE = Feature(order=52, buttons=(HOLD,))
