"""What was paid for arrives, and is not paid for again: late tasks, outages, callbacks at a bad moment."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.app import running
from bot.sandbox.faults import page
from bot.sandbox.nanobanana.tasks import CreateCall
from tests.harness.chats import answers
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.processes import Processes, processes
from tests.process.paid_once import AWAY, SILENT, STORIES, STORIES_END, call_back
from tests.process.test_corners import settings

DELIVERED = "SELECT 1 FROM edits WHERE state = 'delivered' AND due_at IS NULL"
TIMED_OUT = "SELECT 1 FROM edits WHERE failure = 'timed_out' AND is_told"


@pytest.mark.parametrize("name", STORIES)
async def test_a_picture_arrives_and_was_paid_for_once_although_the_process_was_killed(
    tmp_path: Path, name: str
) -> None:
    assert await STORIES[name](tmp_path, {}) == STORIES_END[name]


async def second_create(world: Processes, held: asyncio.Event) -> CreateCall:
    """The second create call, once it is open; it is answered when the event is set."""

    async def hold_the_second(_: Request) -> None:
        if len(world.nanobanana.creates) > 1:
            await held.wait()

    world.nanobanana.faults.at("create", hold_the_second, phase="after")
    world.ada.sends_photo(picture(320, 200), "/edit paint it")
    await until(lambda: len(world.nanobanana.creates) > 1 and world.nanobanana.creates[1].task_id)
    return world.nanobanana.creates[1]


@pytest.mark.parametrize("moment", ["while it is open", "after its answer"])
async def test_the_late_callback_of_a_failed_first_task_changes_nothing_for_the_second(
    tmp_path: Path, moment: str
) -> None:
    async with processes(tmp_path, task_seconds=1, nanobanana=SILENT) as world:
        world.nanobanana.play("flag-3-generic")
        answer = asyncio.Event()
        async with running(settings(world)):
            second = await second_create(world, answer)
            if moment == "after its answer":
                answer.set()
                await until(lambda: world.rows("SELECT 1 FROM edits WHERE state = 'processing'"))
            assert await call_back(world.nanobanana.creates[0]) == 404
            answer.set()
            await until(lambda: world.rows(DELIVERED))
        assert world.rows("SELECT task_id FROM edits") == [(second.task_id,)]
        assert len(world.nanobanana.creates) == 2


async def test_a_create_call_that_hangs_ends_when_its_task_calls_back(tmp_path: Path) -> None:
    async with processes(tmp_path, task_seconds=0.5) as world:
        world.nanobanana.faults.at("create", world.hang, phase="after", times=1)
        async with running(settings(world)):
            world.ada.sends_photo(picture(320, 200), "/edit paint it")
            await until(lambda: world.rows(DELIVERED), 10)  # a minute, if the call were waited for
        assert len(world.nanobanana.creates) == 1


async def test_who_has_seen_the_photos_address_cannot_have_another_task_taken(tmp_path: Path) -> None:
    async with processes(tmp_path, nanobanana=SILENT) as world:
        answer = asyncio.Event()

        async def hold(_: Request) -> None:
            await answer.wait()

        world.nanobanana.faults.at("create", hold, times=1)
        async with running(settings(world)), httpx.AsyncClient() as client:
            world.ada.sends_photo(picture(320, 200), "/edit paint it")
            await until(lambda: world.nanobanana.creates)
            body = world.nanobanana.creates[0].body or {}
            seen = str(body["imageUrls"][0]).rpartition("/")[2].removesuffix(".jpg")  # type: ignore[index]
            url = str(body["callBackUrl"]).rpartition("/")[0] + f"/{seen}"
            told = {"code": 200, "data": {"taskId": "foreign"}}
            assert (await client.post(url, json=told)).status_code == 404
            told_with_secret = await client.post(str(body["callBackUrl"]), json=told)
            assert told_with_secret.status_code in (200, 503)
            assert world.rows("SELECT state, task_id FROM edits") == [("submitting", None)]
            answer.set()
            await until(lambda: world.rows(DELIVERED))


async def test_an_outage_behind_the_gateway_is_waited_for_and_nothing_is_counted(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        world.hosts_elsewhere()
        for point in AWAY:
            world.nanobanana.faults.answer(point, page(502, "502 Bad Gateway"), times=None)
        async with running(settings(world)):
            asked = world.ada.sends_photo(picture(320, 200), "/edit paint it")
            await until(lambda: world.rows("SELECT 1 FROM edits WHERE attempts >= 3"))
            assert len(world.nanobanana.creates) == 1
            assert "finding out" in answers(world.ada.private.messages(), asked)[0].text
            world.nanobanana.faults.clear()
            await until(lambda: world.rows(DELIVERED))
        assert world.rows("SELECT submits FROM edits") == [(1,)]
        assert world.creates_per_prompt() == {"paint it": 1}


async def test_a_gateway_that_answers_twice_in_the_services_place_uses_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.setbacks._GATEWAY_SECONDS", 0.2)
    async with processes(tmp_path) as world:
        for status in (502, 520, 504):
            world.nanobanana.faults.answer("create", page(status, "Bad Gateway"))
        async with running(settings(world)):
            world.ada.sends_photo(picture(320, 200), "/edit paint it")
            await until(lambda: world.rows(DELIVERED))
        assert world.rows("SELECT submits FROM edits") == [(1,)]
        assert (len(world.nanobanana.creates), world.creates_per_prompt()) == (4, {"paint it": 1})


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.late.LATE_LOOKS", tuple(timedelta(seconds=each) for each in (1, 3, 6, 9)))


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("callbacks", [True, False])
async def test_a_late_picture_comes_with_a_word_and_without_the_failure(
    tmp_path: Path, *, callbacks: bool
) -> None:
    async with processes(tmp_path, task_seconds=3, nanobanana={"send_callbacks": callbacks}) as world:
        async with running(settings(world, edit_timeout_seconds=1)):
            asked = world.ada.sends_photo(picture(320, 200), "/edit paint it")
            await until(lambda: world.rows(TIMED_OUT))
            (failure,) = answers(world.ada.private.messages(), asked)
            assert "within the hour" in failure.text
            await until(lambda: world.rows(DELIVERED))
        (shown,) = answers(world.ada.private.messages(), asked)
        assert shown.file_id
        assert "It took longer, here it is." in shown.text
        assert len(world.nanobanana.creates) == 1


async def test_try_again_waits_for_the_task_that_was_paid_for(tmp_path: Path) -> None:
    async with processes(tmp_path, task_seconds=3, nanobanana=SILENT) as world:
        async with running(settings(world, edit_timeout_seconds=2)):
            asked = world.ada.sends_photo(picture(320, 200), "/edit paint it")
            await until(lambda: world.rows(TIMED_OUT))
            world.ada.presses(answers(world.ada.private.messages(), asked)[0], "Try again")
            await until(lambda: world.rows(DELIVERED))
        (shown,) = answers(world.ada.private.messages(), asked)
        assert shown.file_id
        assert len(world.nanobanana.creates) == 1


async def test_the_second_attempt_shows_the_photo_at_another_address(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        world.nanobanana.faults.answer("fetch-photo", Response(status_code=404))
        async with running(settings(world)):
            world.ada.sends_photo(picture(320, 200), "/edit paint it")
            await until(lambda: world.rows(DELIVERED))
        first, second = (str((call.body or {})["imageUrls"]) for call in world.nanobanana.creates)
        assert first != second
        assert list((world.home.data / "hosted").glob("*.jpg")) == []
