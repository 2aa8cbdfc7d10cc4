"""Checks the database: reachable, at this version, and which replicas use it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from sqlalchemy import delete, false, text

from bot.core.clock import random_id, utc_now
from bot.doctor.finding import Finding, mend
from bot.doctor.folder import free_bytes_once_written
from bot.settings import Settings
from bot.storage import migrations
from bot.storage.database import Database
from bot.storage.errors import NEWER, connection_errors, in_words
from bot.storage.files import data_dir_id
from bot.storage.replicas import Replicas
from bot.storage.tables import ROLES
from bot.wiring.outside import DataDirUnusable, opened_database

CLOCKS_APART = timedelta(seconds=5)
_SERVER = "SELECT current_setting('server_version'), current_setting('synchronous_commit'), clock_timestamp()"
_NEEDED = "Every request and every edit is a row in it; without it the bot does not start."


async def database(settings: Settings, _: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """The schema; on PostgreSQL also the server and the replicas."""
    try:
        async with opened_database(settings) as opened:
            if opened.path is not None and not opened.path.parent.is_dir():
                # DATA_DIR is made where need be, a folder that only DATABASE_URL names is not.
                said = f"its folder {opened.path.parent} is not there"
                yield mend("database", said, _NEEDED, "make that folder, or correct DATABASE_URL")
                return
            if opened.path is not None and not opened.path.exists():
                await asyncio.to_thread(free_bytes_once_written, opened.path.parent)
            current, head = await opened.revision()
            if current == head and (problem := await _not_written(opened)):
                said = f"reached at {settings.shown_database_url}, but not written to: {problem}"
                yield mend("database", said, _NEEDED, "let this user write there, or correct DATABASE_URL")
                return
            yield _schema(settings, current, head)
            if not opened.is_sqlite:
                yield await _server(opened)
                if current == head:
                    yield await _replicas(opened, settings)
    except DataDirUnusable:
        yield mend("database", "not looked at", _NEEDED, "mend what is said about the folder first")
    except connection_errors() as error:
        said = f"{settings.shown_database_url}: {in_words(error)}"
        yield mend("database", said, _NEEDED, "check DATABASE_URL, and that the server or folder is there")


async def _not_written(opened: Database) -> str:
    """What keeps the bot from writing, in words; empty where nothing does."""
    try:
        async with opened.writing() as connection:
            await connection.execute(delete(ROLES).where(false()))
    except connection_errors() as error:
        return in_words(error)
    return ""


def _schema(settings: Settings, current: str | None, head: str) -> Finding:
    if current == head:
        return Finding("database", f"reached at {settings.shown_database_url}, version {head}")
    if current is None:
        return Finding("database", "reached, empty; `python -m bot run` makes its tables")
    if migrations.is_newer(current):
        return mend("database", "of a later version of the bot", _NEEDED, f"it {NEWER}")
    found = f"at version {current}, this program's is {head}"
    why = "A bot that is started brings it there; old and new do not work on it together."
    return mend("database", found, why, "run `python -m bot migrate`")


async def _server(opened: Database) -> Finding:
    """Leases go by the server's clock, limits by this machine's; and commits must not get lost."""
    async with opened.reading() as connection:
        version, synchronous_commit, its_time = (await connection.execute(text(_SERVER))).one()
    if synchronous_commit == "off":
        why = "The last commits may be lost when the server goes down: what was paid is paid again."
        return mend("PostgreSQL", "synchronous_commit is off", why, "set synchronous_commit = on")
    apart = abs(utc_now() - its_time)
    if apart > CLOCKS_APART:
        said = f"its clock and this machine's are {apart.total_seconds():.0f} s apart"
        why = "Limits and waiting times go wrong by as much."
        return mend("PostgreSQL", said, why, "let both set their clocks by the network (NTP)")
    return Finding("PostgreSQL", f"version {version}")


async def _replicas(opened: Database, settings: Settings) -> Finding:
    here = data_dir_id(settings.data_dir, random_id)
    replicas = Replicas(opened, here)
    if await replicas.others_elsewhere():
        why = "One could not send what another has finished, so this one would not start."
        advice = "give every replica the same folder as DATA_DIR, such as one shared volume"
        return mend("replicas", "one that is at work has another DATA_DIR than this", why, advice)
    return Finding("replicas", f"{await replicas.alive()} at work now")
