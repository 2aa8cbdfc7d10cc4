"""A sliding window: how many calls may be made in a length of time."""

import math
from collections import deque


class Window:
    """At most `count` calls in any `seconds`.

    A call holds its place from its start until `seconds` after its end, because Telegram may count it
    anywhere in between. With 0 seconds this bounds the calls that are running.
    """

    def __init__(self, count: int, seconds: float) -> None:
        self._count, self._seconds = count, seconds
        self._under_way = 0
        self._ends: deque[float] = deque()

    def opens_at(self, now: float, wanted: int = 1) -> float:
        """When there are so many places: now, later, or infinity if a running call has to end first."""
        self._forget_past(now)
        places = self._count - self._under_way + 1 - wanted
        if places <= 0:
            return math.inf
        taken = len(self._ends)
        return now if taken < places else self._ends[taken - places] + self._seconds

    def resize(self, count: int) -> None:
        """Change the number of places. Calls that hold one keep it."""
        self._count = count

    def places_for(self, messages: int) -> int:
        """What a call that sends so many messages takes. With 0 seconds it counts as one."""
        return max(1, min(messages, self._count)) if self._seconds else 1

    def start(self, places: int = 1) -> None:
        """Take places."""
        self._under_way += places

    def end(self, now: float, places: int = 1) -> None:
        """The call has ended; its places come free `seconds` from now."""
        self._under_way -= places
        self._ends.extend([now] * places)

    def give_back(self, places: int = 1) -> None:
        """The places were not used after all."""
        self._under_way -= places

    def is_empty(self, now: float) -> bool:
        self._forget_past(now)
        return not self._under_way and not self._ends

    def _forget_past(self, now: float) -> None:
        while self._ends and self._ends[0] + self._seconds <= now:
            self._ends.popleft()
