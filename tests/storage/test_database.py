import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest
from sqlalchemy import Insert, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.storage.database import AlreadyRunning, Database, _SqliteConnection, lock_database_file
from bot.storage.tables import CHATS, INBOX
from tests.factories import NOW
from tests.harness.file_systems import read_only

HOLD = """
import sys
from pathlib import Path
from bot.storage.database import lock_database_file
with lock_database_file(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


async def count(database: Database) -> int:
    async with database.reading() as connection:
        number: int = (await connection.execute(select(func.count()).select_from(CHATS))).scalar_one()
        return number


async def add(database: Database, statement: Insert) -> None:
    async with database.writing() as connection:
        await connection.execute(statement)


async def test_opening_does_not_touch_the_disk(tmp_path: Path) -> None:
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")
    assert database.path == tmp_path / "bot.db"
    assert database.is_sqlite
    assert not list(tmp_path.iterdir())
    await database.aclose()


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="needs a file"):
        Database.open(url)


async def test_sqlite_is_durable_and_waits(sqlite_url: str) -> None:
    async with aclosing(Database.open(sqlite_url)) as database:
        for door in (database.writing, database.reading):
            async with door() as connection:
                wanted = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 10000, "foreign_keys": 1}
                for pragma, value in wanted.items():
                    assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar() == value


async def test_a_block_is_one_transaction(database: Database) -> None:
    with contextlib.suppress(RuntimeError):
        async with database.writing() as connection:
            await connection.execute(insert(CHATS).values(id=1))
            raise RuntimeError
    assert await count(database) == 0
    async with database.writing() as connection:
        await connection.execute(insert(CHATS).values(id=1))
    assert await count(database) == 1


async def test_readers_cannot_write(database: Database) -> None:
    async with database.reading() as connection:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await connection.execute(insert(CHATS).values(id=1))
    assert await count(database) == 0
    async with database.writing() as connection:  # the same pool on PostgreSQL: nobody stays read-only
        await connection.execute(insert(CHATS).values(id=1))


async def test_readers_see_one_moment_and_do_not_wait_for_the_writer(sqlite_url: str) -> None:
    async with aclosing(Database.open(sqlite_url)) as database:
        async with database.writing() as connection:
            await connection.execute(insert(CHATS).values(id=1))
            assert await asyncio.wait_for(count(database), 1) == 0
        assert await count(database) == 1


@pytest.mark.parametrize("processes", [1, 2])
async def test_reading_then_writing_at_once_never_finds_the_database_locked(
    sqlite_url: str, processes: int
) -> None:
    """Also when another process has the file open, as `migrate` or a backup may."""
    databases = [Database.open(sqlite_url) for _ in range(processes)]
    async with databases[0].writing() as connection:
        await connection.execute(insert(INBOX).values(update_id=1, raw="", received_at=NOW, attempts=0))

    async def add_one(database: Database) -> None:
        async with database.writing() as connection:
            attempts = (await connection.execute(select(INBOX.c.attempts))).scalar_one()
            await asyncio.sleep(0)
            await connection.execute(update(INBOX).values(attempts=attempts + 1))

    await asyncio.gather(*(add_one(databases[number % processes]) for number in range(40)))
    async with databases[0].reading() as connection:
        assert (await connection.execute(select(INBOX.c.attempts))).scalar_one() == 40
    for database in databases:
        await database.aclose()


async def insert_and_wait(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(CHATS).values(id=1))
        await asyncio.sleep(10)


async def test_a_cancelled_writer_leaves_nothing_behind_and_the_door_open(database: Database) -> None:
    """There is one writing connection on SQLite: losing it would be the end of the bot."""
    for seconds in (0.0, 0.0005, 0.001, 0.002, 0.004, 0.05):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(insert_and_wait(database), seconds)
    assert await count(database) == 0
    async with database.writing() as connection:
        await connection.execute(insert(CHATS).values(id=1))
    assert await count(database) == 1


async def test_what_people_wrote_is_not_in_an_error(database: Database) -> None:
    twice = insert(INBOX).values(update_id=5, raw="my secret", received_at=NOW, attempts=0)
    await add(database, twice)
    with pytest.raises(DBAPIError) as caught:
        await add(database, twice)
    assert "my secret" not in str(caught.value)


async def test_a_file_that_can_be_written_to_again_is_written_to(sqlite_url: str) -> None:
    """A connection that SQLite made while it could not be stays read-only for good."""
    async with aclosing(Database.open(sqlite_url)) as database:
        await database.migrate()
        await add(database, insert(CHATS).values(id=1))
        assert database.path is not None
        assert await count(database) == 1  # whoever reads keeps the log that is written to
        await database._writer.dispose()
        with read_only(database.path) as is_so:
            if not is_so:
                pytest.skip("files can be made immutable by root, and not on every file system")
            with pytest.raises(DBAPIError, match="readonly"):
                await add(database, insert(CHATS).values(id=2))
        await add(database, insert(CHATS).values(id=3))
        assert await count(database) == 2


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning) as refused, lock_database_file(path):
            pass
        assert refused.value.path == path
        assert str(path) in str(refused.value)
        other.kill()
        other.wait()
    with lock_database_file(path), pytest.raises(AlreadyRunning), lock_database_file(path):
        pass
    with lock_database_file(path):
        assert (tmp_path / "bot.db.lock").stat().st_mode & 0o777 == 0o600


async def test_whoever_is_cut_short_while_writing_holds_up_nobody(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.writing() as connection:
            await connection.execute(insert(CHATS).values(id=number).returning(CHATS.c.id))

    kept = []  # a traceback that somebody still looks at refers to the statement that was under way
    for number in range(60):
        task = asyncio.create_task(write(number))
        for _ in range(number):
            await asyncio.sleep(0.0001)
        task.cancel()
        kept.append(await asyncio.gather(task, return_exceptions=True))
        async with asyncio.timeout(3):
            await add(database, insert(CHATS).values(id=1000 + number))
    assert await count(database) >= len(kept)


def test_closing_a_connection_twice_is_no_trouble() -> None:
    connection = sqlite3.connect(":memory:", factory=_SqliteConnection)
    connection.close()
    connection.close()


async def test_a_database_that_is_there_answers(database: Database) -> None:
    assert await database.answers()


async def test_a_database_that_is_away_does_not_answer() -> None:
    async with aclosing(Database.open("postgresql+asyncpg://nobody@/none?host=/nowhere")) as away:
        assert not await away.answers()


async def test_a_database_whose_connections_are_all_in_use_is_not_waited_for(database: Database) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(4 if database.is_sqlite else 10):
            await stack.enter_async_context(database.reading())
        assert not await database.answers(within_seconds=0.05)
    assert await database.answers()


async def test_replicas_go_by_the_servers_clock_and_a_sqlite_file_by_its_process(database: Database) -> None:
    async with database.reading() as connection:
        at = (await connection.execute(select(database.clock(NOW)))).scalar_one()
    assert at.tzinfo is not None
    assert (at == NOW) is database.is_sqlite


async def test_what_people_send_is_written_before_what_can_wait(database: Database) -> None:
    """A dozen patient writers are more than there are connections; one of them at most is ahead."""
    written, may_end = list[str](), asyncio.Event()

    async def write(what: str, *, patient: bool) -> None:
        async with database.writing(patient=patient):
            written.append(what)
            await may_end.wait()

    async with asyncio.TaskGroup() as writers:
        for number in range(12):
            writers.create_task(write(f"an edit's {number}", patient=True))
        await asyncio.sleep(0)
        writers.create_task(write("a person's", patient=False))
        if not database.is_sqlite:
            while len(written) < 9:
                await asyncio.sleep(0.01)
        may_end.set()
    assert len(written) == 13
    assert "a person's" in written[: 2 if database.is_sqlite else 9]
