"""Which of the bot's processes this is, and whether it may still act for the edits that it holds."""

import time
from collections.abc import Callable

from bot.core.clock import NewId
from bot.core.edits import Edit
from bot.core.errors import TryLater
from bot.storage.replicas import LEASE

_TRUSTED_SHARE = 0.6
"""Of the lease: a replica stops acting well before others may take over its edits."""


class Replica:
    """The core's `Lease`. After an absence it has a new name, so it owns nothing that it held before.

    With `alone` (a SQLite file has one process) it is always trusted.
    """

    def __init__(
        self, new_id: NewId, *, alone: bool, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._new_id, self.alone, self._monotonic = new_id, alone, monotonic
        self._name = new_id()
        self._renewed_at = monotonic()
        self._leaves = False

    @property
    def name(self) -> str:
        """Written into its edits as their `owner`."""
        return self._name

    @property
    def is_trusted(self) -> bool:
        """Whether it may act: its last heartbeat is too recent for others to have taken its edits."""
        return self.alone or self._monotonic() - self._renewed_at < _TRUSTED_SHARE * LEASE.total_seconds()

    @property
    def may_begin(self) -> bool:
        """Whether it may start another step of an edit."""
        return self.is_trusted and not self._leaves

    def owns(self, edit: Edit) -> bool:
        """Whether this process was the owner of the edit when `edit` was read."""
        return edit.owner == self._name

    def ensure_holds(self, edit: Edit) -> None:
        """Called before anything that people or the provider see. TryLater if the edit may be another's."""
        if not (self.owns(edit) and self.may_begin):
            raise TryLater(1, "this replica is leaving, or has lost touch with the database for a while")

    def renew(self, asked_at: float) -> None:
        """The database has noted a heartbeat, which was sent at `asked_at` (by `monotonic`)."""
        self._renewed_at = asked_at

    def start_anew(self) -> None:
        """It was away for longer than its lease and others have its edits: take a new name."""
        self._name = self._new_id()

    def leave(self) -> None:
        """It is being stopped: running steps may end, no new one starts."""
        self._leaves = True
