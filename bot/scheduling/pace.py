"""When an edit is looked at next: by the age of its task, or by its place in the line for one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from bot.core.edits import Edit, EditState, Held, Processing
from bot.core.pacing import Pacing
from bot.scheduling.triggers import PacedTrigger

_RESTART_SPREAD_SECONDS = 1.0
_HELD_SECONDS = 15.0
"""How often a held edit is looked at: its place may come free sooner than expected."""
_LOOKS_A_SECOND = 250
"""After a start, when thousands of tasks may be running."""


class Line(Protocol):
    """Where edits wait for the provider's budget."""

    def wait_seconds(self, edit_id: str) -> float:
        """Seconds until an edit in the line asks again whether it is its turn."""


class Pace:
    """Makes the triggers of the edits' jobs. `random` returns a number from 0 to 1."""

    def __init__(self, pacing: Pacing, line: Line, random: Callable[[], float]) -> None:
        self._pacing, self._line, self._random = pacing, line, random

    def trigger(self, edit: Edit) -> PacedTrigger:
        """The trigger of an edit's job, right until a task of the edit begins or ends."""
        match edit.stage:
            case Processing(task=task):
                return PacedTrigger(
                    lambda age: self._pacing.next_wait(edit.operation, age), task.submitted_at, self._jitter
                )
            case Held(place_at):
                at = (place_at - edit.created_at).total_seconds()
                return PacedTrigger(lambda age: _held_wait(at - age), edit.created_at, lambda: 1)
            case _:
                return PacedTrigger(lambda _: self._line.wait_seconds(edit.id), edit.created_at, self._jitter)

    def spread(self, edit: Edit, number: int) -> timedelta:
        """How long an edit waits for its first look, when it is the `number`-th to get a job at once."""
        queue_seconds = number / _LOOKS_A_SECOND if edit.state is EditState.PROCESSING else 0
        return timedelta(seconds=queue_seconds + _RESTART_SPREAD_SECONDS * self._random())

    def found_done(self, told: bool) -> None:  # noqa: FBT001 - the answer to "had a callback come?"
        """A task was found done here. `told`: because of a callback, not because a look was due."""
        self._pacing.found_done(told)

    def _jitter(self) -> float:
        return 0.9 + 0.2 * self._random()


def _held_wait(left_seconds: float) -> float:
    return min(left_seconds, _HELD_SECONDS) if left_seconds > 0 else _HELD_SECONDS
