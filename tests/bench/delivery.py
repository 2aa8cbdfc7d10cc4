"""Two hundred results ready at once: fetched, fitted and delivered under the sandbox's flood limits."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bot.sandbox.demo.bot_process import Home
from bot.sandbox.telegram.api import TelegramSandbox
from tests.bench.load import PACE
from tests.bench.provider import provider
from tests.bench.runner import Usage, Watched, watched_bot
from tests.bench.seed import past_edits, running_edit, seed, utc_now
from tests.harness.pictures import picture

RESULTS = 200
CHATS = 100
SIZE = (1280, 853)
_LONGEST_SECONDS = 90


async def report() -> AsyncIterator[str]:
    """From the moment the provider says that they are done."""
    telegram = TelegramSandbox(flood_limits=True)
    with tempfile.TemporaryDirectory() as name, provider() as api:
        folder = Path(name)
        async with telegram.serving() as telegram_url:
            home = Home.of(folder, telegram_url, telegram.token, api.url, "key-of-no-use")
            home = Home({**home.settings, **PACE}, home.data, home.log)
            people = [telegram.people.person(f"Person {number}") for number in range(CHATS)]
            for person in people:
                person.writes("hello")
            telegram.world.updates.clear()
            now = utc_now()
            edits = [running_edit(n, people[n % CHATS].id, now) for n in range(RESULTS)]
            await seed(home, edits + past_edits(now))
            files = home.data / "files"
            files.mkdir()
            photo = picture(*SIZE)
            for edit in edits:
                (files / f"{edit.id}.photo").write_bytes(photo)
            api.finish()
            started = time.monotonic()
            async with watched_bot(home, folder / "watched.json") as process:
                arrived = await _arrivals(telegram)
                used = Usage.of(process.pid)
            watched = Watched.read(folder / "watched.json")
    first_look = min(at for at, _ in watched.due)
    refused = sum(call.status == 429 for call in telegram.calls)
    yield (
        f"{len(arrived)} results of {SIZE[0]}x{SIZE[1]}, found done at once, for {CHATS} people: the first "
        f"arrives after {arrived[0] - first_look:.1f} s, the last after {arrived[-1] - first_look:.1f} s "
        f"(Telegram's 30 a second would take {RESULTS / 30:.1f} s); refused by flood control: {refused}"
    )
    yield (
        f"  CPU {used.cpu_seconds:.1f} s, {100 * used.cpu_seconds / (used.at - started):.0f} % of a core, "
        f"memory {used.megabytes:.0f} MB, {watched.longest_stall(first_look, arrived[-1])}"
    )


async def _arrivals(telegram: TelegramSandbox) -> list[float]:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < deadline:
        arrived = [call.answered_at for call in telegram.calls_of("sendPhoto") if call.status == 200]
        if len(arrived) >= RESULTS:
            break
        await asyncio.sleep(0.2)
    return sorted(at for at in arrived if at is not None)
