"""Where a message goes: into its topic and as a reply, or as close to that as Telegram allows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from telegram import ReplyParameters
from telegram.error import BadRequest

from bot.conversation.outgoing import Destination
from bot.core.clock import Clock
from bot.telegram.outbox.errors import is_refusal

T = TypeVar("T")

_TOPIC_GONE = ("thread not found", "topic_deleted", "topic_closed", "topic_id_invalid")
_REPLY_GONE = ("to be replied not found", "replied message not found", "reply message not found")
_LOOK_AGAIN_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Closed:
    """A topic that takes no messages. `takes_replies`: but replies to its messages do arrive."""

    until: datetime
    takes_replies: bool


class Nearby:
    """Sends as close to a destination as Telegram allows.

    A refusal counts among the messages that a group gets in a minute, so topics that take none are remembered
    for a while.
    """

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._closed: dict[tuple[int, int], _Closed] = {}

    async def send(self, to: Destination, send: Callable[[Destination], Awaitable[T]]) -> T:
        """Call `send` with one destination after another until Telegram takes one; returns its result."""
        topic = None if to.thread_id is None else (to.chat_id, to.thread_id)
        if topic is not None and (closed := self._closed.get(topic)) and self._now() < closed.until:
            to = replace(to, thread_id=None, reply_to=to.reply_to if closed.takes_replies else None)
        while True:
            try:
                return await send(to)
            except BadRequest as error:
                nearby = nearby_of(to, error)
                if nearby is None:
                    raise
                if topic is not None and is_refusal(error, *_TOPIC_GONE):
                    self._note(topic, takes_replies=nearby.reply_to is not None)
                to = nearby

    def _note(self, topic: tuple[int, int], *, takes_replies: bool) -> None:
        now = self._now()
        self._closed = {each: closed for each, closed in self._closed.items() if now < closed.until}
        self._closed[topic] = _Closed(now + _LOOK_AGAIN_AFTER, takes_replies)


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
    """Telegram's parameters of a reply. If the original is gone, the message is sent without.

    A negative number is of before the chat became a supergroup.
    """
    if to.reply_to is None or to.reply_to < 0:
        return None
    return ReplyParameters(to.reply_to, allow_sending_without_reply=True)
