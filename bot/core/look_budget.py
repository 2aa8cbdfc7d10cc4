"""How often this process asks the provider how tasks are doing: so many looks a second, for all its tasks."""

from datetime import UTC, datetime, timedelta

_PLANNED = 0.9
"""Of the budget. The rest is for looks that happen to come together, so that they need not wait."""
_TOGETHER = 4
"""Looks more than one that may come at the same moment."""


class LookBudget:
    """`per_second` looks are shared by the replicas, and by the tasks that each of them looks at."""

    def __init__(self, per_second: float) -> None:
        self._per_second = self._here = per_second
        self._tasks: set[str] = set()
        self._kept: dict[str, datetime] = {}
        self._free_at = datetime.min.replace(tzinfo=UTC)

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
        """It is looked at no more."""
        self._tasks.discard(edit_id)
        self.use(edit_id)

    def place(self, edit_id: str, now: datetime) -> datetime:
        """When an edit's next look may be taken: now, or after those of others. It is kept until `use`."""
        if edit_id not in self._kept:
            step, free_at = timedelta(seconds=1 / self._here), max(self._free_at, now)
            self._kept[edit_id] = max(free_at - _TOGETHER * step, now)
            self._free_at = free_at + step
        return self._kept[edit_id]

    def use(self, edit_id: str) -> None:
        """An edit's look is taken."""
        self._kept.pop(edit_id, None)
