"""Where a message goes: into its topic and as a reply, or as close to that as Telegram allows."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from telegram import ReplyParameters
from telegram.error import BadRequest

from bot.conversation.outgoing import Destination
from bot.telegram.outbox.errors import is_refusal

T = TypeVar("T")

_TOPIC_GONE = ("thread not found", "topic_deleted", "topic_closed", "topic_id_invalid")
_REPLY_GONE = ("to be replied not found", "replied message not found", "reply message not found")


async def sent_nearby(to: Destination, send: Callable[[Destination], Awaitable[T]]) -> T:
    """Call `send` with one destination after another until Telegram takes one; returns its result."""
    while True:
        try:
            return await send(to)
        except BadRequest as error:
            nearby = nearby_of(to, error)
            if nearby is None:
                raise
            to = nearby


def nearby_of(to: Destination, error: BadRequest) -> Destination | None:
    """The next best destination if `error` refuses the topic or the reply; else None.

    Telegram puts a reply into the topic of its original, so the last try has neither topic nor reply.
    """
    if is_refusal(error, *_TOPIC_GONE):
        if to.thread_id is not None:
            return replace(to, thread_id=None)
        return replace(to, reply_to=None) if to.reply_to is not None else None
    if is_refusal(error, *_REPLY_GONE) and to.reply_to is not None:
        return replace(to, reply_to=None)
    return None


def reply_to(to: Destination) -> ReplyParameters | None:
    """Telegram's parameters of a reply. If the original is gone, the message is sent without."""
    if to.reply_to is None:
        return None
    return ReplyParameters(to.reply_to, allow_sending_without_reply=True)
