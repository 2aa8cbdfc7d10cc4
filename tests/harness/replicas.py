"""Replicas that come and go between both services, one PostgreSQL, one DATA_DIR and a load balancer."""

import asyncio
import contextlib
import re
import signal
import statistics
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from PIL import Image

from bot.sandbox.demo.bot_process import Home
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.serve import free_port, serving
from bot.sandbox.telegram.api import TelegramSandbox
from bot.sandbox.telegram.people import Message, Person
from tests.harness.balancer import Balancer
from tests.harness.chats import answers
from tests.harness.clock import PATIENCE, until
from tests.harness.forked_bot import BotProcess, fork_bot
from tests.harness.pictures import picture, size_of
from tests.harness.processes import kill, prompt_of

SIZE = (60, 45)
_ROOMY = {
    "NANOBANANA_CREATES_PER_10_SECONDS": "10000",
    "NANOBANANA_TASKS_IN_FLIGHT": "10000",
    "RATE_LIMIT_EDITS": "0",
    "PERSON_LIMIT_EDITS": "0",
    "MAX_ACTIVE_EDITS_PER_CHAT": "1000",
    "POLL_INTERVAL_SECONDS": "2",
}
_CREDITS = 1_000_000
_NAME = re.compile(r"this is replica ([\w-]+);")
_PHOTO = picture(*SIZE)


@dataclass
class Replica:
    """One replica: its process, its log and its own door."""

    process: BotProcess
    home: Home

    @property
    def log(self) -> str:
        return self.home.log.read_text() if self.home.log.exists() else ""

    @property
    def name(self) -> str:
        """Under which it holds its edits; a new one after an absence."""
        return str(_NAME.findall(self.log)[-1])

    @property
    def port(self) -> int:
        return int(self.home.settings["WEB_PORT"])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_at_work(self) -> bool:
        return "is at work" in self.log

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()


@dataclass(frozen=True)
class Asked:
    """A request, by the words that its prompt is."""

    words: str
    person: Person
    message: Message


