"""Checks the database: reachable, at this version, and which replicas use it."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from bot.core.clock import random_id, utc_now
from bot.doctor.finding import Finding, short
from bot.settings import Settings
from bot.storage.database import DATABASE_ERRORS, Database
from bot.storage.files import data_dir_id
from bot.storage.replicas import Replicas
from bot.wiring.outside import opened_database

CLOCKS_APART = timedelta(seconds=5)
_SERVER = "SELECT current_setting('server_version'), current_setting('synchronous_commit'), clock_timestamp()"


async def database(settings: Settings, _: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """The schema; on PostgreSQL also the server and the replicas."""
    try:
        async with opened_database(settings) as opened:
            if opened.path is not None and not opened.path.parent.is_dir():
                yield _homeless(opened.path)
                return
            current, head = await opened.revision()
            yield _schema(current, head)
            if not opened.is_sqlite:
                yield await _server(opened)
                if current == head:
                    yield await _replicas(opened, settings)
    except DATABASE_ERRORS as error:
        yield Finding(
            "database",
            short(error),
            "check DATABASE_URL and DATA_DIR, and that the server or folder is there",
        )


def _homeless(path: Path) -> Finding:
    """DATA_DIR is created if missing, but not a folder that only DATABASE_URL names."""
    return Finding(
        "database", f"its folder {path.parent} is not there", "make that folder, or correct DATABASE_URL"
    )


def _schema(current: str | None, head: str | None) -> Finding:
    if current == head:
        return Finding("database", f"reached, at version {head}")
    if current is None:
        return Finding("database", "reached, empty; `python -m bot run` makes its tables")
    found = f"at version {current}, this program's is {head}"
    return Finding("database", found, "run `python -m bot migrate`")


async def _server(opened: Database) -> Finding:
    """Leases go by the server's clock, limits by this machine's; and commits must not get lost."""
    async with opened.reading() as connection:
        version, synchronous_commit, its_time = (await connection.execute(text(_SERVER))).one()
    said = f"version {version}"
    if synchronous_commit == "off":
        said += ", synchronous_commit is off: the last commits may be lost when it goes down"
        return Finding("PostgreSQL", said, "set synchronous_commit = on")
    if abs(utc_now() - its_time) > CLOCKS_APART:
        seconds = (utc_now() - its_time).total_seconds()
        said += f", its clock and this machine's are {abs(seconds):.0f} s apart"
        return Finding("PostgreSQL", said, "let both set their clocks by the network (NTP)")
    return Finding("PostgreSQL", said)


async def _replicas(opened: Database, settings: Settings) -> Finding:
    here = data_dir_id(settings.data_dir, random_id)
    replicas = Replicas(opened, here)
    if await replicas.others_elsewhere():
        advice = "give every replica the same folder as DATA_DIR, such as one shared volume"
        return Finding("replicas", "one that is at work has another DATA_DIR than this", advice)
    return Finding("replicas", f"{await replicas.alive()} at work now")
