"""Thousands of edits in flight in one bot: how late it looks at them, what it uses, how it restarts."""

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from bot.sandbox.demo.bot_process import Home
from bot.sandbox.telegram.api import TelegramSandbox
from tests.bench.provider import Provider, provider
from tests.bench.runner import Usage, Watched, idle_watched, watched_bot
from tests.bench.seed import past_edits, running_edit, seed, utc_now
from tests.harness.postgres import postgres_server

EDITS = 5000
CHATS = 1000
WATCHED_SECONDS = 30
FIRST_CHAT_ID = 600_000_000
PACE = {
    "POLL_INTERVAL_SECONDS": "25",  # a step of 20 s once something is learned: 250 looks a second
    "EDIT_TIMEOUT_SECONDS": "3600",
    "LOG_LEVEL": "WARNING",
}


async def report() -> AsyncIterator[str]:
    """On either engine."""
    async for line in _under_load({}):
        yield f"SQLite: {line}"
    with postgres_server() as server:
        async with server.empty() as url:
            async for line in _under_load({"DATABASE_URL": url}):
                yield f"PostgreSQL: {line}"


async def _under_load(settings: Mapping[str, str]) -> AsyncIterator[str]:
    """Under way, then killed and started again; on PostgreSQL the killed one's lease runs for ten seconds."""
    telegram = TelegramSandbox()
    with tempfile.TemporaryDirectory() as name, provider() as api:
        folder = Path(name)
        async with telegram.serving() as telegram_url:
            home = Home.of(folder, telegram_url, telegram.token, api.url, "key-of-no-use")
            home = Home({**home.settings, **PACE, **settings}, home.data, home.log)
            now = utc_now()
            edits = [running_edit(n, FIRST_CHAT_ID + n % CHATS, now) for n in range(EDITS)]
            await seed(home, edits + past_edits(now))
            async with watched_bot(home, folder / "first.json") as process:
                await _all_seen(api, EDITS // 10)
                process.kill()
            started = time.monotonic()
            async with watched_bot(home, folder / "second.json") as process:
                seen = await _all_seen(api)
                steady = time.monotonic() + 5
                await asyncio.sleep(5)
                before = Usage.of(process.pid)
                async with idle_watched() as idle:
                    await asyncio.sleep(WATCHED_SECONDS)
                used = Usage.of(process.pid)
            watched = Watched.read(folder / "second.json")
            lags = _lags(watched, api.looks(), started)
            yield _lag_line(f"{EDITS} edits in flight", lags, steady, used.at)
            looks_a_second = sum(steady <= at < used.at for at, _ in api.looks()) / (used.at - steady)
            yield (
                f"CPU {100 * used.share_since(before):.0f} % of a core, "
                f"{1000 * used.share_since(before) / looks_a_second:.2f} ms a look, "
                f"memory {used.megabytes:.0f} MB, "
                f"{watched.longest_stall(steady, used.at)}; "
                f"an idle process beside it: {idle.longest_stall(steady, used.at)}"
            )
            yield (
                f"Killed and started again with {EDITS} edits: the first is looked at after "
                f"{min(seen) - started:.1f} s, the last after {max(seen) - started:.1f} s, "
                f"{watched.longest_stall(started, max(seen))}"
            )
            yield _lag_line("and the looks meanwhile", lags, started, steady)


async def _all_seen(api: Provider, count: int = EDITS) -> list[float]:
    """When each edit was looked at first, from now on; waits for so many."""
    api.forget()
    first = dict[str, float]()
    deadline = time.monotonic() + 120
    while len(first) < count and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        first = {task_id: at for at, task_id in reversed(api.looks())}
    return list(first.values())


def _lags(watched: Watched, looks: list[tuple[float, str]], since: float) -> list[tuple[float, float]]:
    """(due, lag) of every look: an edit's n-th arrives for its n-th moment."""
    arrivals = defaultdict[str, list[float]](list)
    for at, edit_id in looks:
        if at >= since:
            arrivals[edit_id].append(at)
    moments = defaultdict[str, list[float]](list)
    for due, edit_id in watched.due:
        moments[edit_id].append(due)
    return [
        (due, at - due)
        for edit_id, dues in moments.items()
        for due, at in zip(dues, arrivals[edit_id], strict=False)
    ]


def _lag_line(what: str, lags: list[tuple[float, float]], since: float, until: float) -> str:
    values = sorted(lag for due, lag in lags if since <= due < until)
    at = [f"{1000 * values[int(share * len(values))]:.0f} ms" for share in (0.5, 0.99)]
    return (
        f"{what}: {len(values) / (until - since):.0f} looks a second, late by {at[0]} (median), "
        f"{at[1]} (p99), {1000 * values[-1]:.0f} ms (worst)"
    )
