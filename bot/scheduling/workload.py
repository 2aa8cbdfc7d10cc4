"""How much this process has to do: which edits have a job here."""

_KEPT_AT_HOME = 16
"""With this many edits, a replica leaves new ones for any replica to claim, itself included."""


class LocalWorkload:
    """The core's `Workload`. The jobs write it, the service and the metrics read it."""

    def __init__(self, *, alone: bool) -> None:
        self._alone = alone
        self._edit_ids: set[str] = set()

    @property
    def has_room(self) -> bool:
        """Whether this process keeps the edits that it admits. One that is alone always does."""
        return self._alone or self.count() < _KEPT_AT_HOME

    def count(self) -> int:
        """How many edits have a job here."""
        return len(self._edit_ids)

    def add(self, edit_id: str) -> None:
        """An edit got a job."""
        self._edit_ids.add(edit_id)

    def discard(self, edit_id: str) -> None:
        """There is nothing left to do for an edit."""
        self._edit_ids.discard(edit_id)
