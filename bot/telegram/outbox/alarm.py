"""One timer for the next moment at which there is something to do."""

import asyncio
import math
from collections.abc import Callable
from typing import Protocol, TypeAlias

_MARGIN_SECONDS = 0.001
"""Added, so that rounding never makes it ring too early."""


class Handle(Protocol):
    """What `later` returns, such as asyncio's TimerHandle."""

    def cancel(self) -> None: ...


Later: TypeAlias = Callable[[float, Callable[[], None]], Handle]
"""Calls a function after some seconds."""


def call_later(seconds: float, callback: Callable[[], None]) -> Handle:
    """The event loop's own `call_later`."""
    return asyncio.get_running_loop().call_later(seconds, callback)


class Alarm:
    """Calls `ring` once, at the earliest moment that it was set to."""

    def __init__(self, now: Callable[[], float], later: Later, ring: Callable[[], None]) -> None:
        self._now, self._later, self._ring = now, later, ring
        self._set: tuple[float, Handle] | None = None

    def ring_at(self, at: float) -> None:
        """Set it, unless it is already set to an earlier moment. Infinity does nothing."""
        if at < math.inf and (self._set is None or at < self._set[0]):
            self.silence()
            self._set = at, self._later(at - self._now() + _MARGIN_SECONDS, self._ring)

    def silence(self) -> None:
        """Unset it."""
        if self._set is not None:
            self._set[1].cancel()
            self._set = None
