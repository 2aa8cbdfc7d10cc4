"""Latencies of the real process against the sandbox, without added latency; and its idle memory."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bot.sandbox.demo.bot_process import Home, bot_at_work
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.telegram.api import TelegramSandbox
from tests.harness.chats import finished
from tests.harness.pictures import picture, resized

EDITS = 40
WARM_UP = 5
PEOPLE = 10
SIZE = (1280, 853)


def resident_megabytes(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def report() -> AsyncIterator[str]:
    """Medians over edits that follow one another."""
    telegram = TelegramSandbox()
    # Without callbacks a check finds the task done, as for whoever has no public address.
    nanobanana = NanoBananaSandbox(task_seconds=0.6, paint=resized, send_callbacks=False)
    with tempfile.TemporaryDirectory() as folder:
        async with telegram.serving() as telegram_url, nanobanana.running() as nanobanana_url:
            home = Home.of(Path(folder), telegram_url, telegram.token, nanobanana_url, nanobanana.api_key)
            limits = {"RATE_LIMIT_EDITS": "0", "PERSON_LIMIT_EDITS": "0", "POLL_INTERVAL_SECONDS": "0.5"}
            async with bot_at_work(Home({**home.settings, **limits}, home.data, home.log)) as process:
                ada = telegram.people.person("Ada")
                ada.writes("/start")
                await ada.private.wait_for(lambda messages: [m for m in messages if m.by_bot], 20)
                await asyncio.sleep(1)
                yield f"Idle memory, with the packages of the tests: {resident_megabytes(process.pid):.0f} MB"
                async for line in _latencies(telegram, nanobanana):
                    yield line
                yield f"Memory after {EDITS + WARM_UP} edits: {resident_megabytes(process.pid):.0f} MB"


async def _latencies(telegram: TelegramSandbox, nanobanana: NanoBananaSandbox) -> AsyncIterator[str]:
    content, to_card, to_create, to_reply = picture(*SIZE), [], [], []
    people = [telegram.people.person(f"Person {number}") for number in range(PEOPLE)]
    for number in range(WARM_UP + EDITS):  # by turns: one chat would soon meet Telegram's own limit
        person = people[number % PEOPLE]
        asked = person.sends_photo(content, "/watercolor")
        delivered_at = time.monotonic()
        await person.private.wait_for(lambda messages, asked=asked: finished(messages, asked), 30)  # type: ignore[misc]
        card = next(call for call in telegram.calls_of("sendMessage") if call.arrived_at > delivered_at)
        create = nanobanana.creates[-1]
        found_at = [at for task_id, at in nanobanana.polls if task_id == create.task_id][-1]
        to_card.append(card.arrived_at - delivered_at)
        to_create.append(create.arrived_at - delivered_at)
        to_reply.append(telegram.calls_of("sendPhoto")[-1].arrived_at - found_at)
        await asyncio.sleep(0.2)
    size = f"{SIZE[0]}x{SIZE[1]}"
    yield _line("From an update's delivery to the first sign of life, the card's call", to_card[WARM_UP:])
    yield _line(f"From an update's delivery to the create call, {size}", to_create[WARM_UP:])
    yield _line(f"From the check that finds the task done to the reply's arrival, {size}", to_reply[WARM_UP:])


def _line(what: str, seconds: list[float]) -> str:
    values = sorted(1000 * each for each in seconds)
    return f"{what}: median {statistics.median(values):.0f} ms, p95 {values[int(0.95 * len(values))]:.0f} ms"
