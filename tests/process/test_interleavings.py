"""Two things at once for one edit: whichever comes first, it has one card, one end and no photo left."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.app import running
from bot.core.edits import Edit
from bot.core.errors import BotError, OperatorNeeded, Reason, TryLater
from bot.core.provider import Place, PublicUrl
from bot.photo_hosts.web import WebHost
from bot.sandbox.telegram.people import Message
from bot.storage.provider_budget import SqlProviderBudget
from tests.harness.chats import answers
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.postgres import Postgres
from tests.harness.processes import Processes, processes
from tests.process.test_corners import hosted, settings

FAILED = "SELECT 1 FROM edits WHERE state = 'failed'"
CANCELLED = "SELECT 1 FROM edits WHERE state = 'cancelled'"
DELIVERED = "SELECT 1 FROM edits WHERE state = 'delivered'"
PAINTED = "SELECT 1 FROM edits WHERE state = 'processing' AND status_message_id IS NOT NULL"
POLICY = JSONResponse({"code": 400, "msg": "content policy violation: prohibited"})
NOT_FETCHED = JSONResponse({"code": 400, "msg": "image fetch failed"})


class Gate:
    """Where a call is held: the test sees it come, and lets it go on."""

    def __init__(self) -> None:
        self.reached, self.open = asyncio.Event(), asyncio.Event()

    async def passed(self) -> None:
        self.reached.set()
        await self.open.wait()


def hold_answer(world: Processes, point: str) -> asyncio.Event:
    """The next such call has its effect, and its answer waits until the event is set."""
    go_on = asyncio.Event()

    async def slowly(_: Request) -> None:
        await go_on.wait()

    world.telegram.faults.at(point, slowly, phase="after", times=1)
    return go_on


async def painting(world: Processes) -> None:
    """An edit that takes a place at the provider, and keeps it."""
    world.ada.sends_photo(picture(320, 200), "/edit one")
    await until(lambda: world.rows(PAINTED))


@contextlib.asynccontextmanager
async def one_place(folder: Path) -> AsyncIterator[Processes]:
    """The bot at work, and an edit that has the provider's only place and stays there."""
    async with (
        processes(folder, task_seconds=60, NANOBANANA_TASKS_IN_FLIGHT="1") as world,
        running(settings(world)),
    ):
        await painting(world)
        yield world


async def card_of(world: Processes, asked: Message) -> Message:
    """The status card that answers `asked`, as it is shown: the bot may not know of it yet."""
    return await world.ada.private.wait_for(
        lambda _: next((m for m in answers(world.ada.private.messages(), asked) if m.buttons), None)
    )


async def test_a_card_that_comes_while_the_cancelled_edit_is_settled_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, withdraw = Gate(), WebHost.withdraw

    async def slowly(host: WebHost, secret: str) -> None:
        await gate.passed()
        await withdraw(host, secret)

    monkeypatch.setattr(WebHost, "withdraw", slowly)
    async with processes(tmp_path, task_seconds=60) as world:
        answer_card = hold_answer(world, "sendMessage")
        async with running(settings(world)):
            asked = world.ada.sends_photo(picture(320, 200), "/sketch")
            card = await card_of(world, asked)
            await until(lambda: world.rows("SELECT 1 FROM edits WHERE state = 'processing'"))
            world.ada.presses(card, "Cancel")
            answer_card.set()  # a step that is under way ends before the edit is settled
            await gate.reached.wait()
            await until(lambda: world.rows("SELECT 1 FROM edits WHERE status_message_id IS NOT NULL"))
            gate.open.set()
            await until(
                lambda: (
                    ["Cancelled" in m.text for m in answers(world.ada.private.messages(), asked)] == [True]
                )
            )


async def test_an_edit_in_line_gets_no_second_card_where_the_first_may_have_come(tmp_path: Path) -> None:
    async with one_place(tmp_path) as world:
        lost = Response("bad gateway", 502)
        world.telegram.faults.answer("sendMessage", lost, phase="after", times=None)
        asked = world.ada.sends_photo(picture(320, 200), "/edit two")
        await asyncio.sleep(6)  # it is looked at every two seconds
        assert len(answers(world.ada.private.messages(), asked)) == 1


