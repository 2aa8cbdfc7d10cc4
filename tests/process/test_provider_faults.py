"""Everything that the image API was seen to do, from the person's side: a picture, or which reason; and what
it cost. All of it happens to one bot at the same time, each in a chat of its own."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.app import running
from bot.base import limits
from bot.clients import opened_database
from bot.core.clock import utc_now
from bot.core.errors import Reason
from bot.sandbox.faults import Faults, Phase
from bot.sandbox.nanobanana_api import NanoBananaSandbox
from bot.sandbox.nanobanana_faults import SCENARIOS
from bot.sandbox.nanobanana_tasks import Script
from bot.settings import Settings
from bot.storage.edits import SqlEditStore
from tests.ground import picture, size_of
from tests.process.process_ground import Town, prompt_of, town, until

SIZE = (211, 130)
DELIVERED = "delivered"

# What each of an edit's create calls meets -> how the edit ends, calls made, tasks paid for.
EXPECTED: dict[str, tuple[str, int, int]] = {
    "create-ok": (DELIVERED, 1, 1),
    "create-message-for-msg": (DELIVERED, 1, 1),
    "create-snake-task-id": (DELIVERED, 1, 1),
    "create-flat-task-id": (DELIVERED, 1, 1),
    "create-string-code": (DELIVERED, 1, 1),
    # not taken, and said so: once more is free
    "create-500": (DELIVERED, 2, 1),
    "create-http-500, create-http-500": (DELIVERED, 3, 1),
    "create-429": (DELIVERED, 2, 1),
    "create-http-429": (DELIVERED, 2, 1),
    "create-455": (DELIVERED, 2, 1),
    # nobody knows: a callback names the task, or there was none
    "create-without-task-id": (DELIVERED, 1, 1),
    "create-answer-lost": (DELIVERED, 1, 1),
    "create-answer-502": (DELIVERED, 1, 1),
    "create-502-html": (DELIVERED, 2, 1),
    "create-520-html": (DELIVERED, 2, 1),
    "create-502-html, create-520-html": (Reason.SERVICE_DOWN, 2, 0),
    # somebody has to do something, and then it goes on; what is our own fault is told
    "create-400": (Reason.BAD_REQUEST, 1, 0),
    "create-401": (DELIVERED, 2, 1),
    "create-http-401": (DELIVERED, 2, 1),
    "create-402": (DELIVERED, 2, 1),
    "create-http-402": (DELIVERED, 2, 1),
    "create-403-1010": (DELIVERED, 2, 1),
    "create-413": (Reason.BAD_REQUEST, 1, 0),
    "create-422-type": (Reason.BAD_REQUEST, 1, 0),
    "create-433": (DELIVERED, 2, 1),
    "create-451": (Reason.PHOTO_NOT_FETCHED, 1, 0),
    "create-505": (DELIVERED, 2, 1),
    # looks at a task
    "poll-404-for-2s": (DELIVERED, 1, 1),
    "poll-http-404-for-2s": (DELIVERED, 1, 1),
    "poll-404-for-ever": (Reason.TASK_LOST, 1, 1),
    "poll-422-record-null-for-2s": (DELIVERED, 1, 1),
    "poll-null-data-for-2s": (DELIVERED, 1, 1),
    "poll-429-once": (DELIVERED, 1, 1),
    "poll-500-once": (DELIVERED, 1, 1),
    "poll-502-html-twice": (DELIVERED, 1, 1),
    "poll-cut-off-once": (DELIVERED, 1, 1),
    "poll-not-json-once": (DELIVERED, 1, 1),
    "running-response-null": (DELIVERED, 1, 1),
    "running-response-empty": (DELIVERED, 1, 1),
    "running-response-nulls": (DELIVERED, 1, 1),
    "running-without-flag": (DELIVERED, 1, 1),
    "running-flag-9": (DELIVERED, 1, 1),
    "stuck": (Reason.TIMED_OUT, 1, 1),
    "string-flag": (DELIVERED, 1, 1),
    "string-code": (DELIVERED, 1, 1),
    "time-24-hours": (DELIVERED, 1, 1),
    "epoch-times": (DELIVERED, 1, 1),
    "param-json-50k": (DELIVERED, 1, 1),
    # where a finished task keeps its picture
    "success-nested": (DELIVERED, 1, 1),
    "success-flat": (DELIVERED, 1, 1),
    "success-info": (DELIVERED, 1, 1),
    "result-url-array": (DELIVERED, 1, 1),
    "result-urls-array": (DELIVERED, 1, 1),
    "result-image-urls-array": (DELIVERED, 1, 1),
    "result-images": (DELIVERED, 1, 1),
    "result-json": (DELIVERED, 1, 1),
    "result-origin-only": (DELIVERED, 1, 1),
    "success-without-url-then-url": (DELIVERED, 1, 1),
    "success-without-url": (Reason.NO_IMAGE, 1, 1),
    "success-null-text-url": (Reason.NO_IMAGE, 1, 1),
    # a task that fails: some failures are worth a second one
    "flag-2": (DELIVERED, 2, 2),
    "flag-3-generic": (DELIVERED, 2, 2),
    "flag-3-generic, flag-3-generic": (Reason.SERVICE_DOWN, 2, 2),
    "flag-3-fetch": (DELIVERED, 2, 2),
    "flag-3-fetch, flag-3-fetch": (Reason.PHOTO_NOT_FETCHED, 2, 2),
    "flag-3-could-not-generate": (DELIVERED, 2, 2),
    "flag-3-without-text": (DELIVERED, 2, 2),
    "flag-3-policy": (Reason.POLICY, 1, 1),
    "flag-3-credits": (Reason.OUT_OF_CREDIT, 1, 1),
    "callback-400": (Reason.POLICY, 1, 1),
    "callback-501": (DELIVERED, 2, 2),
    "callback-duplicate": (DELIVERED, 1, 1),
    "callback-never": (DELIVERED, 1, 1),
    # the picture itself
    "result-404-once": (DELIVERED, 1, 1),
    "result-502-once": (DELIVERED, 1, 1),
    "result-cut-off-once": (DELIVERED, 1, 1),
    "result-wrong-extension": (DELIVERED, 1, 1),
    "result-octet-stream": (DELIVERED, 1, 1),
    "result-wrong-ratio": (DELIVERED, 1, 1),
    "result-html": (Reason.NO_IMAGE, 1, 1),
    "result-empty": (Reason.NO_IMAGE, 1, 1),
    "result-truncated": (Reason.NO_IMAGE, 1, 1),
}


class Fates:
    """Gives every create call what its prompt names, and the task that it makes the script of that."""

    def __init__(self, nanobanana: NanoBananaSandbox) -> None:
        self._nanobanana = nanobanana
        self._left = {prompt: iter(prompt.split(", ")) for prompt in EXPECTED}
        self._current: dict[str, Faults] = {}
        nanobanana.faults.at("create", self._before)
        nanobanana.faults.at("create", self._after, phase="after")

    async def _before(self, request: Request) -> Response | None:
        prompt, script = await self._prompt(request), Script()
        self._current[prompt] = Faults()
        if name := next(self._left.get(prompt, iter(())), None):
            SCENARIOS[name](self._current[prompt], script)
        answer = await self._play(prompt, "before", request)
        if answer is None:
            self._nanobanana._scripts.append(script)  # taken at once: nothing is awaited in between
        return answer

    async def _after(self, request: Request) -> Response | None:
        return await self._play(await self._prompt(request), "after", request)

    async def _play(self, prompt: str, phase: Phase, request: Request) -> Response | None:
        return await self._current[prompt].play("create", phase, request)

    async def _prompt(self, request: Request) -> str:
        return prompt_of(await request.json())


@pytest.fixture(autouse=True)
def time_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.app.ADOPTION_WAIT", timedelta(seconds=3))
    monkeypatch.setattr("bot.core.service._OPERATOR_SECONDS", 0.5)
    monkeypatch.setattr("bot.core.steps._CUT_CALL_WAIT", timedelta(seconds=1))
    monkeypatch.setattr("bot.core.steps._MISSING_GRACE", timedelta(seconds=5))
    monkeypatch.setattr("bot.nanobanana.refusals._WAITS", {429: 0.2, 455: 0.3})
    monkeypatch.setattr("bot.nanobanana.refusals._SHORT_WAIT_SECONDS", 0.2)


async def test_every_fault_ends_as_it_should_and_costs_what_it_should(tmp_path: Path) -> None:
    async with town(tmp_path) as ground:
        Fates(ground.nanobanana)
        known = {name.lower(): value for name, value in ground.home.settings.items()}
        bounds = {"edit_timeout_seconds": 6, "nanobanana_creates_per_10_seconds": 1000}
        settings = Settings.model_validate({**known, **bounds})
        async with running(settings):
            chats = dict(asks(ground))
            await until(lambda: len(settled(ground)) == len(EXPECTED), 50)
            await asyncio.sleep(0)
        used = await places_used(settings, chats)
    calls = Counter(prompt_of(call.body) for call in ground.nanobanana.creates)
    paid = ground.creates_per_prompt()
    ends = settled(ground)
    measured = {name: (ends[name], calls[name], paid[name]) for name in EXPECTED}
    assert measured == EXPECTED
    assert used == {name: int(end == DELIVERED) for name, (end, _, _) in EXPECTED.items()}
    for name, chat_id in chats.items():
        shown = [m for m in ground.telegram.world.views(ground.telegram.world.chats[chat_id]) if m.by_bot]
        assert len(shown) == 1, f"{name}: one answer, and no card beside it"
        assert (shown[0].file_id is not None) == (ends[name] == DELIVERED), name
        assert shown[0].file_id is None or size_of(shown[0].content()) == SIZE
    assert files_left(ground) == {"result": sum(end == DELIVERED for end in ends.values())}


def asks(ground: Town) -> Iterator[tuple[str, int]]:
    """Somebody new for each fault: the chat that will show what came of it."""
    photo = picture(*SIZE)
    for name in EXPECTED:
        person = ground.telegram.people.person("Grace")
        person.sends_photo(photo, f"/edit {name}")
        yield name, person.private.id


def settled(ground: Town) -> dict[str, str]:
    rows = ground.rows("SELECT words, coalesce(failure, state) FROM edits WHERE due_at IS NULL")
    return dict(rows)


async def places_used(settings: Settings, chats: dict[str, int]) -> dict[str, int]:
    async with opened_database(settings) as database:
        store, now = SqlEditStore(database), utc_now()
        return {
            name: (await store.usage(chat_id, limits(settings), now)).used for name, chat_id in chats.items()
        }


def files_left(ground: Town) -> Counter[str]:
    assert list((ground.home.data / "hosted").glob("*")) == []
    return Counter(path.suffix.removeprefix(".") for path in (ground.home.data / "files").iterdir())
