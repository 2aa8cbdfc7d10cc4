"""The calls that wait, chat by chat. Finds whose turn it is without looking at all of them."""

import bisect
import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.telegram.outbox.turns import Priority, Turn

ChatId: TypeAlias = int | str | None
_Ready: TypeAlias = tuple[float, float, int, int, ChatId]
"""Standing among chats, since when, the number of the entry that found this, the valid entry's, the chat."""

PRIVATE_HEAD_START_SECONDS = 5.0
"""Private chats are served as if they had waited so much longer: a person watches, a group has others."""
RESULTS_GIVE_WAY_SECONDS = 6.0
"""So long a result lets other chats' answers and new cards pass: a bot that says nothing seems dead. It is
well below a result's patience, and after it nothing passes any more.
"""
_BEHIND_CARDS = Priority.CARD + 0.5
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
        self._talk: list[_Ready] = []
        self._ready: list[_Ready] = []
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

    def firsts(self, now: float) -> list[Turn]:
        """Whose turn it is among the chats that have room now: of talk in groups, and of all else.

        The first is the one of both that comes before the other. They stay in line.
        """
        while self._later and self._later[0][0] <= now:
            _, entry, chat_id = heapq.heappop(self._later)
            if self._counts(chat_id, entry):
                self._place(chat_id, self._lines[chat_id], now)
        for ready in (self._talk, self._ready):
            while ready and not self._counts(ready[0][-1], ready[0][-2]):
                heapq.heappop(ready)
        heads = sorted(ready[0] for ready in (self._talk, self._ready) if ready)
        return [self._lines[chat_id].turns[0] for *_, chat_id in heads]

    def next_at(self) -> float:
        """When a chat has room again, or a result stops giving way, as far as is known; else infinity."""
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
            insists_at = first.came_at + RESULTS_GIVE_WAY_SECONDS if first.is_result else now
            standing = _BEHIND_CARDS if insists_at > now else first.rank
            ready = self._talk if first.is_group_talk else self._ready
            heapq.heappush(ready, (standing, since, number, line.entry, chat_id))
            again_at = insists_at
        else:
            line.ready_since, again_at = None, opens_at
        if now < again_at < math.inf:
            heapq.heappush(self._later, (again_at, line.entry, chat_id))
        if len(self._talk) + len(self._ready) + len(self._later) > 3 * len(self._lines) + _STALE_ENTRIES:
            self._forget_stale_entries()

    def _counts(self, chat_id: ChatId, entry: int) -> bool:
        line = self._lines.get(chat_id)
        return line is not None and line.entry == entry

    def _forget_stale_entries(self) -> None:
        for ready in (self._talk, self._ready):
            ready[:] = [each for each in ready if self._counts(each[-1], each[-2])]
            heapq.heapify(ready)
        self._later = [each for each in self._later if self._counts(each[-1], each[-2])]
        heapq.heapify(self._later)
