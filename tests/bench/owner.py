"""What /owner has to sum up: a year of 200,000 edits, on both databases."""

import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text

from bot.core.edits import Cancelled, Delivered, Edit, Failed
from bot.core.errors import Reason
from bot.core.money import Balance
from bot.storage.database import Database
from bot.storage.edit_rows import row_of
from bot.storage.money import SqlMoney
from bot.storage.tables import EDITS
from tests.bench.seed import utc_now
from tests.factories import RESULT, TASK, edit
from tests.harness.postgres import postgres_server

EDITS_A_YEAR, TIMES = 200_000, 30
_BATCH = 5_000
_CHATS, _PEOPLE = 300, 2_000


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


async def _measured(url: str, engine: str) -> str:
    now = utc_now()
    async with aclosing(Database.open(url)) as database:
        await _seeded(database, now)
        money, seconds = SqlMoney(database), []
        for _ in range(TIMES):
            began = time.perf_counter()
            report = await money.report(now)
            seconds.append(time.perf_counter() - began)
    last = report.spans[30].edits
    median, slowest = 1000 * statistics.median(seconds), 1000 * max(seconds)
    took = f"median {median:.0f} ms, at most {slowest:.0f} ms"
    return f"{engine}: /owner over {EDITS_A_YEAR} edits, {last} of them of 30 days: {took}"


async def report() -> AsyncIterator[str]:
    """The median of thirty, and the slowest: the first one reads from a cold cache."""
    with tempfile.TemporaryDirectory() as folder:
        yield await _measured(f"sqlite+aiosqlite:///{folder}/bot.db", "SQLite")
    with postgres_server() as server:
        async with server.empty() as url:
            yield await _measured(url, "PostgreSQL")
