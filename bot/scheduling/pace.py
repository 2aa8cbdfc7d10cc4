"""When an edit is looked at next: by the age of its task, or by its place in the line for one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from bot.core.edits import Edit
from bot.core.look_budget import LookBudget
from bot.core.pacing import Pacing
from bot.core.series import PATIENCE, ready_at
from bot.core.stages import Cancelled, Delivered, Failed, Held, Processing, Ready
from bot.scheduling.triggers import PacedTrigger

_RESTART_SPREAD_SECONDS = 1.0
_HELD_SECONDS = 15.0
"""How often a held edit is looked at: its place may come free sooner than expected."""
_SERIES_SECONDS = 5.0
"""How often an edit looks for the others of its series: they wake it."""


class Line(Protocol):
    """Where edits wait for the provider's budget."""

    def wait_seconds(self, edit_id: str) -> float:
        """Seconds until an edit in the line asks again whether it is its turn."""


class Pace:
    """Makes the triggers of the edits' jobs. `random` returns a number from 0 to 1."""

    def __init__(self, pacing: Pacing, line: Line, random: Callable[[], float]) -> None:
        self._pacing, self._line, self._random = pacing, line, random
        self._look_waits: dict[str, Callable[[float], float]] = {}

    @property
    def budget(self) -> LookBudget:
        """What all looks share."""
        return self._pacing.budget

    def follow(self, edit: Edit) -> PacedTrigger:
        """The trigger of an edit's job, right until a task of the edit begins or ends.

        It does not keep the edit in memory: with thousands of jobs, collecting garbage would take longer.
        """
        looks = _looks(edit)
        if looks:
            self.budget.add(edit.id)
        else:
            self.budget.discard(edit.id)
        in_line = partial(self._line_wait, edit.id)
        match edit.stage:
            case Processing(task=task):
                return PacedTrigger(self._look_wait(edit.operation), task.submitted_at, looks=True)
            case Held(place_at):
                at = (place_at - edit.created_at).total_seconds()
                return PacedTrigger(lambda age: _held_wait(at - age), edit.created_at)
            case Failed() if _looks_late(edit):
                return PacedTrigger(in_line, edit.created_at, looks=True, is_late=True)
            case Ready() if edit.is_in_series:
                patience = PATIENCE.total_seconds()
                return PacedTrigger(lambda age: max(patience - age, _SERIES_SECONDS), ready_at(edit))
            case Delivered() | Failed() | Cancelled() if edit.is_in_series:
                return PacedTrigger(lambda _: _SERIES_SECONDS, edit.created_at)
            case _:
                return PacedTrigger(in_line, edit.created_at, looks=looks)

    def first_run(self, edit: Edit, now: datetime) -> datetime:
        """When an edit runs first that is found after a start, maybe with thousands of others."""
        if _looks(edit):
            return self.budget.place(edit.id, now)
        if _looks_late(edit) and edit.due_at is not None:
            return self.budget.place(edit.id, now, is_late=True) if edit.is_due(now) else edit.due_at
        return now + timedelta(seconds=_RESTART_SPREAD_SECONDS * self._random())

    def found_done(self, told: bool) -> None:  # noqa: FBT001 - the answer to "had a callback come?"
        """A task was found done here. `told`: because of a callback, not because a look was due."""
        self._pacing.found_done(told)

    def _look_wait(self, operation: str) -> Callable[[float], float]:
        """The same for every task of an operation."""
        return self._look_waits.setdefault(operation, partial(self._pacing.next_wait, operation))

    def _line_wait(self, edit_id: str, _: float) -> float:
        return self._line.wait_seconds(edit_id) * (0.9 + 0.2 * self._random())


def _looks(edit: Edit) -> bool:
    """Whether an edit's next step is to look at a task that is in flight."""
    return isinstance(edit.stage, Processing) or (edit.is_told and edit.runs_until is not None)


def _looks_late(edit: Edit) -> bool:
    """Whether its next step is to look once more at a task that it has stopped waiting for."""
    return isinstance(edit.stage, Failed) and edit.is_told and edit.is_late


def _held_wait(left_seconds: float) -> float:
    return min(left_seconds, _HELD_SECONDS) if left_seconds > 0 else _HELD_SECONDS
