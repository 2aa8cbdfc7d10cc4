"""Tells the replica that holds an edit to look at it now, from whichever replica."""

from collections.abc import Callable
from typing import Protocol

from bot.core.edits import Edit
from bot.core.ports import Lease
from bot.storage.notifications import DEPARTURE, Notifications


class LocalJobs(Protocol):
    """The jobs of this replica."""

    def wake(self, edit: Edit) -> None:
        """There is something to do for an edit of this replica: look now, or when it is due."""

    def notified(self, edit_id: str) -> None:
        """There is something to do for an edit that may be this replica's, or nobody's."""


class Notify:
    """Notifications between replicas."""

    def __init__(self, lease: Lease, jobs: LocalJobs, notifications: Notifications) -> None:
        self._lease, self._jobs, self._notifications = lease, jobs, notifications

    async def wake(self, edit: Edit) -> None:
        """The core's `Wake`: look here if the edit is ours, else notify all replicas."""
        if self._lease.owns(edit):
            self._jobs.wake(edit)
        else:
            await self._notifications.send(edit.id)

    async def listen(self, on_departure: Callable[[], None]) -> None:
        """Pass on other replicas' notifications until cancelled. Calls `on_departure` when one has left."""

        def heard(word: str) -> None:
            self._jobs.notified(word)  # after a departure too: there is something to claim
            if word == DEPARTURE:
                on_departure()

        await self._notifications.listen(heard)