@pytest.fixture(params=[TryLater(1, "away"), OperatorNeeded(Reason.ACCESS_DENIED, "no right")], ids=repr)
def withdrawals(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """A host that cannot delete, such as a bucket whose key may only put and get; how often it was asked."""
    asked: list[str] = []
    error: BotError = request.param

    async def refuse(_: WebHost, secret: str) -> None:
        asked.append(secret)
        raise error

    monkeypatch.setattr(WebHost, "withdraw", refuse)
    return lambda: len(asked)


async def test_a_photo_that_cannot_be_withdrawn_does_not_repeat_the_failure(
    tmp_path: Path, withdrawals: Callable[[], int]
) -> None:
    async with processes(tmp_path) as world:
        gate = Gate()

        async def refuse(_: Request) -> Response:
            await gate.passed()
            return POLICY

        world.nanobanana.faults.at("create", refuse)
        async with running(settings(world)):
            asked = world.ada.sends_photo(picture(320, 200), "/edit one")
            await gate.reached.wait()
            world.ada.deletes(await card_of(world, asked))  # so that the failure is a message of its own
            gate.open.set()
            await until(lambda: withdrawals() >= 3)
            assert len(answers(world.ada.private.messages(), asked)) == 1


async def test_a_photo_that_cannot_be_withdrawn_does_not_take_the_card_from_another_try(
    tmp_path: Path, withdrawals: Callable[[], int]
) -> None:
    async with processes(tmp_path, task_seconds=60) as world:
        world.nanobanana.faults.answer("create", NOT_FETCHED)
        async with running(settings(world)):
            asked = world.ada.sends_photo(picture(320, 200), "/edit one")
            await until(lambda: world.rows(FAILED))
            failure = await world.ada.private.wait_for(
                lambda ms: next((m for m in ms if m.labels and "Try again" in m.labels[0]), None)
            )
            world.ada.presses(failure, "Try again")
            await until(lambda: world.rows(PAINTED))
            said = [m.text for m in answers(world.ada.private.messages(), asked)]
            before = withdrawals()
            await until(lambda: withdrawals() >= before + 2)
            assert not any("not counted" in text for text in said)
            assert not any("not counted" in m.text for m in answers(world.ada.private.messages(), asked))


async def test_a_run_that_has_outlived_its_lease_sends_no_card(
    tmp_path: Path,
    postgres: Postgres,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    gate, place = Gate(), SqlProviderBudget.place

    async def slowly_once(budget: SqlProviderBudget, edit: Edit, now: datetime) -> Place:
        if not gate.reached.is_set():
            await gate.passed()
        return await place(budget, edit, now)

    monkeypatch.setattr(SqlProviderBudget, "place", slowly_once)
    async with (
        postgres.empty() as url,
        processes(tmp_path, task_seconds=2, DATABASE_URL=url) as world,
        running(settings(world)),
    ):
        asked = world.ada.sends_photo(picture(320, 200), "/edit one")
        await gate.reached.wait()
        owner = world.rows("SELECT owner FROM edits")
        world.lease_runs_out()
        await until(lambda: "away for too long" in caplog.text)
        await until(lambda: world.rows("SELECT owner FROM edits") != owner)
        gate.open.set()
        await until(lambda: world.rows(f"{DELIVERED} AND due_at IS NULL"))
        assert [bool(m.photo_size) for m in answers(world.ada.private.messages(), asked)] == [True]


async def test_a_photo_published_for_an_edit_that_was_cancelled_while_the_line_filled_up_is_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, published, publish = Gate(), asyncio.Event(), WebHost.publish
    secrets: list[str] = []

    async def second_slowly(host: WebHost, secret: str, jpeg: bytes) -> PublicUrl:
        secrets.append(secret)
        if secrets.index(secret) == 1:
            await gate.passed()
        url = await publish(host, secret, jpeg)
        if gate.open.is_set():
            published.set()
        return url

    monkeypatch.setattr(WebHost, "publish", second_slowly)
    async with processes(tmp_path, task_seconds=60, NANOBANANA_TASKS_IN_FLIGHT="2") as world:
        bob = world.telegram.people.person("Bob")
        async with running(settings(world)):
            await painting(world)
            asked = world.ada.sends_photo(picture(321, 200), "/edit two")
            await gate.reached.wait()
            bob.sends_photo(picture(322, 200), "/edit three")  # takes the last place
            await until(lambda: len(world.rows(PAINTED)) == 2)
            world.ada.presses(await card_of(world, asked), "Cancel")
            await until(lambda: world.rows(CANCELLED))
            gate.open.set()
            await published.wait()
            await until(lambda: secrets[1] not in [path.stem for path in hosted(world)], 5)


async def test_an_edit_cancelled_in_line_is_counted_once(tmp_path: Path) -> None:
    async with one_place(tmp_path) as world:
        answer_card = hold_answer(world, "sendMessage")
        asked = world.ada.sends_photo(picture(320, 200), "/edit two")
        world.ada.presses(await card_of(world, asked), "Cancel")
        await until(lambda: world.rows(CANCELLED))
        answer_card.set()
        await until(lambda: any("Cancelled" in m.text for m in answers(world.ada.private.messages(), asked)))
        async with httpx.AsyncClient(base_url=world.home.settings["PUBLIC_URL"]) as client:
            counted = (await client.get("/metrics")).text
        assert 'nanobanana_bot_edit_moves_total{state="cancelled"} 1.0' in counted
