"""Where a message goes: into its topic and as a reply, and nearby where Telegram will not have it there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from telegram.error import BadRequest

from bot.telegram.outbox.errors import is_refusal

T = TypeVar("T")

_TOPIC_GONE = ("thread not found", "topic_deleted", "topic_closed", "topic_id_invalid")
_REPLY_GONE = ("to be replied not found", "replied message not found", "reply message not found")


@dataclass(frozen=True, slots=True)
class Place:
    """A topic of the chat, and the message there that is replied to."""

    thread_id: int | None
    reply_to: int | None

    def nearby(self, error: BadRequest) -> "Place | None":
        """The next best place, where `error` says that it is this one that is refused.

        A reply goes into the topic of what it replies to, hence the last place has neither.
        """
        if is_refusal(error, *_TOPIC_GONE):
            if self.thread_id is not None:
                return replace(self, thread_id=None)
            return replace(self, reply_to=None) if self.reply_to is not None else None
        if is_refusal(error, *_REPLY_GONE) and self.reply_to is not None:
            return replace(self, reply_to=None)
        return None


async def placed(place: Place, send: Callable[[Place], Awaitable[T]]) -> T:
    """What `send` returns, at the first place that Telegram takes."""
    while True:
        try:
            return await send(place)
        except BadRequest as error:
            nearby = place.nearby(error)
            if nearby is None:
                raise
            place = nearby
