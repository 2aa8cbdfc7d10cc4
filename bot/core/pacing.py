"""When to look at a task next, and how long it will still take, from how long such tasks took before.

A look writes nothing: the next one is a function of the task's age, so a restart computes the same schedule.
While callbacks arrive, looks are only a safety net.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from bot.core.edits import Edit
from bot.core.look_budget import LookBudget
from bot.core.look_plans import CLOSEST_SECONDS, Odds, Plan

MEMORY = 100
"""Durations remembered per operation."""

_ENOUGH = 10
_TRUSTED = 30
"""So many tasks in a row have to be told of by callbacks: with fewer, lost ones would cost too much."""
_LATE = 0.95
_UNLIKE = 0.1
_MOST_LOOKS = 25
"""At a task on average, however few there are."""
_LOWEST_PRICE, _PRICE_STEP, _PRICES = 0.01, 1.2, 72


@dataclass(frozen=True, slots=True)
class Estimate:
    """`left_seconds`: the median rest of the tasks that took at least this long; None if unknown.

    `is_slow`: it has taken longer than 95 % of them.
    """

    left_seconds: float | None
    is_slow: bool


class _Learned:
    """The last durations of an operation, and the plans that follow from them, each made once."""

    def __init__(self) -> None:
        self.durations: list[float] = []
        self._odds: Odds | None = None
        self._plans: dict[int, Plan] = {}
        self._rank = 0

    def add(self, durations: Sequence[float]) -> None:
        for seconds in durations:
            self.durations = _alike([*self.durations, seconds][-MEMORY:])
        self._odds = None
        self._plans.clear()

    def quantile(self, share: float) -> float | None:
        """None before enough is known."""
        if len(self.durations) < _ENOUGH:
            return None
        return sorted(self.durations)[int(share * len(self.durations))]

    def plan(self, longest: float, looks_per_second: float) -> Plan:
        """The plan with the lowest price of a look that takes no more looks than there may be.

        Looked for from the last price on: that changes little from one task to the next.
        """

        def is_cheap(rank: int) -> bool:
            plan = self._plan_of(rank, longest)
            return plan.looks <= min(_MOST_LOOKS, looks_per_second * plan.seconds)

        while self._rank < _PRICES and not is_cheap(self._rank):
            self._rank += 1
        while self._rank and is_cheap(self._rank - 1):
            self._rank -= 1
        return self._plan_of(self._rank, longest)

    def _plan_of(self, rank: int, longest: float) -> Plan:
        if rank not in self._plans:
            self._odds = self._odds or Odds.of(self.durations, longest)
            self._plans[rank] = self._odds.plan(_LOWEST_PRICE * _PRICE_STEP**rank)
        return self._plans[rank]


def _alike(durations: list[float]) -> list[float]:
    """Only the last few where these are unlike those before: so a sudden change is followed."""
    before, last = sorted(durations[:-_ENOUGH]), durations[-_ENOUGH:]
    if len(before) < _ENOUGH:
        return durations
    low, high = before[int(_UNLIKE * len(before))], before[int((1 - _UNLIKE) * len(before))]
    return durations if low <= median(last) <= high else last


@dataclass
class Pacing:
    """What was learned per operation, and the schedules that follow from it within the budget of looks.

    `interval_seconds`: between two looks before enough is learned, and for what takes longer than `timeout`,
    when a task is given up, unless its operation has one of its own in `timeouts`.
    """

    interval_seconds: float
    timeout: timedelta
    budget: LookBudget
    timeouts: Mapping[str, timedelta] = field(default_factory=dict)
    _past: dict[str, _Learned] = field(default_factory=lambda: defaultdict(_Learned))
    _told_in_a_row: int = 0

    def learn(self, operation: str, durations: Sequence[float]) -> None:
        """Add durations in seconds, oldest first. The last MEMORY ones are kept."""
        self._past[operation].add(durations)

    def found_done(self, told: bool) -> None:  # noqa: FBT001 - the answer to "had a callback come?"
        """A task was found done here. `told`: because of a callback, not because a look was due."""
        self._told_in_a_row = self._told_in_a_row + 1 if told else 0

    def timeout_of(self, operation: str) -> timedelta:
        """How old a task of an operation becomes before it is given up."""
        return self.timeouts.get(operation, self.timeout)

    def next_wait(self, operation: str, age: float) -> float:
        """Seconds until the next look at a task of this age (in seconds). One look falls on the timeout.

        Below 0, where another process's clock went ahead of ours, it is as good as new.
        """
        age, timeout_seconds = max(age, 0.0), self.timeout_of(operation).total_seconds()
        wait = self._wait(self._past[operation], age, timeout_seconds)
        if age < timeout_seconds:
            wait = min(wait, timeout_seconds - age)
        return max(wait, min(CLOSEST_SECONDS, self.interval_seconds))

    def unhurried_wait(self, operation: str, age: float) -> float:
        """The same where a look more often than every interval has no use."""
        return max(self.next_wait(operation, age), self.interval_seconds)

    def _wait(self, learned: _Learned, age: float, longest: float) -> float:
        late = learned.quantile(_LATE)
        if late is None or age >= longest:
            return max(self.interval_seconds, 1 / self.budget.of_a_task)
        if self._told_in_a_row >= _TRUSTED and age < late:
            return late - age
        return learned.plan(longest, self.budget.of_a_task).after(age) - age

    def usual_longest(self, operation: str) -> float | None:
        """Seconds within which nearly all tasks of an operation were done; None before enough are known."""
        return self._past[operation].quantile(_LATE)

    def estimate(self, operation: str, age: float) -> Estimate:
        """How long a task of this age (in seconds) will still take, from those that took at least as long."""
        age, late = max(age, 0.0), self.usual_longest(operation)
        if late is None or age > late:
            return Estimate(None, is_slow=late is not None)
        rest = sorted(seconds for seconds in self._past[operation].durations if seconds >= age)
        return Estimate(rest[len(rest) // 2] - age, is_slow=False)

    def estimate_of(self, edit: Edit, now: datetime) -> Estimate:
        """The estimate for an edit; while it waits, that for a new task."""
        age = now - edit.task.submitted_at if edit.task else timedelta(0)
        return self.estimate(edit.operation, age.total_seconds())
