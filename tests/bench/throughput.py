"""Edits a minute for a hundred people, and how long they wait, where both services answer at once."""

import asyncio
import os
import random
import statistics
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.demo.bot_process import Home
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.serve import free_port
from bot.sandbox.telegram.api import TelegramSandbox
from bot.tasks import end
from tests.bench.runner import Usage, Watched, watched_bot
from tests.harness.pictures import picture, resized
from tests.harness.postgres import postgres_server

PEOPLE, A_FEW = 100, 10
A_MINUTE = 650
"""What those ask for who take their time. Telegram takes 900: an edit is two of thirty messages a second."""
WARM_UP_SECONDS, DRAIN_SECONDS, WATCHED_SECONDS = 10, 3, 30
TOGETHER_SECONDS = 5
"""So long after all have begun within a second, what that took is over."""
SIZE = (1280, 853)
_LOOK_SECONDS = 0.02
_ROOM = {
    "NANOBANANA_CREATES_PER_10_SECONDS": "10000",
    "NANOBANANA_TASKS_IN_FLIGHT": "10000",
    "RATE_LIMIT_EDITS": "0",
    "PERSON_LIMIT_EDITS": "0",
    "LOG_LEVEL": "WARNING",
}


@dataclass
class Crowd:
    """People who all begin within a second, and how long they waited.

    Each asks again after `seconds` (on average), or later, as soon as the picture has come.
    """

    telegram: TelegramSandbox
    people: int = PEOPLE
    seconds: float = 0.0
    asked_at: dict[int, float] = field(default_factory=dict)
    without_card: dict[int, float] = field(default_factory=dict)
    cards: list[tuple[float, float]] = field(default_factory=list)
    pictures: list[tuple[float, float]] = field(default_factory=list)
    """When it came, and after how many seconds."""

    async def keep_asking(self) -> None:
        """Until cancelled."""
        content, dice, read = picture(*SIZE), random.Random(1), len(self.telegram.calls)
        people = [self.telegram.people.person(f"Person {number}") for number in range(self.people)]
        by_id = {person.id: person for person in people}
        asks_at = {chat_id: time.monotonic() + dice.random() for chat_id in by_id}
        while True:
            now = time.monotonic()
            for chat_id in [each for each, at in asks_at.items() if at <= now]:
                del asks_at[chat_id]
                by_id[chat_id].sends_photo(content, "/watercolor")
                self.asked_at[chat_id] = self.without_card[chat_id] = time.monotonic()
            calls = self.telegram.calls[read:]
            read += len(calls)
            for call in calls:
                chat_id, at = call.integer("chat_id"), call.arrived_at
                if call.method == "sendMessage" and chat_id in self.without_card:
                    self.cards.append((at, at - self.without_card.pop(chat_id)))
                elif call.method == "sendPhoto" and chat_id in self.asked_at:
                    asked_at = self.asked_at.pop(chat_id)
                    self.pictures.append((at, at - asked_at))
                    asks_at[chat_id] = asked_at + self.seconds * dice.uniform(0.5, 1.5)
            await asyncio.sleep(_LOOK_SECONDS)

    def done(self, since: float, until: float) -> int:
        """How many pictures came then."""
        return sum(since <= at < until for at, _ in self.pictures)

    def waits(self, since: float, until: float) -> str:
        cards, pictures = _waits(self.cards, since, until), _waits(self.pictures, since, until)
        return f"a card comes after {cards}, the picture after {pictures}"


async def report() -> AsyncIterator[str]:
    """On either engine; then three replicas."""
    yield "A hundred cards at once take 2.3 s at least: thirty messages, and thirty more each second"
    yield "SQLite"
    async for line in _throughput({}, 1):
        yield f"  {line}"
    with postgres_server() as server:
        for replicas in (1, 3):
            yield f"PostgreSQL, replicas: {replicas}"
            async with server.empty() as url:
                async for line in _throughput({"DATABASE_URL": url}, replicas):
                    yield f"  {line}"


