"""How many edits a minute a bot makes for a hundred people who keep asking; both services answer at once."""

import asyncio
import os
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
from bot.sandbox.telegram.people import Person
from tests.bench.runner import Usage, Watched, watched_bot
from tests.harness.pictures import picture, resized
from tests.harness.postgres import postgres_server

PEOPLE = 100
WARM_UP_SECONDS, WATCHED_SECONDS = 10, 30
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
    """People who ask again as soon as their picture has come; and how long they waited."""

    telegram: TelegramSandbox
    asked_at: dict[int, float] = field(default_factory=dict)
    without_card: dict[int, float] = field(default_factory=dict)
    cards: list[tuple[float, float]] = field(default_factory=list)
    pictures: list[tuple[float, float]] = field(default_factory=list)
    """When it came, and after how many seconds."""

    async def keep_asking(self) -> None:
        """Until cancelled."""
        content, read = picture(*SIZE), 0
        people = {person.id: person for person in map(self._person, range(PEOPLE))}
        ready = set(people)
        while True:
            for chat_id in ready:
                people[chat_id].sends_photo(content, "/watercolor")
                self.asked_at[chat_id] = self.without_card[chat_id] = time.monotonic()
            ready = set()
            calls = self.telegram.calls[read:]
            read += len(calls)
            for call in calls:
                chat_id, at = call.integer("chat_id"), call.arrived_at
                if call.method == "sendMessage" and chat_id in self.without_card:
                    self.cards.append((at, at - self.without_card.pop(chat_id)))
                elif call.method == "sendPhoto" and chat_id in self.asked_at:
                    self.pictures.append((at, at - self.asked_at.pop(chat_id)))
                    ready.add(chat_id)
            await asyncio.sleep(_LOOK_SECONDS)

    def done(self, since: float, until: float) -> int:
        """How many pictures came then."""
        return sum(since <= at < until for at, _ in self.pictures)

    def waits(self, since: float, until: float) -> str:
        cards, pictures = _waits(self.cards, since, until), _waits(self.pictures, since, until)
        return f"a card comes after {cards}, the picture after {pictures}"

    def _person(self, number: int) -> Person:
        return self.telegram.people.person(f"Person {number}")


async def report() -> AsyncIterator[str]:
    """On either engine; then three replicas."""
    yield "SQLite"
    async for line in _throughput({}, 1):
        yield f"  {line}"
    with postgres_server() as server:
        for replicas in (1, 3):
            yield f"PostgreSQL, replicas: {replicas}"
            async with server.empty() as url:
                async for line in _throughput({"DATABASE_URL": url}, replicas):
                    yield f"  {line}"


async def _throughput(
    settings: Mapping[str, str], replicas: int, seconds: float = WATCHED_SECONDS
) -> AsyncIterator[str]:
    telegram = TelegramSandbox()
    nanobanana = NanoBananaSandbox(task_seconds=0, paint=resized, credits=10**9)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        telegram_url = await stack.enter_async_context(telegram.serving())
        nanobanana_url = await stack.enter_async_context(nanobanana.running())
        home = Home.of(folder, telegram_url, telegram.token, nanobanana_url, nanobanana.api_key)
        crowd = Crowd(telegram)
        async with AsyncExitStack() as running:
            bots = []
            for number in range(replicas):
                own = {"WEB_PORT": str(free_port())} if number else {}  # the first has PUBLIC_URL
                wanted = {**home.settings, **_ROOM, **settings, **own}
                each = Home(wanted, home.data, folder / f"bot-{number}.log")
                bots.append(await running.enter_async_context(watched_bot(each, folder / f"{number}.json")))
            asking = asyncio.create_task(crowd.keep_asking())
            await asyncio.sleep(WARM_UP_SECONDS)
            before, calls = Used.of(bots), len(telegram.calls)
            await asyncio.sleep(seconds)
            after, calls = Used.of(bots), len(telegram.calls) - calls
            asking.cancel()
        done = crowd.done(before.at, after.at)
        yield f"{60 * done / (after.at - before.at):.0f} edits a minute; {crowd.waits(before.at, after.at)}"
        yield f"  an edit: {after.since(before, max(1, done))}, {calls / max(1, done):.1f} calls to Telegram"
        watched = [Watched.read(folder / f"{number}.json") for number in range(replicas)]
        stalls = "; ".join(each.longest_stall(before.at, after.at) for each in watched)
        yield f"  {stalls}; the machine's load {os.getloadavg()[0]:.1f}"


@dataclass(frozen=True)
class Used:
    """Processor seconds so far: of bots, of their workers (ended ones too), and of this process."""

    at: float
    bots: float
    workers: float
    ours: float

    @classmethod
    def of(cls, bots: Sequence[Process]) -> "Used":
        cpu = sum(Usage.of(each.pid).cpu_seconds for each in bots)
        workers = sum(_of_ended(each.pid) + sum(map(_ran, _children(each.pid))) for each in bots)
        return cls(time.monotonic(), cpu, workers, time.process_time())

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
