"""How often this process asks the provider how tasks are doing: so many looks a second, for all its tasks."""

from datetime import UTC, datetime, timedelta

_PLANNED = 0.9
"""Of the budget. The rest is for looks that happen to come together, so that they need not wait."""
_TOGETHER = 4
"""Looks more than one that may come at the same moment."""
_LATE = 0.1
"""Of the budget, for late tasks: nobody waits for them, and after a restart thousands may be due."""


class LookBudget:
    """`per_second` looks are shared by the replicas, and by the tasks that each of them looks at."""

    def __init__(self, per_second: float) -> None:
        self._per_second = self._here = per_second
        self._tasks: set[str] = set()
        self._kept: dict[str, datetime] = {}
        self._free_at = dict.fromkeys((False, True), datetime.min.replace(tzinfo=UTC))

    @property
    def of_a_task(self) -> float:
        """Looks a second that each task may have, on average."""
        return _PLANNED * self._here / max(1, len(self._tasks))

    def share(self, replicas: int) -> None:
        """Leave the other replicas their part. `replicas` are alive, this one included."""
        self._here = self._per_second / replicas

    def add(self, edit_id: str) -> None:
        """From now on, the task of an edit is looked at here."""
        self._tasks.add(edit_id)

    def discard(self, edit_id: str) -> None:
        """It is looked at no more, or late."""
        self._tasks.discard(edit_id)

    def place(self, edit_id: str, now: datetime, *, is_late: bool = False) -> datetime:
        """When an edit's next look may be taken: now, or after those of others. It is kept until `use`.

        Looks at late tasks come one after another too, seldom, and hold up no others.
        """
        if edit_id not in self._kept:
            step = timedelta(seconds=1 / (_LATE * self._here if is_late else self._here))
            free_at = max(self._free_at[is_late], now)
            self._kept[edit_id] = max(free_at - _TOGETHER * step, now)
            self._free_at[is_late] = free_at + step
        return self._kept[edit_id]

    def use(self, edit_id: str) -> None:
        """An edit's look is taken."""
        self._kept.pop(edit_id, None)
