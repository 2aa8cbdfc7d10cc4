"""When to look at a task next, and how long it will still take, from how long such tasks took before.

A look writes nothing: the next one is a function of the task's age, so a restart computes the same schedule.
While callbacks arrive, looks are only a safety net.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.edits import Edit

MEMORY = 100
"""Durations remembered per operation."""

_ENOUGH = 10
_EARLY, _LATE = 0.05, 0.95
_SEED_STEADY, _SEED_SLOW = 10, 10 + 2 * 20
_LEARNED_STEP = 0.8
"""Of the configured interval: 5 s give steps of 4 s, which beat a fixed 5 s on delay and on calls."""
_SHORTEST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.4, 30.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """`left_seconds`: the median rest of the tasks that took at least this long; None if unknown.

    `is_slow`: it has taken longer than 95 % of them.
    """

    left_seconds: float | None
    is_slow: bool


@dataclass
class Pacing:
    """The durations of the last tasks per operation, and the schedule that follows from them."""

    interval_seconds: float
    timeout: timedelta
    _past: dict[str, list[float]] = field(default_factory=dict)
    _told_in_a_row: int = 0

    def learn(self, operation: str, durations: Sequence[float]) -> None:
        """Add durations in seconds, oldest first. The last MEMORY ones are kept."""
        self._past[operation] = (self._past.get(operation, []) + list(durations))[-MEMORY:]

    def found_done(self, told: bool) -> None:  # noqa: FBT001 - the answer to "had a callback come?"
        """A task was found done here. `told`: because of a callback, not because a look was due."""
        self._told_in_a_row = self._told_in_a_row + 1 if told else 0

    def next_wait(self, operation: str, age: float) -> float:
        """Seconds until the next look at a task of this age (in seconds). One look falls on the timeout."""
        wait = self._wait(sorted(self._past.get(operation, [])), age)
        timeout_seconds = self.timeout.total_seconds()
        if age < timeout_seconds:
            wait = min(wait, timeout_seconds - age)
        return max(wait, _SHORTEST_WAIT_SECONDS)

    def _wait(self, past: list[float], age: float) -> float:
        if len(past) < _ENOUGH:
            return self._seed(age)
        first, late = past[int(_EARLY * len(past))], past[int(_LATE * len(past))]
        if self._told_in_a_row >= _ENOUGH:
            first = late
        if age < first:
            return first - age
        step = _LEARNED_STEP * self.interval_seconds
        return step if age < late else min(max(step, age / 10), max(step, _LONGEST_WAIT_SECONDS))

    def _seed(self, age: float) -> float:
        """Before enough is learned: every interval, twice that after 10 looks, six times that after 30."""
        looks = age / self.interval_seconds
        return self.interval_seconds * (1 if looks < _SEED_STEADY else 2 if looks < _SEED_SLOW else 6)

    def usual_longest(self, operation: str) -> float | None:
        """Seconds within which nearly all tasks of an operation were done; None before enough are known."""
        past = sorted(self._past.get(operation, []))
        return past[int(_LATE * len(past))] if len(past) >= _ENOUGH else None

    def estimate(self, operation: str, age: float) -> Estimate:
        """How long a task of this age (in seconds) will still take, from those that took at least as long."""
        past = sorted(self._past.get(operation, []))
        if len(past) < _ENOUGH:
            return Estimate(None, is_slow=False)
        if age > past[int(_LATE * len(past))]:
            return Estimate(None, is_slow=True)
        rest = [seconds for seconds in past if seconds >= age]
        return Estimate(rest[len(rest) // 2] - age, is_slow=False)

    def estimate_of(self, edit: Edit, now: datetime) -> Estimate:
        """The estimate for an edit; while it waits, that for a new task."""
        age = now - edit.task.submitted_at if edit.task else timedelta(0)
        return self.estimate(edit.operation, age.total_seconds())
