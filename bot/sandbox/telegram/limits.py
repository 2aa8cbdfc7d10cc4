"""Telegram's flood limits: one message a second to a person, twenty a minute to a group, thirty a second."""

import math
from collections import defaultdict, deque
from collections.abc import Callable

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.values import Refused

_LIMITED = ("send", "editmessage")
_FREE = frozenset({"sendchataction"})


class _Window:
    """At most `count` in any `seconds`."""

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._seconds = seconds
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """How long until there is room again; 0: now."""
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()
        return self._times[0] + self._seconds - now if len(self._times) >= self._count else 0

    def take(self, now: float) -> None:
        self._times.append(now)


class FloodLimits:
    """Private chats may burst: five messages in five seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._everything = _Window(30, 1)
        self._private: defaultdict[int, _Window] = defaultdict(lambda: _Window(5, 5))
        self._groups: defaultdict[int, _Window] = defaultdict(lambda: _Window(20, 60))

    def check(self, call: Call) -> None:
        """429 with `retry_after` for what comes too fast; a refused call does not count."""
        name = call.method.lower()
        chat_id = call.integer("chat_id")
        if not name.startswith(_LIMITED) or name in _FREE or not chat_id:
            return
        now = self._clock()
        windows = [self._everything, self._private[chat_id] if chat_id > 0 else self._groups[chat_id]]
        wait = math.ceil(max(window.wait(now) for window in windows))
        if wait > 0:
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        for window in windows:
            window.take(now)
