"""What follows from each error at each stage."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.core.callbacks import Callbacks
from bot.core.errors import (
    ChatGone,
    ChatMoved,
    EditFailed,
    GatewayDown,
    OperatorNeeded,
    OutcomeUnknown,
    PhotoRefused,
    Reason,
    ResultAway,
    ResultUnusable,
    TryLater,
)
from bot.core.provider import TaskDone
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import EditState, Failed, Processing, Ready, Received, Stage, Task
from tests.core.world import World
from tests.factories import NOW, RESULT, STAGES

TASK = Task("running", NOW)
DONE = TaskDone(("https://result.example/1",), 17.0)
STAGE_OF: dict[str, Stage] = {
    "download": Received(),
    "prepare": Received(),
    "publish": Received(),
    "enter": Received(),
    "create": Received(),
    "check": Processing(TASK),
    "fetch": Processing(TASK),
    "fit": Processing(TASK),
    "put": Processing(TASK),
    "deliver": Ready(TASK, RESULT),
}
"""The stage that an edit is at before each call."""


@dataclass(frozen=True)
class Then:
    """How the edit stands afterwards."""

    state: str
    seconds: float | None = None
    attempts: int = 0
    blocked_by: Reason | None = None
    submits: int = 0
    sends: int = 0
    failure: Reason | None = None
    alerts: tuple[Reason, ...] = ()


def failed(reason: Reason, alerts: tuple[Reason, ...] = (), submits: int = 0, sends: int = 0) -> Then:
    return Then("failed", failure=reason, alerts=alerts, submits=submits, sends=sends)


def waits(seconds: float, reason: Reason = Reason.SERVICE_DOWN, alerts: tuple[Reason, ...] = ()) -> Then:
    return Then("received", seconds, attempts=1, blocked_by=reason, alerts=alerts)


RUNS = Then("processing", 0)
"""Looked at again at its own pace: nothing is written."""
OUR_FAULT = Then("processing", 10, attempts=1, blocked_by=Reason.OUR_FAULT)
NO_CREDIT = OperatorNeeded(Reason.OUT_OF_CREDIT)
NO_ACCESS = OperatorNeeded(Reason.ACCESS_DENIED)
OUR_MISTAKE = OperatorNeeded(Reason.BAD_REQUEST)
BUG = KeyError("a bug")

TABLE = [
    ("download", TryLater(7), waits(7)),
    ("download", TryLater(0), waits(1)),
    ("download", TryLater(7, "", Reason.TELEGRAM_AWAY), waits(7, Reason.TELEGRAM_AWAY)),
    ("download", PhotoRefused(Reason.PHOTO_GONE), failed(Reason.PHOTO_GONE)),
    ("download", ChatGone(), failed(Reason.CHAT_GONE)),
    ("download", OutcomeUnknown(), waits(1)),
    ("download", BUG, waits(10, Reason.OUR_FAULT)),
    ("prepare", PhotoRefused(Reason.ANIMATED), failed(Reason.ANIMATED)),
    ("publish", TryLater(3), waits(3)),
    ("publish", NO_ACCESS, waits(5, Reason.ACCESS_DENIED, (Reason.ACCESS_DENIED,))),
    ("create", TryLater(3), waits(3)),
    ("create", EditFailed(Reason.POLICY), failed(Reason.POLICY, submits=1)),
    ("create", NO_CREDIT, waits(5, Reason.OUT_OF_CREDIT, (Reason.OUT_OF_CREDIT,))),
    ("create", OUR_MISTAKE, failed(Reason.BAD_REQUEST, (Reason.BAD_REQUEST,), submits=1)),
    ("create", OutcomeUnknown(), Then("submitting", 60, blocked_by=Reason.SERVICE_DOWN, submits=1)),
    ("create", GatewayDown(), Then("submitting", 5, attempts=1, blocked_by=Reason.SERVICE_DOWN, submits=1)),
    ("create", BUG, Then("submitting", 10, attempts=1, blocked_by=Reason.OUR_FAULT, submits=1)),
    ("check", TryLater(3), RUNS),
    ("check", OutcomeUnknown(), RUNS),
    ("check", BUG, OUR_FAULT),
    ("check", EditFailed(Reason.TASK_LOST), failed(Reason.TASK_LOST)),
    (
        "check",
        EditFailed(Reason.PHOTO_NOT_FETCHED),
        failed(Reason.PHOTO_NOT_FETCHED, (Reason.PHOTO_NOT_FETCHED,)),
    ),
    ("check", NO_ACCESS, replace(RUNS, alerts=(Reason.ACCESS_DENIED,))),
    ("fetch", TryLater(3), RUNS),
    ("fetch", ResultUnusable(), Then("processing", 5, attempts=1)),
    ("fit", ResultUnusable(), Then("processing", 5, attempts=1)),
    ("fit", PhotoRefused(Reason.UNREADABLE), failed(Reason.UNREADABLE)),
    ("fetch", ResultAway(3), Then("processing", 3, attempts=1, blocked_by=Reason.RESULT_AWAY)),
    ("fit", BUG, OUR_FAULT),
    ("put", OSError("disk full"), OUR_FAULT),
    ("deliver", TryLater(30), Then("ready", 30, attempts=1, blocked_by=Reason.CANNOT_SEND)),
    (
        "deliver",
        TryLater(60, "", Reason.MAY_NOT_SEND),
        Then("ready", 60, attempts=1, blocked_by=Reason.MAY_NOT_SEND),
    ),
    ("deliver", OutcomeUnknown(), Then("ready", 1, attempts=1, blocked_by=Reason.CANNOT_SEND, sends=1)),
    ("deliver", BUG, Then("ready", 10, attempts=1, blocked_by=Reason.OUR_FAULT, sends=1)),
    ("deliver", EditFailed(Reason.CANNOT_SEND), failed(Reason.CANNOT_SEND, sends=1)),
    ("deliver", ChatGone(), failed(Reason.CHAT_GONE, sends=1)),
]


@pytest.mark.parametrize(("call", "error", "then"), TABLE, ids=lambda value: str(value)[:40])
async def test_each_error_has_its_consequence(call: str, error: Exception, then: Then) -> None:
    world = World()
    world.model.status = DONE
    held = world.holds(stage=STAGE_OF[call])
    if call == "deliver":
        world.files.kept[held.id, "result"] = b"a picture"
    world.faults[call].append(error)
    after = await world.advance(held)
    seconds = None if after.due_at is None else (after.due_at - NOW).total_seconds()
    assert then == Then(
        after.state,
        seconds,
        after.attempts,
        after.blocked_by,
        after.submits,
        after.sends,
        after.failure,
        tuple(world.chat.alerts),
    )


@pytest.mark.parametrize(
    ("call", "stage"),
    [
        ("download", Received()),
        ("post_card", Received()),
        ("deliver", Ready(TASK, RESULT)),
        ("settle", Failed(Reason.POLICY, NOW)),
    ],
)
async def test_a_group_that_moved_is_followed_at_once(call: str, stage: Stage) -> None:
    world = World()
    held = world.holds(stage=stage)
    world.files.kept[held.id, "result"] = b"a picture"
    world.faults[call].append(ChatMoved(-100777))
    after = await world.advance(held)
    assert (after.chat_id, after.attempts) == (-100777, 0)
    assert world.journal.count(call) == 2


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
async def test_a_failed_edit_still_knows_its_task(stage: Stage) -> None:
    world = World()
    held = world.holds(stage=stage)
    await world.service.abandon(held)
    assert world.row(held).task == held.task


async def test_where_nobody_can_call_back_a_cut_call_is_repeated_soon() -> None:
    world = World(Callbacks(None))
    held = world.holds()
    world.faults["create"].append(OutcomeUnknown())
    assert (await world.advance(held)).due_at == NOW + timedelta(seconds=5)
    world.pass_seconds(5)
    assert (await world.advance(held)).submits == 2


async def test_waits_grow_to_a_minute() -> None:
    world = World()
    held = world.holds()
    waited = []
    for _ in range(9):
        world.faults["create"].append(TryLater(0))
        after = await world.advance(held)
        assert after.due_at is not None
        waited.append((after.due_at - world.now).total_seconds())
        world.now = after.due_at
    assert waited == [1, 2, 4, 8, 16, 32, 64, 64, 64]


@pytest.mark.parametrize(
    ("error", "stage", "reason", "hours"),
    [
        (TryLater(1), Received(), Reason.SERVICE_DOWN, 1),
        (NO_CREDIT, Received(), Reason.OUT_OF_CREDIT, 24),
        (NO_ACCESS, Received(), Reason.ACCESS_DENIED, 24),
        (TryLater(1), Processing(TASK), Reason.SERVICE_DOWN, 1),
        (NO_ACCESS, Processing(TASK), Reason.ACCESS_DENIED, 24),
        (TryLater(1), Ready(TASK, RESULT), Reason.CANNOT_SEND, 24),
        (TryLater(1, "", Reason.MAY_NOT_SEND), Ready(TASK, RESULT), Reason.CANNOT_SEND, 24),
        (TryLater(1, "", Reason.TELEGRAM_AWAY), Received(), Reason.TELEGRAM_AWAY, 1),
    ],
    ids=repr,
)
async def test_patience_ends(error: Exception, stage: Stage, reason: Reason, hours: int) -> None:
    world = World()
    held = world.holds(stage=stage, attempts=6)
    world.files.kept[held.id, "result"] = b"a picture"
    call = {Received: "create", Processing: "check", Ready: "deliver"}[type(stage)]
    world.faults[call] = [error, error]
    world.pass_seconds(3600 * hours)
    assert (await world.advance(held)).state is held.state
    world.pass_seconds(3600)
    assert (await world.advance(held)).failure is reason


async def test_an_edit_that_was_not_tried_often_does_not_fail_for_having_waited_long() -> None:
    world = World()
    held = world.holds(attempts=5)
    world.pass_seconds(3600 * 5)
    world.faults["create"] = [TryLater(1), TryLater(1)]
    later = await world.advance(held)
    assert later.state is EditState.RECEIVED
    world.pass_seconds(3600)
    assert (await world.advance(held)).failure is Reason.SERVICE_DOWN


async def test_an_edit_that_somebody_else_took_is_left_alone() -> None:
    world = World()
    held = world.holds()

    async def take_over() -> None:
        world.store.rows[held.id] = replace(held, owner="another")

    world.hooks["download"] = take_over
    world.faults["download"].append(EditFailed(Reason.POLICY))
    assert await world.service.advance(held.id) is None
    assert world.row(held) == replace(held, owner="another")


async def test_an_edit_that_was_cancelled_while_its_step_failed_stays_cancelled() -> None:
    world = World()
    held = world.holds(photos=(PhotoRef("x", PhotoKind.PHOTO),))
    world.hooks["download"] = lambda: world.service.cancel(held)
    world.faults["download"].append(TryLater(1))
    after = await world.advance(held)
    assert after.state is EditState.CANCELLED


@pytest.mark.parametrize(("call", "seconds"), [("prepare", 10), ("fit", 10), ("deliver", 10)])
async def test_a_fault_of_our_own_is_tried_three_times_logged_whole_once_and_told_as_what_it_is(
    caplog: pytest.LogCaptureFixture, call: str, seconds: float
) -> None:
    world = World()
    world.model.status = DONE
    held = world.holds(stage={**STAGE_OF, "prepare": Received()}[call], attempts=5)
    world.files.kept[held.id, "result"] = b"a picture"
    world.faults[call] = [BUG] * 9
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            failed = await world.advance(held)
            world.pass_seconds(seconds)
    assert (failed.failure, world.chat.alerts) == (Reason.OUR_FAULT, [Reason.OUR_FAULT])
    assert [bool(record.exc_info) for record in caplog.records] == [True, False, False]
    assert world.journal.count(call) == 3


async def test_what_fails_in_the_same_way_for_many_edits_is_logged_whole_once_an_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world, whole = World(), []
    for _ in range(5):
        held = world.holds(created_at=world.now)
        world.faults["prepare"] = [OSError(28, f"No space left: {held.id}")]
        with caplog.at_level(logging.ERROR):
            await world.advance(held)
        whole.append(bool(caplog.records[-1].exc_info))
        world.pass_seconds(25 * 60)
    assert whole == [True, False, False, True, False]


async def test_a_disk_that_is_full_for_a_while_is_waited_for() -> None:
    world = World()
    world.model.status = DONE
    held = world.holds(stage=Processing(TASK))
    world.faults["put"] = [OSError("disk full")] * 5
    for _ in range(5):
        assert (await world.advance(held)).state == "processing"
        world.pass_seconds(64)
    assert (await world.advance(held)).state == "delivered"


async def test_a_finished_picture_that_cannot_be_fetched_is_asked_for_ever_more_slowly_and_given_up() -> None:
    world = World()
    world.model.status = DONE
    held = world.holds(stage=Processing(TASK))
    world.faults["fetch"] = [ResultAway(5)] * 99
    looks = 0
    while (waiting := await world.advance(held)).is_active:
        assert (waiting.blocked_by, waiting.due_at and waiting.due_at > world.now) == (
            Reason.RESULT_AWAY,
            True,
        )
        world.now = waiting.due_at or world.now
        looks += 1
    assert (waiting.failure, waiting.is_late, waiting.task) == (Reason.RESULT_AWAY, True, TASK)
    assert timedelta(minutes=15) < world.now - NOW < timedelta(minutes=17)
    assert looks < 20


@pytest.mark.parametrize(
    ("reason", "level"),
    [
        (Reason.TASK_LOST, logging.WARNING),
        (Reason.PHOTO_NOT_FETCHED, logging.WARNING),
        (Reason.POLICY, logging.INFO),
        (Reason.UNREADABLE, logging.INFO),
    ],
)
async def test_a_failure_that_nobody_asked_for_is_a_warning(
    reason: Reason, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    world.faults["check"].append(EditFailed(reason))
    with caplog.at_level(logging.INFO):
        await world.advance(world.holds(stage=Processing(TASK)))
    [failure] = [each for each in caplog.records if "fails" in each.getMessage()]
    assert failure.levelno == level


async def test_an_edit_that_waits_for_who_runs_the_bot_does_not_fill_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    held = world.holds()
    world.faults["create"] = [NO_CREDIT] * 5
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            await world.advance(held)
            world.pass_seconds(70)
    assert not [each for each in caplog.records if "out_of_credit" in each.getMessage()]
