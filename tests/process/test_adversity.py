"""A frozen process, a full disk, a database that is locked or away: it all goes on afterwards."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.requests import Request

from bot.core.clock import SteadyClock
from bot.sandbox.telegram_people import Message
from tests.factories import NOW
from tests.ground import picture, size_of
from tests.postgres import postgres_server
from tests.process.aftermath import Aftermath, aftermath
from tests.process.process_ground import Town, answers, town, until

SIZE = (333, 208)
EDITS = 4
FREEZE_SECONDS = 3.0
"""Twenty were measured as well; the suite has no time for that."""
DONE = "SELECT 1 FROM edits WHERE state = 'delivered' AND due_at IS NULL"
UNLIMITED = {"RATE_LIMIT_EDITS": "0", "MAX_ACTIVE_EDITS_PER_CHAT": "1000"}


@dataclass
class Trouble:
    """A bot amid its first edits, to which something is about to happen."""

    ground: Town
    process: Process
    asked: list[Message] = field(default_factory=list)

    def asks(self, count: int) -> None:
        for _ in range(count):
            words = f"/edit number {len(self.asked)}"
            self.asked.append(self.ground.ada.sends_photo(picture(*SIZE), words))

    async def everything_arrives_once(self) -> None:
        """The same process has brought every picture, and each was paid for once."""
        await until(lambda: self.process.returncode is not None or self._all_done(), 60)
        assert self.process.returncode is None, self.ground.log
        for message in self.asked:
            shown = answers(self.ground.ada.private, message)
            assert [each.file_id and size_of(each.content()) for each in shown] == [SIZE], self.ground.log
        assert set(self.ground.creates_per_prompt().values()) == {1}

    def _all_done(self) -> bool:
        return len(self.ground.rows(DONE)) >= len(self.asked)


@contextlib.asynccontextmanager
async def trouble(folder: Path, **settings: str) -> AsyncIterator[Trouble]:
    """In the block something happens; more is asked for afterwards, and all of it arrives."""
    async with town(
        folder, task_seconds=lambda number: 0.5 + number % 4, nanobanana={}, **UNLIMITED, **settings
    ) as ground:
        async with ground.bot() as process:
            case = Trouble(ground, process)
            case.asks(EDITS)
            await until(lambda: ground.nanobanana.creates)
            yield case
            case.asks(2)
            await case.everything_arrives_once()
        left = await aftermath(ground, {ground.ada.private.id: len(case.asked)})
        assert replace(left, tracebacks=0) == Aftermath()


async def test_a_process_that_was_frozen_goes_on(tmp_path: Path) -> None:
    async with trouble(tmp_path) as case:
        case.process.send_signal(signal.SIGSTOP)
        case.asks(1)
        await asyncio.sleep(FREEZE_SECONDS)
        case.process.send_signal(signal.SIGCONT)
    assert "Traceback" not in case.ground.log


async def test_it_waits_while_another_program_locks_the_database(tmp_path: Path) -> None:
    async with trouble(tmp_path) as case:
        with contextlib.closing(sqlite3.connect(case.ground.home.data / "bot.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            case.asks(1)
            await asyncio.sleep(FREEZE_SECONDS)
            other.execute("ROLLBACK")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own, of eight megabytes."""
    folder = tmp_path / "home"
    (folder / "data").mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder / "data")]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small file system needs root and the right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder / "data")], check=True)


async def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    async with trouble(small_disk) as case:
        ballast = case.ground.home.data / "ballast"
        fill(ballast)
        case.asks(2)
        await asyncio.sleep(FREEZE_SECONDS)
        ballast.unlink()


def fill(ballast: Path) -> None:
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


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
            town(
                tmp_path,
                task_seconds=0.3,
                nanobanana={"send_callbacks": False},
                **UNLIMITED,
                DATABASE_URL=url,
            ) as ground,
            ground.bot() as process,
        ):
            case, gone = Trouble(ground, process), asyncio.Event()

            async def go_away(_: Request) -> None:
                await asyncio.to_thread(server.stop)
                gone.set()

            for faults, point in [
                (ground.telegram.faults, "sendMessage"),
                (ground.nanobanana.faults, "create"),
                (ground.telegram.faults, "sendPhoto"),
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
