"""This replica's heart: says that it lives, keeps or takes roles, and takes over what the dead have left."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from bot.core.replica import BEAT_SECONDS, Replica
from bot.storage.replicas import Replicas

logger = logging.getLogger(__name__)

INTAKE = "intake"
"""The role of the one replica that asks Telegram for updates."""
_UPDATES = 500


class Heartbeat:
    """Beats until cancelled. While the database is away nothing is renewed, and this replica stops acting."""

    def __init__(
        self,
        replica: Replica,
        replicas: Replicas,
        *,
        on_updates: Callable[[], None],
        on_role: Callable[[bool], None],
        on_absence: Callable[[], None],
        on_company: Callable[[int], None],
    ) -> None:
        self._replica, self._replicas = replica, replicas
        self._on_updates, self._on_role, self._on_absence = on_updates, on_role, on_absence
        self._on_company = on_company
        self._hurry = asyncio.Event()
        self._told: tuple[str, bool] | None = None

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
            except (SQLAlchemyError, OSError) as error:
                logger.warning("the database is away: %s", type(error).__name__)

    async def beat(self) -> None:
        """Say that this replica lives; then see what it may do."""
        asked_at = time.monotonic()
        if not await self._replicas.beat():
            logger.warning("this replica was away for too long; others have its edits")
            self._replica.start_anew()
            self._on_absence()
            await self._replicas.beat()
        self._replica.beaten(asked_at)
        holds = await self._replicas.hold(INTAKE)
        self._tell(holds)
        self._on_role(holds)
        if await self._replicas.claim_updates(_UPDATES):
            self._on_updates()
        await self._replicas.forget_dead()
        self._on_company(await self._replicas.alive())

    def _tell(self, holds: bool) -> None:  # noqa: FBT001 - the answer to "is it mine?"
        now = self._replica.name, holds
        if now != self._told and not self._replica.alone:
            part = "the intake is its part" if holds else "another has the intake"
            logger.info("this is replica %s; %s", self._replica.name, part)
        self._told = now
