"""Corners of an edit's life: nothing stays behind, nothing waits for ever."""

import asyncio
import contextlib
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.app import running
from bot.core.callbacks import Callbacks
from bot.nanobanana.client import NanoBananaClient, Patience
from bot.sandbox.telegram.api import too_many_requests
from bot.settings import Settings
from tests.harness.chats import answers
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.processes import Processes, processes


def settings(world: Processes, **changed: object) -> Settings:
    known = {name.lower(): value for name, value in world.home.settings.items()}
    return Settings.model_validate({**known, **changed})


def hosted(world: Processes) -> list[Path]:
    return list((world.home.data / "hosted").glob("*"))


def holds_up(world: Processes, point: str) -> asyncio.Event:
    """The next such call waits until the event is set."""
    go_on = asyncio.Event()

    async def slowly(_: Request) -> None:
        await go_on.wait()

    world.telegram.faults.at(point, slowly, times=1)
    return go_on


async def test_an_edit_cancelled_while_its_photo_comes_leaves_nothing_behind(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        go_on = holds_up(world, "getFile")
        async with running(settings(world)):
            world.ada.sends_photo(picture(320, 200), "/sketch")
            cards = await world.ada.private.wait_for(lambda messages: [m for m in messages if m.buttons])
            await world.ada.presses(cards[0], "Cancel").answer()
            await until(lambda: world.rows("SELECT 1 FROM edits WHERE state = 'cancelled'"))
            go_on.set()
            await until(lambda: world.telegram.calls_of("getFile")[0].answered_at)
            with contextlib.suppress(TimeoutError):  # it may come and go between two looks
                await until(lambda: hosted(world), timeout=3)
            await until(lambda: not hosted(world))
        assert hosted(world) == []
        assert not list((world.home.data / "files").glob("*"))
        assert world.nanobanana.creates == []


async def test_a_card_that_is_long_in_coming_holds_up_no_task_and_is_gone_in_the_end(tmp_path: Path) -> None:
    async with processes(tmp_path, task_seconds=0) as world:
        go_on = holds_up(world, "sendMessage")
        async with running(settings(world)):
            asked = world.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: world.rows("SELECT 1 FROM edits WHERE state = 'processing'"))
            go_on.set()
            await until(
                lambda: world.rows("SELECT 1 FROM edits WHERE state = 'delivered' AND due_at IS NULL")
            )
        assert [bool(message.photo_size) for message in answers(world.ada.private.messages(), asked)] == [
            True
        ]


async def test_a_card_that_the_database_did_not_take_is_noted_later_and_not_sent_twice(
    tmp_path: Path,
) -> None:
    async with processes(tmp_path, task_seconds=1) as world:

        async def break_database(_: Request) -> None:
            await asyncio.to_thread(world.writes, "ALTER TABLE edits RENAME TO elsewhere")

        world.telegram.faults.at("sendMessage", break_database, phase="after", times=1)
        async with running(settings(world)):
            asked = world.ada.sends_photo(picture(320, 200), "/sketch")
            await world.ada.private.wait_for(lambda messages: [m for m in messages if m.buttons])
            await asyncio.sleep(0.5)
            assert world.nanobanana.creates == []
            await asyncio.to_thread(world.writes, "ALTER TABLE elsewhere RENAME TO edits")
            await until(
                lambda: world.rows("SELECT 1 FROM edits WHERE state = 'delivered' AND due_at IS NULL")
            )
        assert [bool(message.photo_size) for message in answers(world.ada.private.messages(), asked)] == [
            True
        ]


async def test_a_card_that_comes_after_its_edit_was_cancelled_says_so(tmp_path: Path) -> None:
    async with processes(tmp_path, task_seconds=60) as world:
        go_on = holds_up(world, "sendMessage")
        async with running(settings(world)):
            asked = world.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: world.rows("SELECT 1 FROM edits WHERE state = 'processing'"))
            world.ada.writes("/cancel")
            await until(lambda: world.rows("SELECT 1 FROM edits WHERE state = 'cancelled'"))
            go_on.set()
            await until(
                lambda: any("Cancelled" in m.text for m in answers(world.ada.private.messages(), asked))
            )


async def test_a_picture_that_telegram_refused_for_a_day_still_waits_its_turn(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:

        async def refuse(_: Request) -> Response:
            world.writes("UPDATE edits SET attempts = 5000")
            return too_many_requests(1)

        world.telegram.faults.at("sendPhoto", refuse, times=1)
        async with running(settings(world)):
            world.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: world.rows("SELECT 1 FROM edits WHERE attempts = 5001"))


async def test_a_card_that_cannot_be_ended_does_not_keep_the_photo_public(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        world.telegram.faults.at("deleteMessage", lambda _: _refusal())
        async with running(settings(world)):
            world.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: world.telegram.calls_of("deleteMessage"))
            await until(lambda: not hosted(world), 3)


async def _refusal() -> Response:
    return too_many_requests(30)


async def test_a_create_call_that_was_cut_late_still_waits_for_its_callback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bot.wiring.outside.NanoBananaClient",
        partial(NanoBananaClient, patience=Patience(create_seconds=1.5)),
    )
    monkeypatch.setattr("bot.app.Callbacks", partial(Callbacks, unlearned_wait=timedelta(seconds=3)))
    async with processes(tmp_path, task_seconds=3.7) as world:
        world.nanobanana.faults.at("create", world.hang, phase="after", times=1)
        async with running(settings(world)):
            world.ada.sends_photo(picture(320, 200), "/edit paint it")
            await until(lambda: world.rows("SELECT 1 FROM edits WHERE state = 'delivered'"), 12)
        assert world.creates_per_prompt() == {"paint it": 1}


async def test_a_task_that_has_only_just_begun_is_not_asked_about(tmp_path: Path) -> None:
    async with processes(tmp_path, task_seconds=60) as world:
        async with running(settings(world, poll_interval_seconds=2)):
            world.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: world.nanobanana.polls)
        ((_, asked_at),), (create,) = world.nanobanana.polls, world.nanobanana.creates
        assert asked_at - create.arrived_at > 1.5
