"""The same edits with callbacks and without any: looks per edit, and how long a task's end goes unnoticed."""

import asyncio
import random
import statistics
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.demo.bot_process import Home, bot_at_work
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.telegram.api import TelegramSandbox
from tests.harness.pictures import picture, resized

EDITS = 80
PEOPLE = 10
ASKED_EVERY_SECONDS = 0.6
SHORTEST, LONGEST = 4, 12
_LONGEST_SECONDS = 60


@dataclass(frozen=True)
class Found:
    """A task as the provider saw it: how often it was asked about, and when first after its end."""

    looks: int
    delay: float


async def report() -> AsyncIterator[str]:
    """Both at once, so that the machine's noise is in both."""
    called, polled = await asyncio.gather(_run(send_callbacks=True), _run(send_callbacks=False))
    yield (
        f"{EDITS} edits of {PEOPLE} people, one every {ASKED_EVERY_SECONDS} s; "
        f"tasks of {SHORTEST} to {LONGEST} s; the delay is from a task's end to the look that finds it"
    )
    half = EDITS // 2
    for what, found in (("with callbacks", called), ("without any", polled)):
        yield f"  {what:<14}   all: {_line(found)}   second half: {_line(found[half:])}"


async def _run(*, send_callbacks: bool) -> list[Found]:
    """The tasks in the order of their creation."""
    ordinals = random.Random(7)
    seconds = [ordinals.uniform(SHORTEST, LONGEST) for _ in range(EDITS)]
    telegram = TelegramSandbox()
    provider = NanoBananaSandbox(
        task_seconds=lambda number: seconds[number % EDITS], paint=resized, send_callbacks=send_callbacks
    )
    photo = picture(60, 45)
    with tempfile.TemporaryDirectory() as folder:
        async with telegram.serving() as telegram_url, provider.running() as provider_url:
            home = Home.of(Path(folder), telegram_url, telegram.token, provider_url, provider.api_key)
            people = [telegram.people.person(f"Person {number}") for number in range(PEOPLE)]
            async with bot_at_work(
                Home(
                    {**home.settings, "RATE_LIMIT_EDITS": "0", "PERSON_LIMIT_EDITS": "0"}, home.data, home.log
                )
            ):
                for number in range(EDITS):
                    people[number % PEOPLE].sends_photo(photo, f"/edit wish {number}")
                    await asyncio.sleep(ASKED_EVERY_SECONDS)
                async with asyncio.timeout(_LONGEST_SECONDS):
                    while len(telegram.calls_of("sendPhoto")) < EDITS:
                        await asyncio.sleep(0.2)
    return _found(provider)


def _found(provider: NanoBananaSandbox) -> list[Found]:
    looks = Counter(task_id for task_id, _ in provider.polls)
    found = []
    for task in provider.tasks.values():
        assert task.finished_at is not None
        ended = task.finished_at
        at = min(at for task_id, at in provider.polls if task_id == task.task_id and at >= ended)
        found.append(Found(looks[task.task_id], at - ended))
    return found


def _line(found: list[Found]) -> str:
    delays = sorted(1000 * each.delay for each in found)
    return (
        f"{statistics.mean(each.looks for each in found):.2f} looks, "
        f"delay {statistics.median(delays):.0f} ms (median), {delays[int(0.95 * len(delays))]:.0f} ms (p95)"
    )
