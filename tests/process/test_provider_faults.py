"""Everything that the image API was seen to do, from the person's side: a picture, or which reason; and what
it cost. All of it happens to one bot at the same time, each in a chat of its own."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.app import running
from bot.core.callbacks import Callbacks
from bot.core.clock import utc_now
from bot.core.errors import CONSEQUENCES, Reason
from bot.nanobanana.client import NanoBananaClient, Patience
from bot.nanobanana.download import Bounds, Downloader
from bot.sandbox.faults import HEAVY_BYTES, Faults, Heavy, Phase
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.nanobanana.faults import HOSTILE, SCENARIOS
from bot.sandbox.nanobanana.tasks import Script
from bot.sandbox.nanobanana.twists import Scenario, found_at
from bot.settings import Settings
from bot.storage.edits import SqlEditStore
from bot.wiring.outside import limits, opened_database
from tests.harness.clock import until
from tests.harness.https import https_server, make_certificate
from tests.harness.pictures import picture, size_of
from tests.harness.processes import Processes, processes, prompt_of
from tests.process.provider_tables import DELIVERED, TABLES, UPLOADS

SIZE = (211, 130)
AFTER: tuple[Phase, ...] = ("after", "after", "before")


class Fates:
    """Gives every create call what its prompt names, and the task that it makes the script of that."""

    def __init__(
        self, nanobanana: NanoBananaSandbox, prompts: Iterable[str], scenarios: Mapping[str, Scenario]
    ) -> None:
        self._nanobanana, self._scenarios = nanobanana, scenarios
        self._left = {prompt: iter(prompt.split(", ")) for prompt in prompts}
        self._current: dict[str, Faults] = {}
        nanobanana.faults.at("create", self._before)
        nanobanana.faults.at("create", self._after, phase="after")

    async def _before(self, request: Request) -> Response | None:
        prompt, script = await self._prompt(request), Script()
        self._current[prompt] = Faults()
        if name := next(self._left.get(prompt, iter(())), None):
            self._scenarios[name](self._current[prompt], script)
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
    monkeypatch.setattr("bot.app.Callbacks", partial(Callbacks, unlearned_wait=timedelta(seconds=3)))
    monkeypatch.setattr(
        "bot.wiring.outside.NanoBananaClient",
        partial(NanoBananaClient, patience=Patience(create_seconds=5, check_seconds=3)),
    )
    monkeypatch.setattr(
        "bot.wiring.outside.Downloader", partial(Downloader, bounds=Bounds(deadline_seconds=5))
    )
    monkeypatch.setattr("bot.nanobanana.download._WAITS_BETWEEN_TRIES", (0.1, 0.2))
    for reason in (Reason.SERVICE_DOWN, Reason.RESULT_AWAY):
        short = replace(CONSEQUENCES[reason], patience=timedelta(seconds=10))
        monkeypatch.setitem(CONSEQUENCES, reason, short)
    monkeypatch.setattr("bot.core.late.LATE_LOOKS", (timedelta(seconds=1),))
    monkeypatch.setattr("bot.core.setbacks._OPERATOR_SECONDS", 0.5)
    monkeypatch.setattr("bot.core.setbacks._GATEWAY_SECONDS", 0.5)
    monkeypatch.setattr("bot.core.setbacks._CUT_CALL_WAIT", timedelta(seconds=1))
    monkeypatch.setattr("bot.core.steps._MISSING_GRACE", timedelta(seconds=5))
    monkeypatch.setattr("bot.nanobanana.errors._WAITS", {429: 0.2, 455: 0.3})
    monkeypatch.setattr("bot.nanobanana.errors._SHORT_WAIT_SECONDS", 0.2)


@pytest.mark.parametrize("model", TABLES)
async def test_every_fault_ends_as_it_should_and_costs_what_it_should(tmp_path: Path, model: str) -> None:
    expected = TABLES[model]
    async with processes(tmp_path) as world, untrusted(tmp_path) as url:
        Fates(world.nanobanana, expected, {**SCENARIOS, **HOSTILE, "result-bad-certificate": found_at(url)})
        settings = impatient(world, nanobanana_model=model)
        async with running(settings):
            chats = dict(asks(world, expected))
            await until(lambda: len(settled(world)) == len(expected))
            await asyncio.sleep(0)
        used = await places_used(settings, chats)
    calls = Counter(prompt_of(call.body) for call in world.nanobanana.creates)
    paid = world.creates_per_prompt()
    ends = settled(world)
    measured = {name: (ends[name], calls[name], paid[name]) for name in expected}
    assert measured == expected
    assert used == {name: int(end == DELIVERED) for name, (end, _, _) in expected.items()}
    for name, chat_id in chats.items():
        shown = [m for m in world.telegram.world.views(world.telegram.world.chats[chat_id]) if m.by_bot]
        assert len(shown) == 1, f"{name}: one answer, and no card beside it"
        assert (shown[0].file_id is not None) == (ends[name] == DELIVERED), name
        assert shown[0].file_id is None or size_of(shown[0].content()) == SIZE
    assert files_left(world) == {"result": sum(end == DELIVERED for end in ends.values())}


async def test_a_photo_finds_its_way_whatever_its_host_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.photo_hosts.kie._UPLOAD_SECONDS", 2.0)
    monkeypatch.setattr("bot.photo_hosts.kie._LATER_SECONDS", 0.2)
    async with processes(tmp_path) as world:
        world.hosts_elsewhere(callbacks=True)
        for name in UPLOADS:  # each meets the next upload that none has met
            {**SCENARIOS, **HOSTILE}[name](world.nanobanana.faults, Script())
        async with running(impatient(world)):
            asked = dict(asks(world, UPLOADS))
            await until(lambda: len(settled(world)) == len(asked))
    uploads = [call for call in world.nanobanana.requests if call.path.startswith("/api/file")]
    assert len(uploads) == 2 * len(asked)
    assert settled(world) == dict.fromkeys(asked, DELIVERED)
    assert world.creates_per_prompt() == dict.fromkeys(asked, 1)


async def test_forty_megabytes_are_left_where_they_are(tmp_path: Path) -> None:
    heavy = [Heavy(), Heavy(), Heavy()]
    async with processes(tmp_path) as world:
        provider = world.nanobanana.faults
        for point, answer, phase in zip(("create", "record-info", "result"), heavy, AFTER, strict=True):
            provider.answer(point, answer, phase=phase)
        async with running(impatient(world)):
            world.ada.sends_photo(picture(*SIZE), "/edit paint it")
            await until(lambda: settled(world) == {"paint it": DELIVERED})
        assert world.creates_per_prompt() == {"paint it": 1}
    assert max(each.sent for each in heavy) < HEAVY_BYTES / 2, "what the network holds, and no more"


async def test_a_service_that_cannot_prove_its_name_gets_nothing_and_is_waited_for(tmp_path: Path) -> None:
    async with processes(tmp_path) as world, untrusted(tmp_path) as url:
        async with running(impatient(world, nanobanana_api_url=url.removesuffix("/x.png"))):
            world.ada.sends_photo(picture(*SIZE), "/edit paint it")
            await until(lambda: world.rows("SELECT 1 FROM edits WHERE attempts > 1"))
            await until(lambda: "I keep trying" in world.ada.private.bot_messages()[0].text)
        assert world.rows("SELECT state, submits FROM edits") == [("received", 0)]
        async with running(impatient(world)):  # the operator has seen to it
            await until(lambda: settled(world) == {"paint it": DELIVERED})
        assert world.creates_per_prompt() == {"paint it": 1}


def impatient(world: Processes, **changed: object) -> Settings:
    known = {name.lower(): value for name, value in world.home.settings.items()}
    bounds = {"edit_timeout_seconds": 6, "nanobanana_creates_per_10_seconds": 1000}
    return Settings.model_validate({**known, **bounds, **changed})


@contextlib.asynccontextmanager
async def untrusted(folder: Path) -> AsyncIterator[str]:
    """The address of a picture on this machine, behind a certificate that nobody vouches for."""
    certificate = folder / "results.pem"
    make_certificate(certificate, "localhost")
    async with https_server(certificate, picture(*SIZE)) as (port, _):
        yield f"https://localhost:{port}/x.png"


def asks(world: Processes, prompts: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Somebody new for each fault: the chat that will show what came of it."""
    photo = picture(*SIZE)
    for name in prompts:
        person = world.telegram.people.person("Grace")
        person.sends_photo(photo, f"/edit {name}")
        yield name, person.private.id


def settled(world: Processes) -> dict[str, str]:
    rows = world.rows("SELECT words, coalesce(failure, state) FROM edits WHERE due_at IS NULL")
    return dict(rows)


async def places_used(settings: Settings, chats: dict[str, int]) -> dict[str, int]:
    async with opened_database(settings) as database:
        store, now = SqlEditStore(database), utc_now()
        return {
            name: (await store.usage(chat_id, 0, limits(settings), now))[0].used
            for name, chat_id in chats.items()
        }


def files_left(world: Processes) -> Counter[str]:
    assert list((world.home.data / "hosted").glob("*")) == []
    return Counter(path.suffix.removeprefix(".") for path in (world.home.data / "files").iterdir())
