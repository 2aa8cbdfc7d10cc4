"""How much may be sent, and when there is room again: sliding windows, and pauses that Telegram asks for."""

import math
from collections import deque

A_SECOND = 30
"""What Telegram takes from a bot, whatever the chats."""
AT_ONCE = 8
"""Calls under way: more make an HTTP client slower, not faster."""
FLOODED_CHATS, FLOODED_WITHIN_SECONDS = 3, 5.0
"""So many chats refused in so short a time: it is the bot as a whole that is too fast."""


class Window:
    """At most `count` calls in any `seconds`, the last `reserved` of them for what matters most.

    A call holds its place from its start until `seconds` after its end: wherever in between Telegram counts
    it, it never counts more. With 0 seconds this bounds the calls under way.
    """

    def __init__(self, count: int, seconds: float, reserved: int = 0) -> None:
        self._count, self._seconds, self._reserved = count, seconds, reserved
        self._under_way = 0
        self._ends: deque[float] = deque()

    def opens_at(self, now: float, *, to_all: bool) -> float:
        """When there is a place: now, later, or (infinity) not before a call under way has ended."""
        self._let_go(now)
        places = self._count - self._under_way - (0 if to_all else self._reserved)
        if places <= 0:
            return math.inf
        taken = len(self._ends)
        return now if taken < places else self._ends[taken - places] + self._seconds

    def resize(self, count: int) -> None:
        """From now on there are so many places; whoever holds one keeps it."""
        self._count = count

    def start(self) -> None:
        """Take a place."""
        self._under_way += 1

    def end(self, now: float) -> None:
        """The call has ended; its place comes free `seconds` from now."""
        self._under_way -= 1
        self._ends.append(now)

    def give_back(self) -> None:
        """The place was not used after all."""
        self._under_way -= 1

    def is_empty(self, now: float) -> bool:
        self._let_go(now)
        return not self._under_way and not self._ends

    def _let_go(self, now: float) -> None:
        while self._ends and self._ends[0] + self._seconds <= now:
            self._ends.popleft()


class ChatBudget:
    """A person gets one message a second, counted over five, in bursts of three; a group twenty a minute.

    A group's last four are not for cards: there is always room for a few results and answers.
    """

    def __init__(self, chat_id: int | str) -> None:
        private = isinstance(chat_id, int) and chat_id > 0
        self.windows = (Window(3, 1), Window(5, 5)) if private else (Window(20, 60, reserved=4),)
        self.paused_until = 0.0

    def is_as_new(self, now: float) -> bool:
        """Whether forgetting this budget would change nothing."""
        return self.paused_until <= now and all(window.is_empty(now) for window in self.windows)


class Budgets:
    """Everybody's together, and each chat's; a chat's is made when asked for, and forgotten when as new."""

    def __init__(self) -> None:
        self._everybody = Window(A_SECOND, 1)
        self.everything = (self._everybody, Window(AT_ONCE, 0))
        self.paused_until = 0.0
        self._chats: dict[int | str, ChatBudget] = {}
        self._refusals: dict[int | str, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._chats)

    def of(self, chat_id: int | str) -> ChatBudget:
        """One chat's."""
        if chat_id not in self._chats:
            self._chats[chat_id] = ChatBudget(chat_id)
        return self._chats[chat_id]

    def share(self, processes: int) -> None:
        """So many processes speak for the same bot: each keeps to its part."""
        self._everybody.resize(max(1, A_SECOND // processes))

    def full_until(self, now: float) -> float:
        """When there is room for anything that counts, whatever the chat."""
        return max(window.opens_at(now, to_all=True) for window in self.everything)

    def refused(self, chat_id: int | str, now: float, until: float) -> int:
        """Telegram wants no more for this chat before `until`; returns how many chats fared so of late.

        If those are too many, everybody waits for the longest of their pauses.
        """
        chat = self.of(chat_id)
        chat.paused_until = max(chat.paused_until, until)
        recent = now - FLOODED_WITHIN_SECONDS
        self._refusals = {each: times for each, times in self._refusals.items() if times[0] > recent}
        self._refusals[chat_id] = now, chat.paused_until
        if len(self._refusals) >= FLOODED_CHATS:
            self.paused_until = max(self.paused_until, *(until for _, until in self._refusals.values()))
        return len(self._refusals)

    def forget_idle(self, now: float) -> None:
        """Keep only the chats that differ from new ones."""
        self._chats = {each: chat for each, chat in self._chats.items() if not chat.is_as_new(now)}
