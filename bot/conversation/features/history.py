"""/history: a person's pictures in a chat, one at a time in one message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from gettext import NullTranslations

from bot.conversation.answering import alert, answer, toast
from bot.conversation.feature import (
    Asked,
    Command,
    EditButton,
    EditPressed,
    Feature,
    Replies,
    Under,
)
from bot.conversation.features.change import CHANGE
from bot.conversation.features.file import FILE
from bot.conversation.outgoing import Button, Buttons, ChangePicture, Destination, SendPicture
from bot.conversation.texts import alerts
from bot.conversation.texts.cards import titled
from bot.conversation.texts.i18n import N_
from bot.conversation.texts.wording import ago, number
from bot.conversation.tools import Tools
from bot.core.edits import Edit

_SHOWN_FOR = timedelta(days=30)


async def show(asked: Asked) -> Replies:
    """/history: the newest one."""
    message, tools, t = asked.message, asked.tools, asked.t
    ids = await _results(tools, message.chat.id, message.sender.id)
    newest = await tools.edits.get(ids[0]) if ids else None
    if newest is None or newest.result_photo is None:
        return answer(asked, nothing_yet(t))
    if not message.chat.is_private and not await tools.questions.takes_pictures(message.chat.id):
        return answer(asked, no_pictures_here(t))
    to = Destination(message.chat.id, message.thread_id, message.message_id)
    html, buttons = history_text(t, newest, ids, tools.now()), history_buttons(t, newest, ids)
    return (SendPicture(to, newest.result_photo, html, buttons, silent=not message.chat.is_private),)


async def turn(pressed: EditPressed) -> Replies:
    """Show this one in the same message."""
    edit, press, tools, t = pressed.edit, pressed.press, pressed.tools, pressed.t
    ids = await _results(tools, edit.chat_id, edit.request.requester_id)
    if edit.result_photo is None or edit.id not in ids or press.message_id is None:
        return alert(pressed, alerts.gone(t))
    html, buttons = history_text(t, edit, ids, tools.now()), history_buttons(t, edit, ids)
    shown = ChangePicture(press.chat.id, press.message_id, edit.result_photo, html, buttons)
    return (*toast(pressed, ""), shown)


async def _results(tools: Tools, chat_id: int, person_id: int) -> Sequence[str]:
    return await tools.edits.results_of(chat_id, person_id, tools.now() - _SHOWN_FOR)


def history_text(t: NullTranslations, edit: Edit, ids: Sequence[str], now: datetime) -> str:
    """What was asked, when, and which of how many it is; the newest is the first."""
    when = ago(t, (now - (edit.ended_at or edit.created_at)).total_seconds())
    place = t.gettext("{number} of {count}").format(
        number=number(t, ids.index(edit.id) + 1), count=number(t, len(ids))
    )
    return f"{titled(t, edit)}\n{place} · {when}"


def history_buttons(t: NullTranslations, edit: Edit, ids: Sequence[str]) -> Buttons:
    """What can be done with this picture, and the way to those before and after it."""
    done = tuple(button.of(edit, t) for button in (CHANGE, FILE) if button.when(edit))
    at = ids.index(edit.id)
    older = tuple(_turn_to(each, t.gettext("◀ Older")) for each in ids[at + 1 : at + 2])
    newer = tuple(_turn_to(each, t.gettext("Newer ▶")) for each in ids[max(0, at - 1) : at])
    return (done, older + newer) if len(ids) > 1 else (done,)


def _turn_to(edit_id: str, label: str) -> Button:
    return Button(label, f"{TURN.verb}:{edit_id}")


def no_pictures_here(t: NullTranslations) -> str:
    return t.gettext("I may not send pictures here. Ask me in private for those that I made there.")


def nothing_yet(t: NullTranslations) -> str:
    return t.gettext("You have no pictures here from the last 30 days. /help shows how to ask for one.")


TURN = EditButton("h", N_("◀ Older"), Under.HISTORY, turn)

FEATURE = Feature(
    order=35,
    commands=(Command("history", show, N_("Your pictures here")),),
    buttons=(TURN,),
    help=N_("/history shows your pictures of the last 30 days, to go on from any of them."),
)
