"""Calls on their way to Telegram: priority, chat, and how long each may wait."""

import asyncio
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from telegram.error import TelegramError

from bot.telegram.outbox.windows import Window


class Priority(IntEnum):
    """How important a call is to a person; 1 is the most important.

    Passed as `rate_limit_args`. python-telegram-bot drops a 0, so the numbers begin with 1.
    """

    RESULT = 1
    ANSWER = 2
    END = 3
    """A card's last words: whoever cancels several edits hears first that they are cancelled."""
    CARD = 4
    """A new card: the first that a person sees of an edit."""
    PROGRESS = 5
    """What a card says while its edit runs."""
    ACTION = 6


UNCOUNTED = 0
"""The rank of calls that Telegram does not count: they wait for pauses only."""
PATIENCE_SECONDS = {
    UNCOUNTED: 10.0,
    Priority.RESULT: 10.0,
    Priority.ANSWER: 30.0,
    Priority.END: 30.0,
    Priority.CARD: 6.0,
    Priority.PROGRESS: 3.0,
    Priority.ACTION: 0.0,
}
"""How long a call may wait. A result is in its row and sent again; progress is told anew soon anyway. A card
waits for longer than a person's budget can be used up: it is posted once or not at all.
"""
_PRIORITIES = {
    "sendPhoto": Priority.RESULT,
    "sendDocument": Priority.RESULT,
    "sendMediaGroup": Priority.RESULT,
    "sendChatAction": Priority.ACTION,
    "editMessageMedia": Priority.RESULT,
    "editMessageText": Priority.PROGRESS,
    "editMessageCaption": Priority.PROGRESS,
    "editMessageReplyMarkup": Priority.PROGRESS,
}
"""Unless the call itself has a priority. Everything else that counts is an answer."""
_COUNTED = ("send", "edit", "copy", "forward")
_CHANGES_NOTHING = ("get", "answer")
_REPLACES_TEXT = frozenset({"editMessageText", "editMessageMedia", "deleteMessage"})


class Superseded(TelegramError):
    """A text that is not sent, because a later call for the same message replaces it."""


@dataclass(eq=False, slots=True)
class Turn:
    """One call. It waits until `admitted` is done; then it holds `places`.

    `message`: the chat and id of the message that it changes, if it changes one. `messages`: how many it is.
    """

    endpoint: str
    rank: int
    number: int
    chat_id: int | str | None
    message: tuple[object, object] | None
    came_at: float
    admitted: asyncio.Future[None]
    messages: int = 1
    places: tuple[tuple[Window, int], ...] = ()
    is_in_line: bool = False
    has_begun: bool = False

    @property
    def order(self) -> tuple[int, int]:
        return self.rank, self.number

    @property
    def deadline(self) -> float:
        return self.came_at + PATIENCE_SECONDS[self.rank]

    @property
    def waits(self) -> bool:
        return not self.admitted.done()

    @property
    def is_counted(self) -> bool:
        return self.rank != UNCOUNTED

    @property
    def is_private(self) -> bool:
        return is_private(self.chat_id)

    @property
    def is_result(self) -> bool:
        return self.rank == Priority.RESULT

    @property
    def is_group_talk(self) -> bool:
        """Anything but a result, in a group."""
        return self.rank > Priority.RESULT and not self.is_private

    @property
    def is_progress(self) -> bool:
        return self.rank == Priority.PROGRESS

    @property
    def is_action(self) -> bool:
        return self.rank == Priority.ACTION

    @property
    def is_text(self) -> bool:
        return self.endpoint == "editMessageText"

    @property
    def is_deletion(self) -> bool:
        return self.endpoint == "deleteMessage"


def is_private(chat_id: int | str | None) -> bool:
    """Telegram gives people positive ids and groups negative ones."""
    return isinstance(chat_id, int) and chat_id > 0


def turn_for(
    endpoint: str, data: dict[str, Any], priority: Priority | None, *, number: int, now: float
) -> Turn:
    """The turn of a call. `number` counts all calls, to keep their order."""
    chat_id, rank = data.get("chat_id"), UNCOUNTED
    if chat_id is not None and endpoint.startswith(_COUNTED):
        rank = priority or _PRIORITIES.get(endpoint, Priority.ANSWER)
    return Turn(
        endpoint=endpoint,
        rank=rank,
        number=number,
        chat_id=None if endpoint.startswith(_CHANGES_NOTHING) else chat_id,
        message=(chat_id, data.get("message_id")) if endpoint in _REPLACES_TEXT else None,
        came_at=now,
        admitted=asyncio.get_running_loop().create_future(),
        messages=len(data["media"]) if endpoint == "sendMediaGroup" else 1,
    )
