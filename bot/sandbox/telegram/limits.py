"""The flood limits: to a person 5 messages in 5 seconds, to a group 20 a minute, to all 30 a second."""

import math
from collections import defaultdict, deque

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.values import Clock, too_fast


class _Window:
    """At most `count` in any `seconds`."""

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque([-math.inf] * count, maxlen=count)

    def wait(self, now: float) -> float:
        """How long until there is room again; 0 or less: now."""
        return self._times[0] + self._seconds - now

    def take(self, now: float) -> None:
        self._times.append(now)


class FloodLimits:
    """The limits of one bot; a refused call does not count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._everything = _Window(30, 1)
        self._private: defaultdict[int, _Window] = defaultdict(lambda: _Window(5, 5))
        self._groups: defaultdict[int, _Window] = defaultdict(lambda: _Window(20, 60))

    def check(self, call: Call) -> None:
        """Raises 429 with `retry_after` for what comes too fast."""
        chat_id = call.integer("chat_id")
        if (
            not chat_id
            or call.method == "sendChatAction"
            or not call.method.startswith(("send", "editMessage"))
        ):
            return
        now = self._clock()
        windows = [self._everything, self._private[chat_id] if chat_id > 0 else self._groups[chat_id]]
        wait = max(window.wait(now) for window in windows)
        if wait > 0:
            raise too_fast(math.ceil(wait))
        for window in windows:
            window.take(now)