async def _throughput(settings: Mapping[str, str], replicas: int) -> AsyncIterator[str]:
    """First people who take their time, from their first second on; then as many edits as can be had."""
    telegram = TelegramSandbox()
    nanobanana = NanoBananaSandbox(task_seconds=0, paint=resized, credits=10**9)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        telegram_url = await stack.enter_async_context(telegram.serving())
        nanobanana_url = await stack.enter_async_context(nanobanana.running())
        home = Home.of(folder, telegram_url, telegram.token, nanobanana_url, nanobanana.api_key)
        files = [folder / f"{number}.json" for number in range(replicas)]
        async with AsyncExitStack() as running:
            bots = []
            for number, file in enumerate(files):
                own = {"WEB_PORT": str(free_port())} if number else {}  # the first has PUBLIC_URL
                wanted = {**home.settings, **_ROOM, **settings, **own}
                each = Home(wanted, home.data, folder / f"bot-{number}.log")
                bots.append(await running.enter_async_context(watched_bot(each, file)))
            await _visit(Crowd(telegram, A_FEW), bots, WARM_UP_SECONDS, 0)
            calm = await _visit(Crowd(telegram, seconds=60 * PEOPLE / A_MINUTE), bots, 0)
            hasty = await _visit(Crowd(telegram), bots, WARM_UP_SECONDS)
        watched = [Watched.read(file) for file in files]
        yield f"asked for {A_MINUTE} edits a minute, from the first on"
        for line in calm.lines(watched):
            yield f"  {line}"
        since, until = calm.before.at + TOGETHER_SECONDS, calm.after.at
        yield f"    once they ask one by one, {calm.crowd.waits(since, until)}"
        yield "asked for as many as can be had"
        for line in hasty.lines(watched):
            yield f"  {line}"


@dataclass(frozen=True)
class Visit:
    """What a crowd saw from `before` to `after`, with so many calls to Telegram."""

    crowd: Crowd
    before: "Used"
    after: "Used"
    calls: int

    def lines(self, watched: Sequence[Watched]) -> list[str]:
        since, until = self.before.at, self.after.at
        done = self.crowd.done(since, until)
        edits = max(1, done)
        stalls = "; ".join(each.longest_stall(since, until) for each in watched)
        return [
            f"{60 * done / (until - since):.0f} edits a minute; {self.crowd.waits(since, until)}",
            f"  an edit: {self.after.since(self.before, edits)}, {self.calls / edits:.1f} calls to Telegram",
            f"  {stalls}; the machine's load {self.after.load:.1f}",
        ]


async def _visit(
    crowd: Crowd, bots: Sequence[Process], after_seconds: float, seconds: float = WATCHED_SECONDS
) -> Visit:
    """Let them ask, and watch from `after_seconds` on. What is under way at the end may come to its end."""
    asking = asyncio.create_task(crowd.keep_asking())
    await asyncio.sleep(after_seconds)
    before, calls = Used.of(bots), len(crowd.telegram.calls)
    await asyncio.sleep(seconds)
    visit = Visit(crowd, before, Used.of(bots), len(crowd.telegram.calls) - calls)
    await end([asking])
    await asyncio.sleep(DRAIN_SECONDS)
    return visit


@dataclass(frozen=True)
class Used:
    """Processor seconds so far: of bots, of their workers (ended ones too), and of this process.

    `load`: the machine's, of the last minute.
    """

    at: float
    bots: float
    workers: float
    ours: float
    load: float

    @classmethod
    def of(cls, bots: Sequence[Process]) -> "Used":
        cpu = sum(Usage.of(each.pid).cpu_seconds for each in bots)
        workers = sum(_of_ended(each.pid) + sum(map(_ran, _children(each.pid))) for each in bots)
        return cls(time.monotonic(), cpu, workers, time.process_time(), os.getloadavg()[0])

    def since(self, before: "Used", edits: int) -> str:
        bots, workers, ours = self.bots - before.bots, self.workers - before.workers, self.ours - before.ours
        each = f"{_ms(bots / edits)} of the bot, {_ms(workers / edits)} of its workers"
        share = 100 * (bots + workers + ours) / (self.at - before.at)
        return f"{each}, {_ms(ours / edits)} of these services (all together {share:.0f} % of a core)"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def _children(process_id: int) -> list[int]:
    return [*map(int, Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split())]


def _of_ended(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _ran(process_id: int) -> float:
    try:
        return Usage.of(process_id).cpu_seconds
    except (OSError, IndexError):
        return 0  # it ends just now


def _waits(waits: Sequence[tuple[float, float]], since: float, until: float) -> str:
    values = sorted(waited for at, waited in waits if since <= at < until)
    if not values:
        return "never"
    return f"{statistics.median(values):.1f} s (median), at the latest {values[-1]:.1f} s"
