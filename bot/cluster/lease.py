"""Which of the bot's processes this is, and whether it may still act for the edits that it holds."""

import time
from collections.abc import Callable

from bot.core.clock import NewId
from bot.core.edits import Edit
from bot.core.errors import TryLater
from bot.storage.replicas import LEASE

_TRUSTED_SHARE = 0.6
"""Of the lease: a replica stops acting well before another may take its edits over."""


class Replica:
    """The core's `Lease`. After an absence the replica has a new name: nothing it held before is its own.

    A process that is alone by construction (one SQLite file, one process) is always trusted.
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
        """What it signs its edits with."""
        return self._name

    @property
    def is_trusted(self) -> bool:
        """Whether it may act: nobody else can have been given its edits yet."""
        return self.alone or self._monotonic() - self._renewed_at < _TRUSTED_SHARE * LEASE.total_seconds()

    @property
    def may_begin(self) -> bool:
        """Whether it may take another step for an edit."""
        return self.is_trusted and not self._leaves

    def owns(self, edit: Edit) -> bool:
        """Whether the edit is this process's to move, as far as `edit` was read."""
        return edit.owner == self._name

    def ensure_holds(self, edit: Edit) -> None:
        """Asked right before anything that people or the provider see. TryLater if it may be another's."""
        if not (self.owns(edit) and self.may_begin):
            raise TryLater(1, "this replica is leaving, or has lost touch with the database for a while")

    def renew(self, asked_at: float) -> None:
        """The database noted that this replica lives; `asked_at` is when it was asked to, by `monotonic`."""
        self._renewed_at = asked_at

    def start_anew(self) -> None:
        """It was away for longer than its lease: others have its edits now."""
        self._name = self._new_id()

    def leave(self) -> None:
        """It is being stopped: steps that have begun may end, and no other begins."""
        self._leaves = True
