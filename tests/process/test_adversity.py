"""A frozen process, a full disk, a database that is locked or away: it all goes on afterwards."""

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.requests import Request

from bot.core.clock import SteadyClock
from tests.factories import NOW
from tests.harness.clock import until
from tests.harness.file_systems import full, read_only, small_disk
from tests.harness.postgres import postgres_server
from tests.harness.processes import kill, processes
from tests.process.aftermath import Aftermath, aftermath
from tests.process.trouble import UNLIMITED, Trouble, amid_edits

FREEZE_SECONDS = 3.0
"""Twenty were measured as well; the suite has no time for that."""


@contextlib.asynccontextmanager
async def trouble(folder: Path, **settings: str) -> AsyncIterator[Trouble]:
    """In the block something happens; more is asked for afterwards, and all of it arrives."""
    async with amid_edits(folder, settings) as case:
        yield case
        case.asks(2)
        await case.everything_arrives_once()
        await kill(case.process)
        left = await aftermath(case.world, {case.world.ada.private.id: len(case.asked)})
        assert replace(left, tracebacks=0) == Aftermath()


async def test_a_process_that_was_frozen_goes_on(tmp_path: Path) -> None:
    async with trouble(tmp_path) as case:
        case.process.send_signal(signal.SIGSTOP)
        case.asks(1)
        await asyncio.sleep(FREEZE_SECONDS)
        case.process.send_signal(signal.SIGCONT)
    assert "Traceback" not in case.world.log


async def test_it_waits_while_another_program_locks_the_database(tmp_path: Path) -> None:
    async with trouble(tmp_path) as case:
        with contextlib.closing(sqlite3.connect(case.world.home.data / "bot.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            case.asks(1)
            await asyncio.sleep(FREEZE_SECONDS)
            other.execute("ROLLBACK")


async def test_it_waits_while_the_database_is_read_only(tmp_path: Path) -> None:
    async with trouble(tmp_path) as case:
        with read_only(case.world.home.data / "bot.db") as is_so:
            if not is_so:
                pytest.skip("files can be made immutable by root, and not on every file system")
            case.asks(1)
            await asyncio.sleep(FREEZE_SECONDS)
            assert not case.world.rows("SELECT 1 FROM edits WHERE words = 'number 4'")


async def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "data") as is_small:
        if not is_small:
            pytest.skip("a small file system needs root and the right to mount")
        async with trouble(tmp_path) as case:
            with full(case.world.home.data):
                case.asks(2)
                await asyncio.sleep(FREEZE_SECONDS)


async def test_postgresql_may_be_restarted_under_load(tmp_path: Path) -> None:
    with postgres_server() as server:
        async with server.empty() as url, trouble(tmp_path, DATABASE_URL=url) as case:
            await asyncio.to_thread(server.stop)
            case.asks(1)
            await asyncio.sleep(FREEZE_SECONDS)
            await asyncio.to_thread(server.start)


async def test_what_was_answered_while_the_database_went_away_is_not_asked_for_again(tmp_path: Path) -> None:
    with postgres_server() as server:
        async with (
            server.empty() as url,
            processes(
                tmp_path,
                task_seconds=0.3,
                nanobanana={"send_callbacks": False},
                **UNLIMITED,
                DATABASE_URL=url,
            ) as world,
            world.bot() as process,
        ):
            case, gone = Trouble(world, process), asyncio.Event()

            async def go_away(_: Request) -> None:
                await asyncio.to_thread(server.stop)
                gone.set()

            for faults, point in [
                (world.telegram.faults, "sendMessage"),
                (world.nanobanana.faults, "create"),
                (world.telegram.faults, "sendPhoto"),
            ]:
                gone.clear()
                faults.at(point, go_away, phase="after", times=1)
                case.asks(1)
                await until(gone.is_set)
                await asyncio.sleep(1)
                await asyncio.to_thread(server.start)
                await case.everything_arrives_once()


def test_the_clock_does_not_jump_with_the_wall_clock() -> None:
    wall, passed = NOW, 100.0
    clock = SteadyClock(lambda: wall, lambda: passed)
    wall += timedelta(hours=1)
    assert clock() == NOW
    passed += 5
    wall -= timedelta(hours=2)
    assert clock() == NOW + timedelta(seconds=5)
