"""What a run of edits has left, once the last process has had its way: nothing, if all is well."""

import asyncio
import contextlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.core.clock import utc_now
from bot.core.limits import Limits, Rule, Scope
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from tests.harness.clock import PATIENCE, until
from tests.harness.processes import Processes

A_DAYS = Limits((Rule(Scope.CHAT, 100_000, timedelta(days=1)),))


@dataclass(frozen=True)
class Aftermath:
    """Everything here is wrong: the clean aftermath is empty."""

    unfinished: int = 0
    """Edits with something left to do."""
    miscounted: Mapping[int, int] | None = None
    """Chats by how far what they have used of their limit is off."""
    orphans: tuple[str, ...] = ()
    """Files that no edit needs, after an hour and a tidy."""
    tracebacks: int = 0


async def aftermath(world: Processes, asked: Mapping[int, int]) -> Aftermath:
    """After the last process has ended: an hour passes for the files, and a new one tidies up.

    `asked`: how many edits each chat has been promised; a failed one gives its place back.
    """
    age_an_hour(world.home.data)
    world.lease_runs_out()
    async with world.bot() as process:
        with contextlib.suppress(TimeoutError):
            await until(lambda: not orphans(world), 10)
        process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE)
    failed = dict(world.rows("SELECT chat_id, count(*) FROM edits WHERE state = 'failed' GROUP BY chat_id"))
    database = Database.open(world.home.settings["DATABASE_URL"])
    async with contextlib.aclosing(database):
        store, now = SqlEditStore(database), utc_now()
        used = {chat: (await store.usage(chat, 0, A_DAYS, now))[0].used for chat in asked}
    off = {chat: used[chat] - asked[chat] + failed.get(chat, 0) for chat in asked}
    return Aftermath(
        unfinished=len(world.rows("SELECT 1 FROM edits WHERE due_at IS NOT NULL")),
        miscounted={chat: count for chat, count in off.items() if count} or None,
        orphans=tuple(orphans(world)),
        tracebacks=world.log.count("Traceback"),
    )


def age_an_hour(data: Path) -> None:
    """Every file becomes an hour older."""
    then = time.time() - 3600
    for path in files_of(data):
        os.utime(path, (then, then))


def orphans(world: Processes) -> list[str]:
    """Files that belong to no edit which still needs them."""
    delivered = {f"{name}.result" for (name,) in world.rows("SELECT id FROM edits WHERE state = 'delivered'")}
    return [
        str(path.relative_to(world.home.data))
        for path in files_of(world.home.data)
        if path.name not in delivered
    ]


def files_of(data: Path) -> list[Path]:
    return [path for folder in ("files", "hosted") for path in (data / folder).glob("*")]
