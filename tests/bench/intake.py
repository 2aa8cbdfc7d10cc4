"""How fast updates come in: ours, committed before they are acknowledged, against the stock polling loop.

Both run as processes of their own: `python -m tests.bench.intake ours|stock URL TOKEN FOLDER`.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import func, select
from telegram.ext import Application, TypeHandler

from bot.conversation.incoming import Incoming
from bot.conversation.outgoing import Outgoing
from bot.core.clock import SteadyClock
from bot.http.client import WayOut
from bot.sandbox.demo.bot_process import PROJECT
from bot.sandbox.telegram.api import TelegramSandbox
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.tables import INBOX
from bot.telegram.bot import telegram_bot
from bot.telegram.inbox.intake import Intake
from bot.telegram.inbox.polling import Polling, durable_request
from bot.telegram.inbox.slots import Slots
from tests.bench.runner import Usage

UPDATES = 3000
"""They are fetched within the second in which nothing is handled yet, where the machine is not too busy."""
PEOPLE = 100
ROUNDS = 5
_LONGEST_SECONDS = 60


@dataclass(frozen=True)
class Round:
    """Updates a second, taken in and handled; CPU seconds for a thousand that are taken in."""

    taken: float
    handled: float
    cpu_seconds: float


async def report() -> AsyncIterator[str]:
    """Rounds of both in turns, so that the machine's noise is in both."""
    rounds: dict[str, list[Round]] = {"stock": [], "ours": []}
    for _ in range(ROUNDS):
        for which, each in rounds.items():
            with tempfile.TemporaryDirectory() as name:
                each.append(await _round(which, Path(name)))
    for which, what in (("stock", "the stock loop, into memory"), ("ours", "ours, committed to SQLite")):
        each = rounds[which]
        rates = ", ".join(f"{one.taken:.0f}" for one in each)
        cpu = statistics.median(one.cpu_seconds for one in each)
        yield f"{what}: {_median(each, 'taken'):.0f} updates a second ({rates})"
        yield f"  {cpu:.2f} s of CPU for a thousand"
    share = _median(rounds["ours"], "taken") / _median(rounds["stock"], "taken")
    yield f"ours takes in {100 * share:.0f} % of what the stock loop does, and loses none to kill -9"
    rates = ", ".join(f"{one.handled:.0f}" for one in rounds["ours"])
    handled = _median(rounds["ours"], "handled")
    yield f"handled after that, by a handler that does nothing: {handled:.0f} a second ({rates})"


def _median(rounds: Sequence[Round], what: str) -> float:
    return float(statistics.median(getattr(each, what) for each in rounds))


async def _round(which: str, folder: Path) -> Round:
    """From the first question to the one that acknowledges all, and from then until all are handled."""
    telegram = TelegramSandbox()
    people = [telegram.people.person(f"Person {number}") for number in range(PEOPLE)]
    for number in range(UPDATES):
        people[number % PEOPLE].writes(f"hello {number}")
    database = Database.open(_database_url(folder))
    await database.migrate()
    async with telegram.serving() as url:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.intake", which, url, telegram.token, str(folder), cwd=PROJECT
        )
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                while not telegram.calls_of("getUpdates"):
                    await asyncio.sleep(0.002)
                at_first = Usage.of(process.pid)
                while telegram.world.updates.pending():
                    await asyncio.sleep(0.02)
                used = Usage.of(process.pid).cpu_seconds - at_first.cpu_seconds
                calls = telegram.calls_of("getUpdates")
                handled = await _handled_a_second(database) if which == "ours" else 0
        finally:
            process.kill()
            await process.wait()
            await database.aclose()
    return Round(UPDATES / (calls[-1].arrived_at - calls[0].arrived_at), handled, 1000 * used / UPDATES)


async def _handled_a_second(database: Database) -> float:
    before, at = await _handled(database), time.monotonic()
    while (count := await _handled(database)) < UPDATES:
        await asyncio.sleep(0.05)
    return (count - before) / (time.monotonic() - at)


async def _handled(database: Database) -> int:
    count = select(func.count()).select_from(INBOX).where(INBOX.c.handled_at.is_not(None))
    async with database.reading() as connection:
        return int((await connection.execute(count)).scalar_one())


def _database_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/bot.db"


async def _ours(url: str, token: str, folder: Path) -> None:
    inbox, now = Inbox(Database.open(_database_url(folder))), SteadyClock()

    def owner() -> str:
        return "bench"

    async def handle(_: Incoming) -> Sequence[Outgoing]:
        return ()

    async def send(_: Outgoing) -> None:
        pass

    way_out = WayOut(None, httpx.Limits())
    bot = telegram_bot(token, url, way_out, updates=durable_request(inbox, owner, now, way_out))
    await bot.initialize()
    intake = Intake(bot, inbox, handle, send, Slots(), owner, now)
    polling = Polling(bot, intake.doorbell)
    polling.poll(True)
    async with asyncio.TaskGroup() as group:
        group.create_task(polling.run())
        group.create_task(intake.run())


async def _stock(url: str, token: str, _: Path) -> None:
    async def handle(update: object, context: object) -> None:
        pass

    application = Application.builder().token(token).base_url(f"{url}/bot").build()
    application.add_handler(TypeHandler(object, handle))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=50)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run({"ours": _ours, "stock": _stock}[sys.argv[1]](sys.argv[2], sys.argv[3], Path(sys.argv[4])))
