"""What handlers share: replying to a message, and asking the core for an edit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from gettext import NullTranslations

from bot.conversation.feature import Asked, Pressed, Replies
from bot.conversation.incoming import Chat, Message, Press
from bot.conversation.meaning import EditAsked, Refused
from bot.conversation.outgoing import Alert, Button, Buttons, Delete, Destination, Say
from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import prompt_too_long, reason_sentence, refusal_text
from bot.conversation.texts.series import too_few_places
from bot.conversation.texts.wording import duration, number, until
from bot.conversation.tools import Tools
from bot.core.errors import Reason
from bot.core.limits import Refusal, Scope
from bot.core.presets import COMBINE, EDIT
from bot.core.requests import Request
from bot.core.wishes import Missing, PictureMeant, Question, Wish

BY_BUTTON = frozenset({Missing.CONSENT, Missing.COMMAND, Missing.MANNER})
"""What is asked for with buttons."""
HOLD_VERB, HOLD_PRESSED_VERB, FIRST_VERB = "hold", "wait", "first"
"""Under the refusal of a message, and of a press; and of a series, of which some have a place."""
WELCOME_VERB = "start"
"""Of the buttons under the welcome, whose picture is an example."""


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
    is_old = tools.now() - message.sent_at > tools.about.longest_wait
    if is_old and not await _waited_for_owner(tools, message):
        return (say_in_reply(message, away_text(t), merge="away"),)
    if not await _takes_pictures(tools, message.chat):
        if not await tools.memory.tell_no_pictures(message.chat.id, tools.now()):
            return ()
        return (say_in_reply(message, reason_sentence(t, Reason.MAY_NOT_SEND)),)
    requests = requests_of(wish, message, message.message_id)
    was_by_button = wish.answers is not None and wish.answers.missing in BY_BUTTON  # which may be pressed too
    admission = await tools.desk.admit(requests, once=was_by_button)
    if isinstance(admission, Refusal):
        text = refused_text(t, admission, requests, tools.now())
        buttons = hold_buttons(t, admission, requests, tools.now())
        return (say_in_reply(message, text, buttons, merge=refusal_key(admission, requests[0])),)
    return await answered(asked, wish.answers)


async def _waited_for_owner(tools: Tools, message: Message) -> bool:
    """Whether a message is old only because the owner had not yet allowed its chat."""
    guest = await tools.guests.get(message.chat.id)
    allowed_at = guest.allowed_at if guest is not None else None
    if allowed_at is None or message.sent_at > allowed_at:
        return False
    return tools.now() - allowed_at <= tools.about.longest_wait


async def answered(asked: Asked, question: Question | None) -> Replies:
    """A request was understood: nothing that was asked before waits any more, and no button of it is left."""
    message, wishes = asked.message, asked.tools.wishes
    over = []
    if question is not None:
        over = [question] if question.answered_by in {None, message.update_id} else []
        await wishes.answered(question.id, message.update_id)
    if message.chat.is_private:
        over += await wishes.close_questions(message.speaker, message.update_id)
    return without_buttons(message.chat, over)


def without_buttons(chat: Chat, over: Sequence[Question]) -> Replies:
    """Questions that are over: those with buttons go, so that nobody presses them."""
    shown = [each.message_id for each in over if each.message_id is not None and _has_buttons(each, chat)]
    return tuple(Delete(chat.id, message_id) for message_id in dict.fromkeys(shown))


def _has_buttons(question: Question, chat: Chat) -> bool:
    offers_new = question.missing is Missing.PICTURE and may_be_new(question.wish, chat)
    return offers_new or question.missing in BY_BUTTON


def may_be_new(wish: Wish, chat: Chat) -> bool:
    """Whether words that lack a picture may be meant for a new one, which a button offers."""
    return chat.is_private and wish.command == EDIT and bool(wish.words)


def requests_of(wish: EditAsked, asked: Message | Press, asked_for: int) -> list[Request]:
    """One edit of each picture, one of all of them together, or a new picture, for the person who wrote or
    pressed `asked`.

    The card replies to the message `asked_for`.
    """
    pictures = wish.pictures
    first = Request(
        update_id=asked.update_id,
        chat_id=asked.chat.id,
        thread_id=asked.thread_id,
        request_message_id=asked_for,
        photo_message_id=asked_for,
        requester_id=asked.sender.id,
        language=asked.sender.language,
        command=wish.command,
        words=wish.words,
        photos=(),
        shape=wish.shape,
    )
    if not pictures:
        return [first]
    if wish.command == COMBINE:
        return [replace(_of_picture(first, pictures[0]), photos=tuple(each.photo for each in pictures))]
    return [
        replace(
            _of_picture(first, picture),
            series_number=number,
            series_count=len(pictures),
        )
        for number, picture in enumerate(pictures, 1)
    ]


def _of_picture(request: Request, picture: PictureMeant) -> Request:
    return replace(
        request,
        photo_message_id=picture.message_id,
        photos=(picture.photo,),
        parent=picture.parent,
        step=picture.step,
    )


def numbered(requests: Sequence[Request]) -> list[Request]:
    """These requests as one series."""
    count = len(requests)
    return [
        replace(request, series_number=number, series_count=count)
        for number, request in enumerate(requests, 1)
    ]


def refused_text(t: NullTranslations, refusal: Refusal, requests: Sequence[Request], now: datetime) -> str:
    """Why a request, or a series of them, was not accepted."""
    if len(requests) == 1:
        return refusal_text(t, refusal, now)
    return too_few_places(t, refusal, len(requests), now)


def hold_buttons(
    t: NullTranslations,
    refusal: Refusal,
    requests: Sequence[Request],
    now: datetime,
    verb: str = HOLD_VERB,
) -> Buttons:
    """To begin with as many as have a place, and to hold the places of all, where they may wait for them."""
    update_id, buttons = requests[0].update_id, list[Button]()
    if refusal.left:
        first = t.ngettext("First one now", "First {count} now", refusal.left)
        buttons.append(Button(first.format(count=number(t, refusal.left)), f"{FIRST_VERB}:{update_id}"))
    if refusal.retry_at is not None and refusal.can_be_held(now):
        wait = duration(t, until((refusal.retry_at - now).total_seconds()))
        label = (
            t.gettext("⏳ Do it in {duration}") if len(requests) == 1 else t.gettext("⏳ All in {duration}")
        )
        buttons.append(Button(label.format(duration=wait), f"{verb}:{update_id}"))
    return (tuple(buttons),) if buttons else ()


def refusal_key(refusal: Refusal, request: Request) -> str:
    """Refusals with the same key say the same to the same people; see `Say.merge`."""
    whose = request.requester_id if refusal.rule.scope is Scope.PERSON else ""
    return f"{refusal.reason} {whose}".strip()


def refuse(asked: Asked, refused: Refused) -> Replies:
    """Say why it cannot be done."""
    if refused.reason is Reason.PROMPT_TOO_LONG:
        text = prompt_too_long(asked.t, refused.prompt_length)
    else:
        text = reason_sentence(asked.t, refused.reason)
    return (say_in_reply(asked.message, text, merge=refused.reason),)


async def admit_pressed(pressed: Pressed, requests: Sequence[Request]) -> tuple[bool, Replies]:
    """Admit what a button asks for, unless the same is already running (a second tap).

    Returns whether it was admitted, and what to say.
    """
    tools, t = pressed.tools, pressed.t
    if not await _takes_pictures(tools, pressed.press.chat):
        return False, alert(pressed, alerts.plain(reason_sentence(t, Reason.MAY_NOT_SEND)))
    admission = await tools.desk.admit(requests, once=True)
    if isinstance(admission, Refusal):
        return False, _refused(pressed, requests, admission)
    return True, toast(pressed, alerts.started(t))


def _refused(pressed: Pressed, requests: Sequence[Request], refusal: Refusal) -> Replies:
    """A window; where the request may wait for its place, a message, because a window has no buttons."""
    now, is_private, request = pressed.tools.now(), pressed.press.chat.is_private, requests[0]
    text = refused_text(pressed.t, refusal, requests, now)
    window = alert(pressed, alerts.plain(text))
    buttons = hold_buttons(pressed.t, refusal, requests, now, HOLD_PRESSED_VERB)
    if not buttons:
        return window
    to = Destination(request.chat_id, request.thread_id, request.request_message_id)
    offer = Say(to, text, buttons, silent=not is_private, merge=refusal_key(refusal, request))
    return (*(toast(pressed, "") if is_private else window), offer)


async def _takes_pictures(tools: Tools, chat: Chat) -> bool:
    """Asked before anything is paid."""
    return chat.is_private or await tools.questions.takes_pictures(chat.id)


def away_text(t: NullTranslations) -> str:
    """The answer to a request that came while the bot was not running."""
    return t.gettext("I was away. Send it again if you still want it.")


def alert(pressed: Pressed, text: str) -> Replies:
    """Answer a press with a window that the person has to close."""
    return (Alert(pressed.press.press_id, text, popup=True),)


def toast(pressed: Pressed, text: str) -> Replies:
    """Answer a press with a line at the top of the chat."""
    return (Alert(pressed.press.press_id, text),)
