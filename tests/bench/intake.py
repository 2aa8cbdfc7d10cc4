"""How fast updates come in: ours, committed before they are acknowledged, against the stock polling loop.

Both run as processes of their own: `python -m tests.bench.intake ours|stock URL TOKEN FOLDER`.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
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

UPDATES = 3000
PEOPLE = 100
ROUNDS = 3
_LONGEST_SECONDS, _HANDLING_SECONDS = 40, 3


async def report() -> AsyncIterator[str]:
    """Rounds of both in turns, so that the machine's noise is in both."""
    rates: dict[str, list[float]] = {"stock": [], "ours": []}
    handled: list[float] = []
    for _ in range(ROUNDS):
        for which, taken in rates.items():
            with tempfile.TemporaryDirectory() as name:
                taken_a_second, handled_a_second = await _round(which, Path(name))
            taken.append(taken_a_second)
            if which == "ours":
                handled.append(handled_a_second)
    stock, ours = (statistics.median(rates[which]) for which in ("stock", "ours"))
    for which, what in (("stock", "the stock loop, into memory"), ("ours", "ours, committed to SQLite")):
        each = ", ".join(f"{rate:.0f}" for rate in rates[which])
        yield f"{what}: {statistics.median(rates[which]):.0f} updates a second ({each})"
    yield f"ours takes in {100 * ours / stock:.0f} % of what the stock loop does, and loses none to kill -9"
    yield f"handled after that, by a handler that does nothing: {statistics.median(handled):.0f} a second"


async def _round(which: str, folder: Path) -> tuple[float, float]:
    """Updates a second: from the first question to the one that acknowledges all; and handled after it."""
    telegram = TelegramSandbox()
    people = [telegram.people.person(f"Person {number}") for number in range(PEOPLE)]
    for number in range(UPDATES):
        people[number % PEOPLE].writes(f"hello {number}")
    database = Database.open(_database_url(folder))
    await database.migrate()
    handled = 0.0
    async with telegram.serving() as url:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.intake", which, url, telegram.token, str(folder), cwd=PROJECT
        )
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                while telegram.world.updates.pending():
                    await asyncio.sleep(0.02)
                calls = telegram.calls_of("getUpdates")
                if which == "ours":
                    before, at = await _handled(database), time.monotonic()
                    await asyncio.sleep(_HANDLING_SECONDS)
                    handled = (await _handled(database) - before) / (time.monotonic() - at)
        finally:
            process.kill()
            await process.wait()
            await database.aclose()
    return UPDATES / (calls[-1].arrived_at - calls[0].arrived_at), handled


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
