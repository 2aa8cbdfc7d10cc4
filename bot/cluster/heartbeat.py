"""Says that this replica is alive, takes or keeps roles, and takes over what dead replicas left."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Protocol

from bot.cluster.lease import Replica
from bot.storage.database import DATABASE_ERRORS
from bot.storage.replicas import Replicas

logger = logging.getLogger(__name__)

BEAT_SECONDS = 3.0
INTAKE = "intake"
"""The role of the one replica that asks Telegram for updates."""
_UPDATES = 500
"""At most so many are taken over in one beat."""


class Members(Protocol):
    """The parts of this replica that need to know what a heartbeat finds."""

    def updates_came(self) -> None:
        """This replica has taken over updates of a dead one: there is more in its inbox."""

    def intake_assigned(self, here: bool) -> None:  # noqa: FBT001 - the answer to "is it ours?"
        """Whether this replica is the one that asks Telegram for updates. Called at every beat."""

    def edits_lost(self) -> None:
        """Others have taken over every edit of this replica: send nothing more about them."""

    def replicas_counted(self, alive: int) -> None:
        """How many replicas are alive, this one included. Called at every beat."""


class Heartbeat:
    """Beats until cancelled. Without the database the lease is not renewed, and this replica stops acting."""

    def __init__(
        self,
        replica: Replica,
        replicas: Replicas,
        members: Members,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._replica, self._replicas, self._members = replica, replicas, members
        self._monotonic = monotonic
        self._hurry = asyncio.Event()
        self._logged: tuple[str, bool] | None = None

    def hurry(self) -> None:
        """Another replica has just left: beat now, to take over what it had."""
        self._hurry.set()

    async def run(self) -> None:
        """One beat every BEAT_SECONDS, or sooner after `hurry`."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._hurry.wait()
            self._hurry.clear()
            try:
                await self.beat()
            except DATABASE_ERRORS as error:
                logger.warning("the database is away: %s", type(error).__name__)

    async def beat(self) -> None:
        """Renew the lease, then take over roles and updates of dead replicas. Raises DATABASE_ERRORS."""
        asked_at = self._monotonic()
        if not await self._replicas.beat(self._replica.name):
            logger.warning("this replica was away for too long; others have its edits")
            self._replica.start_anew()
            self._members.edits_lost()
            await self._replicas.register(self._replica.name)
        self._replica.renew(asked_at)
        name = self._replica.name
        here = await self._replicas.hold(name, INTAKE)
        self._log(name, here)
        self._members.intake_assigned(here)
        if claimed := await self._replicas.claim_updates(name, _UPDATES):
            self._members.updates_came()
        if claimed == _UPDATES:  # there may be more; the others get a chance at them first
            self._hurry.set()
        await self._replicas.forget_dead()
        self._members.replicas_counted(await self._replicas.alive())

    def _log(self, name: str, here: bool) -> None:  # noqa: FBT001 - the answer to "is it ours?"
        if (name, here) != self._logged and not self._replica.alone:
            logger.info("this is replica %s; the intake is %s", name, "its part" if here else "another's")
        self._logged = name, here
