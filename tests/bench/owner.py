"""A year of 200,000 edits, on both databases: what /owner sums up, and what an admission counts."""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text

from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.limits import Admission, Counts, Limits, Rule, Scope
from bot.core.money import Balance
from bot.core.stages import Cancelled, Delivered, Failed, Received
from bot.storage.database import Database
from bot.storage.edit_rows import row_of
from bot.storage.edits import SqlEditStore
from bot.storage.edits_table import EditsTable
from bot.storage.money import SqlMoney
from bot.storage.tables import EDITS
from tests.bench.seed import utc_now
from tests.factories import RESULT, TASK, edit
from tests.harness.postgres import postgres_server

EDITS_A_YEAR, TIMES, ADMISSIONS = 200_000, 30, 500
HOUR = timedelta(hours=1)
RULES = (
    Rule(Scope.CHAT, 1000, HOUR),
    Rule(Scope.PERSON, 1000, HOUR),
    Rule(Scope.CHAT, 1000, counts=Counts.UNFINISHED),
)
DAILY = Rule(Scope.DEPLOYMENT, 1_000_000, 24 * HOUR, Counts.PAID)
"""So large that nothing is refused."""
_BATCH = 5_000
_CHATS, _PEOPLE = 300, 2_000
_TICK_SECONDS = 0.002
"""A loop that spins would hold up what it measures."""


def _past(number: int, now: datetime, dice: random.Random) -> Edit:
    """One of them, evenly over the year; most were delivered, and a tenth of the chats asks for most."""
    at = now - timedelta(days=365) * (1 - number / EDITS_A_YEAR)
    ends = at + timedelta(seconds=25)
    stage = dice.choices(
        [Delivered(TASK, RESULT, number, ends), Failed(Reason.POLICY, ends, TASK), Cancelled(ends, TASK)],
        [90, 6, 4],
    )[0]
    made = edit(
        id=f"edit{number:06}",
        update_id=number,
        secret=f"secret{number:016}",
        chat_id=-1 - int(_CHATS * dice.random() ** 3),
        requester_id=1 + int(_PEOPLE * dice.random() ** 3),
        words="make it a watercolor",
        stage=stage,
        created_at=at,
        due_at=None,
    )
    return replace(made, credits=4.0, submits=1)


async def _seeded(database: Database, now: datetime) -> None:
    await database.migrate()
    dice = random.Random(1)
    for start in range(0, EDITS_A_YEAR, _BATCH):
        rows = [row_of(_past(number, now, dice)) for number in range(start, start + _BATCH)]
        async with database.writing() as connection:
            await connection.execute(EDITS.insert(), rows)
    async with database.writing() as connection:
        await connection.execute(text("ANALYZE"))  # as PostgreSQL does by itself within minutes
    money = SqlMoney(database)
    for reading in range(7 * 144):
        await money.note_balance(Balance(now - timedelta(minutes=10 * reading), 5_000.0 + reading))


async def _measured(url: str, engine: str) -> AsyncIterator[str]:
    now = utc_now()
    async with aclosing(Database.open(url)) as database:
        await _seeded(database, now)
        money = SqlMoney(database)
        edits = (await money.report(now)).spans[30].edits
        yield f"{engine}: {EDITS_A_YEAR} edits, {edits} of them of 30 days"
        yield f"{engine}: /owner {await _timed(lambda _: money.report(now), TIMES)}"
        yield f"{engine}: the chart's days {await _timed(lambda _: money.days(now, 30), TIMES)}"
        store = SqlEditStore(database)
        yield f"{engine}: an admission {await _timed(_admissions(store, now, RULES), ADMISSIONS)}"
        rules = (*RULES, DAILY)
        later = now + timedelta(hours=2)
        yield f"{engine}: with DAILY_CREDITS {await _timed(_admissions(store, later, rules), ADMISSIONS)}"
        yield f"{engine}: the table of all edits {await _table(database)}"


def _admissions(
    store: SqlEditStore, now: datetime, rules: tuple[Rule, ...]
) -> Callable[[int], Awaitable[Admission]]:
    """Requests of the people and chats of that year, at a usual pace."""
    limits, dice = Limits(rules, prices={"nano-banana": 4.0}), random.Random(2)
    first = EDITS_A_YEAR + len(rules) * ADMISSIONS

    async def admit(number: int) -> Admission:
        at = now + timedelta(seconds=10 * number)
        asked = replace(_past(first + number, now, dice), stage=Received(), created_at=at, due_at=at)
        return await store.admit(asked, limits, at)

    return admit


async def _timed(work: Callable[[int], Awaitable[object]], times: int) -> str:
    seconds = []
    for number in range(times):
        began = time.perf_counter()
        await work(number)
        seconds.append(time.perf_counter() - began)
    return f"median {1000 * statistics.median(seconds):.1f} ms, at most {1000 * max(seconds):.0f} ms"


async def _table(database: Database) -> str:
    """How long it takes, and for how long it holds up the event loop."""
    gaps, last = [0.0], time.perf_counter()

    async def watch() -> None:
        nonlocal last
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            gaps.append(time.perf_counter() - last)
            last = time.perf_counter()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch())
        table = await EditsTable(database).csv()
        watching.cancel()
    took, megabytes = time.perf_counter() - began, len(table.content) / 1e6
    said = f"{table.edits} rows, {megabytes:.0f} MB in {took:.1f} s"
    return f"{said}; the event loop waits {1000 * (max(gaps) - _TICK_SECONDS):.0f} ms at most"


async def report() -> AsyncIterator[str]:
    """Medians, and the slowest: the first one reads from a cold cache."""
    with tempfile.TemporaryDirectory() as folder:
        async for line in _measured(f"sqlite+aiosqlite:///{folder}/bot.db", "SQLite"):
            yield line
    with postgres_server() as server:
        async with server.empty() as url:
            async for line in _measured(url, "PostgreSQL"):
                yield line
