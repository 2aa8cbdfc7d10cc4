"""The calls that wait, chat by chat. Finds whose turn it is without looking at all of them."""

import bisect
import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.telegram.outbox.turns import Turn

ChatId: TypeAlias = int | str | None

PRIVATE_HEAD_START_SECONDS = 5.0
"""Private chats are served as if they had waited so much longer: a person watches, a group has others."""
_STALE_ENTRIES = 100


@dataclass(slots=True)
class Line:
    """One chat's turns in order. `ready_since`: since when the chat has had room for the first, and the
    number of the entry that found this. `entry`: the number of its valid entry in one of the heaps, if any.
    """

    turns: list[Turn] = field(default_factory=list)
    ready_since: tuple[float, int] | None = None
    entry: int | None = None


class Lines:
    """Chats take turns: a chat that was just served goes behind those that are ready.

    `opens_at` says when a turn's own chat has room for it. More important turns need less room: if there is
    none for the first of a line, there is none for those behind it.
    """

    def __init__(self, opens_at: Callable[[Turn, float], float]) -> None:
        self._opens_at = opens_at
        self._lines: dict[ChatId, Line] = {}
        self._ready: list[tuple[int, float, int, int, ChatId]] = []
        self._later: list[tuple[float, int, ChatId]] = []
        self._entries = itertools.count()

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Turn]:
        return (turn for line in self._lines.values() for turn in line.turns)

    def of(self, chat_id: ChatId) -> tuple[Turn, ...]:
        """A chat's turns, first to last."""
        line = self._lines.get(chat_id)
        return tuple(line.turns) if line else ()

    def add(self, turn: Turn, now: float) -> None:
        """Put a turn into its chat's line."""
        turn.is_in_line = True
        line = self._lines.setdefault(turn.chat_id, Line())
        bisect.insort(line.turns, turn, key=lambda each: each.order)
        if line.turns[0] is turn:
            self._place(turn.chat_id, line, now)

    def remove(self, turn: Turn, now: float) -> None:
        """Take a turn out of its line, if it is in one."""
        if not turn.is_in_line:
            return
        turn.is_in_line, line = False, self._lines[turn.chat_id]
        was_first = line.turns[0] is turn
        line.turns.remove(turn)
        if not line.turns:
            del self._lines[turn.chat_id]
        elif was_first:
            self._place(turn.chat_id, line, now)

    def serve(self, turn: Turn, now: float) -> None:
        """Take out the first turn of a line, which is starting; its chat goes behind the others."""
        self._lines[turn.chat_id].ready_since = None
        self.remove(turn, now)

    def refresh(self, chat_id: ChatId, now: float) -> None:
        """The room in a chat has changed: look again when its first turn may come."""
        line = self._lines.get(chat_id)
        if line is not None:
            self._place(chat_id, line, now)

    def first(self, now: float) -> Turn | None:
        """The next turn among the chats that have room now; None if there is none. It stays in line."""
        while self._later and self._later[0][0] <= now:
            _, entry, chat_id = heapq.heappop(self._later)
            if self._counts(chat_id, entry):
                self._place(chat_id, self._lines[chat_id], now)
        while self._ready:
            *_, entry, chat_id = self._ready[0]
            if self._counts(chat_id, entry):
                return self._lines[chat_id].turns[0]
            heapq.heappop(self._ready)
        return None

    def next_at(self) -> float:
        """When the next chat without room has room again, as far as is known; else infinity."""
        while self._later and not self._counts(self._later[0][2], self._later[0][1]):
            heapq.heappop(self._later)
        return self._later[0][0] if self._later else math.inf

    def _place(self, chat_id: ChatId, line: Line, now: float) -> None:
        """Note when this chat's first turn may come. At infinity, the end of a running call says more."""
        first, line.entry = line.turns[0], next(self._entries)
        opens_at = self._opens_at(first, now)
        if opens_at <= now:
            line.ready_since = line.ready_since or (now, line.entry)
            since, number = line.ready_since
            since -= PRIVATE_HEAD_START_SECONDS if first.is_private else 0
            heapq.heappush(self._ready, (first.rank, since, number, line.entry, chat_id))
        else:
            line.ready_since = None
            if opens_at < math.inf:
                heapq.heappush(self._later, (opens_at, line.entry, chat_id))
        if len(self._ready) + len(self._later) > 2 * len(self._lines) + _STALE_ENTRIES:
            self._forget_stale_entries()

    def _counts(self, chat_id: ChatId, entry: int) -> bool:
        line = self._lines.get(chat_id)
        return line is not None and line.entry == entry

    def _forget_stale_entries(self) -> None:
        self._ready = [each for each in self._ready if self._counts(each[-1], each[-2])]
        self._later = [each for each in self._later if self._counts(each[-1], each[-2])]
        heapq.heapify(self._ready)
        heapq.heapify(self._later)
