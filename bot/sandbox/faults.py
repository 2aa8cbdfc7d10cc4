"""Fault switches: what a test tells a sandbox server to do at one of its meeting points with the bot.

A meeting point is a name such as `sendPhoto` or `create`. `before` runs before the call has its
effect and may answer in its place; `after` runs when the effect is done and before the answer leaves.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

Phase = Literal["before", "after"]
Action = Callable[[Request], Awaitable[Response | None]]
"""Returns the answer to give instead, or None to go on."""


@dataclass
class _Switch:
    point: str
    phase: Phase
    action: Action
    times: int | None


@dataclass
class Faults:
    """The switches of one server; the first that fits a meeting point is played."""

    _switches: list[_Switch] = field(default_factory=list)

    def at(self, point: str, action: Action, *, phase: Phase = "before", times: int | None = None) -> None:
        """Play `action` at `point`, the next `times` times (None: until cleared)."""
        self._switches.append(_Switch(point, phase, action, times))

    def answer(
        self, point: str, response: Response, *, phase: Phase = "before", times: int | None = 1
    ) -> None:
        """Answer `response` at `point`; with phase `after` the effect has happened all the same."""

        async def action(_: Request) -> Response:
            return response

        self.at(point, action, phase=phase, times=times)

    def clear(self) -> None:
        """Everything works again."""
        self._switches.clear()

    async def play(self, point: str, phase: Phase, request: Request) -> Response | None:
        """What the servers call at each meeting point."""
        for switch in self._switches:
            if (switch.point, switch.phase) == (point, phase) and switch.times != 0:
                if switch.times is not None:
                    switch.times -= 1
                return await switch.action(request)
        return None
