"""The jobs, with an edit whose task is done at the first look that anybody takes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.core.clock import Clock, utc_now
from bot.core.edits import Edit
from bot.core.look_budget import LookBudget
from bot.core.pacing import Pacing
from bot.core.stages import Cancelled, Delivered, EditState, Processing, Stage, Task
from bot.scheduling.chores import Chore
from bot.scheduling.jobs import Jobs
from bot.scheduling.pace import Pace
from bot.scheduling.workload import LocalWorkload
from tests.factories import RESULT, edit


class Noted(Pacing):
    """Looks every so many seconds, and notes what is found."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(wait_seconds, timedelta(minutes=5), LookBudget(20))
        self.found: list[bool] = []

    def found_done(self, told: bool) -> None:
        self.found.append(told)


class Line:
    """Nobody waits for the provider's budget."""

    def wait_seconds(self, edit_id: str) -> float:  # noqa: ARG002
        return 2.0


class Work:
    """One running edit, and what its jobs did."""

    def __init__(self, *, ends_as: EditState, wait_seconds: float, clock: Clock, chores: list[Chore]) -> None:
        now = clock()
        self._task = Task("task", now)
        self.edit = edit(stage=Processing(self._task), created_at=now, due_at=now)
        self.looks = 0
        self.is_done = asyncio.Event()
        self._ends: Stage = Cancelled(now, self._task)
        if ends_as is EditState.DELIVERED:
            self._ends = Delivered(self._task, RESULT, 71_004, now)
        self.pacing = Noted(wait_seconds)
        self.workload = LocalWorkload(alone=False)
        pace = Pace(self.pacing, Line(), lambda: 0.0)
        self.jobs = Jobs(self._advance, self, pace, self.workload, chores, clock)

    async def _advance(self, _: str) -> Edit:
        """The first look, of whoever claims it, finds it running."""
        self.looks += 1
        if self.looks > 1:
            self.edit = replace(self.edit, stage=self._ends, due_at=None)
            self.is_done.set()
        return self.edit

    async def claim(self, limit: int) -> list[Edit]:  # noqa: ARG002
        return [] if self.looks else [self.edit]

    async def held(self) -> list[Edit]:
        return []


@asynccontextmanager
async def working(
    *,
    ends_as: EditState = EditState.DELIVERED,
    wait_seconds: float = 60,
    clock: Clock = utc_now,
    chores: Sequence[Chore] = (),
) -> AsyncIterator[Work]:
    work = Work(ends_as=ends_as, wait_seconds=wait_seconds, clock=clock, chores=list(chores))
    await work.jobs.start()
    async with asyncio.timeout(5):
        while not work.looks:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        yield work
        await work.is_done.wait()
        await asyncio.sleep(0.05)
    await work.jobs.stop(1)


async def test_a_task_found_done_by_the_clock_was_not_told_of() -> None:
    async with working(wait_seconds=0.2) as work:
        pass
    assert work.pacing.found == [False]


@pytest.mark.parametrize("from_here", [True, False])
async def test_a_task_found_done_after_a_word_from_outside_was_told_of(from_here: bool) -> None:
    async with working() as work:
        if from_here:
            work.jobs.wake(work.edit)
        else:
            work.jobs.notified(work.edit.id)
    assert work.pacing.found == [True]


async def test_an_edit_that_ends_without_a_picture_says_nothing_of_callbacks() -> None:
    async with working(ends_as=EditState.CANCELLED, wait_seconds=0.2) as work:
        pass
    assert work.pacing.found == []


@pytest.mark.parametrize("hours", [-1, 1])
async def test_the_jobs_go_by_the_bots_clock_whatever_the_wall_clock_says(hours: int) -> None:
    async with working(wait_seconds=0.2, clock=lambda: utc_now() + timedelta(hours=hours)) as work:
        pass
    assert work.looks == 2


async def test_between_two_looks_the_jobs_take_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment that the scheduler has to convert would be the present one, again and again."""
    wakes, wakeup = 0, AsyncIOScheduler.wakeup

    def count(scheduler: AsyncIOScheduler) -> None:
        nonlocal wakes
        wakes += 1
        wakeup(scheduler)

    monkeypatch.setattr(AsyncIOScheduler, "wakeup", count)
    async with working() as work:
        await asyncio.sleep(0.3)
        work.jobs.wake(replace(work.edit, due_at=utc_now() + timedelta(seconds=0.5)))
        await asyncio.sleep(0.3)
        work.jobs.notified("somebody else's")
        await asyncio.sleep(0.3)
    assert wakes < 50


@pytest.mark.parametrize("from_here", [True, False])
async def test_a_look_waits_for_its_place_in_the_budget_unless_somebody_asked_for_it(from_here: bool) -> None:
    async with working(wait_seconds=0.5) as work:
        for number in range(5000):
            work.pacing.budget.place(str(number), utc_now())
        await asyncio.sleep(0.8)
        assert work.looks == 1
        if from_here:
            work.jobs.wake(work.edit)
        else:
            work.jobs.notified(work.edit.id)
    assert work.looks == 2


async def test_an_edit_that_has_ended_shares_the_looks_no_more() -> None:
    async with working(wait_seconds=0.1) as work:
        alone = work.pacing.budget.of_a_task
        work.pacing.budget.add("another")
        assert work.pacing.budget.of_a_task == alone / 2
    assert work.pacing.budget.of_a_task == alone


async def test_an_edit_has_a_place_in_the_workload_as_long_as_it_has_a_job() -> None:
    async with working(wait_seconds=0.2) as work:
        assert work.workload.count() == 1
    assert work.workload.count() == 0


async def test_jobs_may_be_stopped_twice_or_before_they_were_started() -> None:
    errors = list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    work = Work(ends_as=EditState.DELIVERED, wait_seconds=60, clock=utc_now, chores=[])
    await work.jobs.stop(1)
    await work.jobs.start()
    for _ in range(2):
        await work.jobs.stop(1)
    await asyncio.sleep(0.01)
    assert not errors


async def test_chores_are_done_at_the_start_and_again_and_hold_each_other_up_in_no_way(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done: list[str] = []

    async def fails() -> None:
        done.append("fails")
        raise OSError(28, "No space left on device")

    async def hangs() -> None:
        done.append("hangs")
        await asyncio.sleep(60)

    async def works() -> None:
        done.append("works")

    async def is_rare() -> None:
        done.append("is rare")

    often = [Chore(work.__name__, 0.02, work) for work in (fails, hangs, works)]
    async with working(wait_seconds=0.2, chores=[*often, Chore("is rare", 600, is_rare)]):
        pass
    assert done.count("fails") > 3
    assert done.count("works") > 3
    assert done.count("hangs") == 1
    assert done.count("is rare") == 1
    assert "a job is put off: OSError" in caplog.text
    assert "Traceback" not in caplog.text
