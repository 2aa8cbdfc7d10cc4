"""Where a message goes: into its topic and as a reply, and nearby where Telegram will not have it there."""

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
    """What `send` returns, at the first place of the chat that Telegram takes."""
    while True:
        try:
            return await send(to)
        except BadRequest as error:
            nearby = nearby_of(to, error)
            if nearby is None:
                raise
            to = nearby


def nearby_of(to: Destination, error: BadRequest) -> Destination | None:
    """The next best place, where `error` says that it is this one that is refused.

    A reply goes into the topic of what it replies to, hence the last place has neither.
    """
    if is_refusal(error, *_TOPIC_GONE):
        if to.thread_id is not None:
            return replace(to, thread_id=None)
        return replace(to, reply_to=None) if to.reply_to is not None else None
    if is_refusal(error, *_REPLY_GONE) and to.reply_to is not None:
        return replace(to, reply_to=None)
    return None


def reply_to(to: Destination) -> ReplyParameters | None:
    """A reply, and a message of its own where what it replies to is gone."""
    if to.reply_to is None:
        return None
    return ReplyParameters(to.reply_to, allow_sending_without_reply=True)
