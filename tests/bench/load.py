"""Thousands of edits in flight in one bot: how late it looks at them, what it uses, how it restarts."""

import asyncio
import tempfile
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from bot.core.edits import Edit
from bot.sandbox.demo.bot_process import Home
from bot.sandbox.telegram.api import TelegramSandbox
from tests.bench.provider import Provider, provider
from tests.bench.runner import Usage, Watched, idle_watched, watched_bot
from tests.bench.seed import running_edit, seed, utc_now
from tests.harness.postgres import postgres_server

EDITS = 5000
CHATS = 1000
LOOKS_PER_SECOND = 250
WATCHED_SECONDS = 30
FIRST_CHAT_ID = 600_000_000
PACE = {
    "LOOKS_PER_SECOND": str(LOOKS_PER_SECOND),
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
            await seed(home, edits)  # nothing is learned: each is looked at every 22 s
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
                f"{min(seen.values()) - started:.1f} s, the last after {max(seen.values()) - started:.1f} s "
                f"({EDITS / LOOKS_PER_SECOND:.0f} s at {LOOKS_PER_SECOND} looks a second), "
                f"out of order by at most {_out_of_order(edits, seen):.1f} s, "
                f"{watched.longest_stall(started, max(seen.values()))}"
            )
            yield _lag_line("and the looks meanwhile", lags, started, steady)


async def _all_seen(api: Provider, count: int = EDITS) -> dict[str, float]:
    """When each edit was looked at first, from now on; waits for so many."""
    api.forget()
    first = dict[str, float]()
    deadline = time.monotonic() + 120
    while len(first) < count and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        first = {task_id: at for at, task_id in reversed(api.looks())}
    return first


def _out_of_order(edits: list[Edit], seen: Mapping[str, float]) -> float:
    """Seconds by which an edit was looked at sooner or later than if those due first had been first."""
    at = [seen[edit.id] for edit in sorted(edits, key=lambda edit: edit.created_at) if edit.id in seen]
    return max(abs(was - should_be) for was, should_be in zip(at, sorted(at), strict=True))


def _lags(watched: Watched, looks: list[tuple[float, str]], since: float) -> list[tuple[float, float]]:
    """(due, lag) of every look: it was first due after the look before. Waiting for the budget is lag too."""
    moments = defaultdict[str, list[float]](list)
    for due, edit_id in sorted(watched.due):
        moments[edit_id].append(due)
    before, lags = defaultdict[str, float](float), list[tuple[float, float]]()
    for at, edit_id in sorted(looks):
        first = bisect_right(moments[edit_id], before[edit_id])
        if at >= since and first < len(moments[edit_id]) and moments[edit_id][first] <= at:
            lags.append((moments[edit_id][first], at - moments[edit_id][first]))
        before[edit_id] = at
    return lags


def _lag_line(what: str, lags: list[tuple[float, float]], since: float, until: float) -> str:
    values = sorted(lag for due, lag in lags if since <= due < until)
    at = [f"{1000 * values[int(share * len(values))]:.0f} ms" for share in (0.5, 0.99)]
    return (
        f"{what}: {len(values) / (until - since):.0f} looks a second, late by {at[0]} (median), "
        f"{at[1]} (p99), {1000 * values[-1]:.0f} ms (worst)"
    )
