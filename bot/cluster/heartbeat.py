"""Says that this replica lives, keeps or takes roles, and takes over what dead replicas left."""

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


class Members(Protocol):
    """The parts of this replica that have to know what its beats find out."""

    def updates_came(self) -> None:
        """There are more updates in this replica's inbox: it has taken over those of a dead one."""

    def intake_assigned(self, here: bool) -> None:  # noqa: FBT001 - the answer to "is it ours?"
        """Whether this replica is the one that asks Telegram for updates; told at every beat."""

    def edits_lost(self) -> None:
        """Others have all that this replica held: nothing more is to be sent about it."""

    def replicas_counted(self, alive: int) -> None:
        """How many replicas share the work, this one included; told at every beat."""


class Heartbeat:
    """Beats until cancelled. While the database is away nothing is renewed, and this replica stops acting."""

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
        """Another replica has just left: see at once what it has left behind."""
        self._hurry.set()

    async def run(self) -> None:
        """One beat every few seconds."""
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
        """Say that this replica lives; then see what it may do. Raises DATABASE_ERRORS."""
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
        if claimed == _UPDATES:  # there are more; the other replicas take their share of them meanwhile
            self._hurry.set()
        await self._replicas.forget_dead()
        self._members.replicas_counted(await self._replicas.alive())

    def _log(self, name: str, here: bool) -> None:  # noqa: FBT001 - the answer to "is it ours?"
        if (name, here) != self._logged and not self._replica.alone:
            logger.info("this is replica %s; the intake is %s", name, "its part" if here else "another's")
        self._logged = name, here
