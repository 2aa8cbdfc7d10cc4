"""Which of the bot's processes this is, and whether it may still act for the edits that it holds."""

import time
from collections.abc import Callable
from datetime import timedelta

from bot.core.clock import NewId
from bot.core.edits import Edit
from bot.core.errors import TryLater

BEAT_SECONDS = 3.0
LEASE = timedelta(seconds=10)
"""A replica that has not been heard of for so long is taken for dead, by the database's clock."""
_TRUSTED_SHARE = 0.6
"""Of the lease: a replica stops acting well before another may take its edits over."""


class Replica:
    """This process among its equals. After an absence its name is new: nothing it held before is its own.

    Where a process is alone by construction (one SQLite file, one process), it never has to doubt itself.
    """

    def __init__(
        self, new_id: NewId, *, alone: bool, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._new_id, self.alone, self._monotonic = new_id, alone, monotonic
        self.name = new_id()
        self._heard_at = monotonic()
        self._leaves = False

    def beaten(self, asked_at: float) -> None:
        """The database noted that this replica lives; `asked_at` is when it was asked to."""
        self._heard_at = asked_at

    def start_anew(self) -> None:
        """It was away for longer than its lease: others have its edits now."""
        self.name = self._new_id()

    def leave(self) -> None:
        """It is being stopped: what has begun may end, and no step begins any more."""
        self._leaves = True

    @property
    def is_trusted(self) -> bool:
        """Whether it may act: nobody else can have been given its edits yet."""
        return self.alone or self._monotonic() - self._heard_at < _TRUSTED_SHARE * LEASE.total_seconds()

    @property
    def may_begin(self) -> bool:
        """Whether it may take another step for an edit."""
        return self.is_trusted and not self._leaves

    def owns(self, edit: Edit) -> bool:
        """Whether the edit is this process's to move, as far as `edit` was read."""
        return edit.owner == self.name

    def ensure_holds(self, edit: Edit) -> None:
        """Asked right before whatever the world outside sees. TryLater where it is, or will be, another's."""
        if not (self.owns(edit) and self.may_begin):
            raise TryLater(1, "this replica is leaving, or has not been heard of for a while")
