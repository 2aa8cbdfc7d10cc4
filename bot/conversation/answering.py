"""What handlers share: replying to a message, and asking the core for an edit."""

from gettext import NullTranslations

from bot.conversation.feature import Asked, Pressed, Replies
from bot.conversation.incoming import Chat, Message
from bot.conversation.meaning import EditAsked, Refused
from bot.conversation.outgoing import Alert, Buttons, Destination, Say
from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import prompt_too_long, reason_sentence, refusal_text
from bot.conversation.tools import Tools
from bot.core.edits import Edit, PhotoRef, Request
from bot.core.errors import Reason
from bot.core.limits import Refusal


def answer(asked: Asked, html: str, buttons: Buttons = ()) -> Replies:
    """One message as a reply; silent in a group."""
    return (say_in_reply(asked.message, html, buttons),)


def say_in_reply(message: Message, html: str, buttons: Buttons = (), *, merge: str = "") -> Say:
    """A reply to a message, in its topic; silent in a group. `merge` as in `Say`."""
    to = Destination(message.chat.id, message.thread_id, message.message_id)
    return Say(to, html, buttons, silent=not message.chat.is_private, merge=merge)


async def admit(asked: Asked, wish: EditAsked) -> Replies:
    """Admit an edit, without a word; or say why not."""
    message, tools, t = asked.message, asked.tools, asked.t
    if tools.now() - message.sent_at > tools.about.longest_wait:
        return (say_in_reply(message, away_text(t), merge="away"),)
    if not await _takes_pictures(tools, message.chat):
        if not await tools.memory.tell_no_pictures(message.chat.id, tools.now()):
            return ()
        return (say_in_reply(message, reason_sentence(t, Reason.MAY_NOT_SEND)),)
    request = Request(
        update_id=message.update_id,
        chat_id=message.chat.id,
        thread_id=message.thread_id,
        request_message_id=message.message_id,
        photo_message_id=wish.picture.message_id,
        requester_id=message.sender.id,
        language=message.sender.language,
        command=wish.command,
        words=wish.words,
        photos=(wish.picture.photo,),
        parent=wish.picture.parent,
        step=wish.picture.step,
    )
    admission = await tools.desk.admit(request)
    if isinstance(admission, Edit):
        if wish.answers is not None:
            await tools.wishes.answered(wish.answers.id, message.update_id)
        return ()
    if message.chat.is_private and isinstance(message.picture, PhotoRef):
        await tools.wishes.remember_photo(message.speaker, message.message_id, message.picture, tools.now())
    text = refusal_text(t, admission, tools.now())
    return (say_in_reply(message, text, merge=admission.reason),)


def refuse(asked: Asked, refused: Refused) -> Replies:
    """Say why it cannot be done."""
    if refused.reason is Reason.PROMPT_TOO_LONG:
        text = prompt_too_long(asked.t, refused.prompt_length)
    else:
        text = reason_sentence(asked.t, refused.reason)
    return (say_in_reply(asked.message, text, merge=refused.reason),)


async def admit_pressed(pressed: Pressed, request: Request) -> Alert:
    """Admit what a button asks for, unless the same edit is already running (a second tap)."""
    tools, t, press_id = pressed.tools, pressed.t, pressed.press.press_id
    active = await tools.edits.active_of(request.chat_id, request.requester_id)
    if any(asks_the_same(edit.request, request) for edit in active):
        return Alert(press_id, alerts.started(t))
    if not await _takes_pictures(tools, pressed.press.chat):
        return Alert(press_id, alerts.plain(reason_sentence(t, Reason.MAY_NOT_SEND)), popup=True)
    admission = await tools.desk.admit(request)
    if isinstance(admission, Refusal):
        text = refusal_text(t, admission, tools.now())
        return Alert(press_id, alerts.plain(text), popup=True)
    return Alert(press_id, alerts.started(t))


async def _takes_pictures(tools: Tools, chat: Chat) -> bool:
    """Asked before anything is paid."""
    return chat.is_private or await tools.questions.takes_pictures(chat.id)


def away_text(t: NullTranslations) -> str:
    """The answer to a request that came while the bot was not running."""
    return t.gettext("I was away. Send it again if you still want it.")


def asks_the_same(one: Request, other: Request) -> bool:
    """Whether both ask for the same edit of the same photos."""
    return (one.photos, one.command, one.words) == (other.photos, other.command, other.words)


def alert(pressed: Pressed, text: str) -> Replies:
    """Answer a press with a window that the person has to close."""
    return (Alert(pressed.press.press_id, text, popup=True),)


def toast(pressed: Pressed, text: str) -> Replies:
    """Answer a press with a line at the top of the chat."""
    return (Alert(pressed.press.press_id, text),)