@dataclass
class Replicas:
    """All of it."""

    telegram: TelegramSandbox
    nanobanana: NanoBananaSandbox
    balancer: Balancer
    client: httpx.AsyncClient
    folder: Path
    settings: Mapping[str, str]
    database: "asyncpg.Pool[asyncpg.Record]"
    members: list[Replica] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    async def start(self, count: int = 1, **settings: str) -> list[Replica]:
        """So many more replicas, all at once; returns when they have said that they are at work."""
        fresh = [await self.launch(**settings) for _ in range(count)]
        for member in fresh:
            await until(lambda m=member: m.is_at_work or m.process.returncode is not None)  # type: ignore[misc]
            assert member.process.returncode is None, member.log
            self.balancer.ports.append(member.port)
        return fresh

    async def launch(self, **settings: str) -> Replica:
        """A process that may or may not come to work."""
        made = {**self.settings, "WEB_PORT": str(free_port()), **settings}
        home = Home(made, Path(made["DATA_DIR"]), self.folder / f"bot-{len(self.members)}.log")
        member = Replica(await fork_bot(home), home)
        self.members.append(member)
        return member

    async def rows(self, query: str, *values: object) -> list[Any]:
        return list(await self.database.fetch(query, *values))

    async def value(self, query: str, *values: object) -> Any:
        return await self.database.fetchval(query, *values)

    async def until_rows(self, query: str, count: int, timeout: float = PATIENCE) -> None:
        """Until this many rows are counted."""
        seen = 0
        try:
            async with asyncio.timeout(timeout):
                while (seen := await self.value(f"SELECT count(*) FROM {query}")) < count:  # noqa: S608
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{seen} of {count}: {query}") from None

    async def held(self) -> Counter[str]:
        """How many unfinished edits each replica holds."""
        rows = await self.rows(
            "SELECT owner, count(*) AS n FROM edits WHERE due_at IS NOT NULL GROUP BY owner"
        )
        return Counter({row["owner"]: row["n"] for row in rows})

    async def poller(self) -> Replica:
        """Who asks Telegram for updates."""
        name = await self.value("SELECT owner FROM roles WHERE name = 'intake'")
        return next(member for member in self.members if member.name == name)

    def ask(self, count: int) -> list[Asked]:
        """So many people ask for one picture each."""
        fresh = []
        for number in range(len(self.asked), len(self.asked) + count):
            person, words = self.telegram.people.person(f"P{number}"), f"wish {number}"
            fresh.append(Asked(words, person, person.sends_photo(_PHOTO, f"/edit {words}")))
        self.asked += fresh
        return fresh

    async def all_delivered(self, timeout: float = PATIENCE) -> None:
        await self.until_rows("edits WHERE state = 'delivered' AND due_at IS NULL", len(self.asked), timeout)

    def amiss(self) -> dict[str, str]:
        """What is not as it should be once all is delivered, by the words of the request."""
        paid = Counter(prompt_of(call.body) for call in self.nanobanana.creates)
        found = {words: f"paid {n} times" for words, n in paid.items() if n != 1}
        asked_for = {asked.words for asked in self.asked}
        found |= dict.fromkeys(asked_for - set(paid), "never paid")
        found |= dict.fromkeys(set(paid) - asked_for, "paid, and nobody asked for it")
        for asked in self.asked:
            shown = answers(asked.person.private.messages(), asked.message)
            sizes = [size_of(each.content()) if each.file_id is not None else each.text for each in shown]
            if sizes != [SIZE]:
                found[asked.words] = f"{found.get(asked.words, 'paid once')}, shown {sizes}"
        return found

    def assert_each_paid_and_shown_once(self) -> None:
        amiss = self.amiss()
        assert not amiss, amiss

    def gaps(self, tasks: set[str], at: float) -> list[float]:
        """How long each task that was looked at on both sides of a moment was left alone around it."""
        looks: dict[str, list[float]] = {task: [] for task in tasks}
        for task, moment in self.nanobanana.polls:
            if task in looks:
                looks[task].append(moment)
        found = []
        for task, moments in looks.items():
            before = max((m for m in moments if m <= at), default=self.nanobanana.tasks[task].created_at)
            after = min((m for m in moments if m > at), default=None)
            assert after is not None, f"task {task} was never looked at again"
            found.append(after - max(before, at))
        return sorted(found)


def small(photo: Image.Image, _: str, __: tuple[int, int]) -> Image.Image:
    """A painter of another size than the photo's whose pictures cost hardly anything."""
    return photo.convert("RGB").resize((2 * SIZE[0], 2 * SIZE[1]), Image.Resampling.NEAREST)


def summary(values: list[float]) -> str:
    return f"{len(values)} tasks, median {statistics.median(values):.1f} s, max {max(values):.1f} s"


@contextlib.asynccontextmanager
async def replicas(
    folder: Path, url: str, *, task_seconds: float | Callable[[int], float] = 0.3, **settings: str
) -> AsyncIterator[Replicas]:
    """All but the replicas; at its end whatever still runs is killed."""
    telegram = TelegramSandbox()
    provider = NanoBananaSandbox(task_seconds=task_seconds, paint=small, credits=_CREDITS)
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=30))
        balancer = Balancer(client)
        telegram_url = await stack.enter_async_context(telegram.serving())
        provider_url = await stack.enter_async_context(provider.running())
        public_url = await stack.enter_async_context(serving(balancer.app))
        home = Home.of(folder, telegram_url, telegram.token, provider_url, provider.api_key)
        common = {**home.settings, **_ROOMY, "DATABASE_URL": url, "PUBLIC_URL": public_url, **settings}
        driver_url = url.replace("+asyncpg", "")
        pool = await stack.enter_async_context(asyncpg.create_pool(driver_url, min_size=1, max_size=2))
        made = Replicas(telegram, provider, balancer, client, folder, common, pool)
        try:
            yield made
        finally:
            for member in made.members:
                await kill(member.process)


def tiny() -> bytes:
    return _PHOTO
