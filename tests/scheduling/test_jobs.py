"""The jobs, with an edit whose task is done at the first look that anybody takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.core.clock import Clock, utc_now
from bot.core.edits import Edit, EditState
from bot.scheduling.jobs import Jobs
from tests.factories import edit


class Work:
    """One running edit, and what its jobs did."""

    def __init__(self, *, ends_as: EditState, wait_seconds: float, clock: Clock) -> None:
        now = clock()
        self.edit = edit(
            state=EditState.PROCESSING, task_id="task", created_at=now, submitted_at=now, due_at=now
        )
        self.found: list[bool] = []
        self.looks = 0
        self.is_done = asyncio.Event()
        self._ends_as = ends_as
        self.jobs = Jobs(
            advance=self._advance,
            claim=self._claim,
            held=self._held,
            tick=self._nothing,
            tidy=self._nothing,
            next_wait=lambda _, __: wait_seconds,
            idle_wait=lambda _: 2.0,
            found_done=self.found.append,
            now=clock,
            random=lambda: 0.0,
        )

    async def _advance(self, _: str) -> Edit:
        """The first look, of whoever claims it, finds it running."""
        self.looks += 1
        if self.looks > 1:
            self.edit = replace(self.edit, state=self._ends_as, due_at=None)
            self.is_done.set()
        return self.edit

    async def _claim(self, _: int) -> list[Edit]:
        return [] if self.looks else [self.edit]

    async def _held(self) -> list[Edit]:
        return []

    async def _nothing(self) -> None:
        pass


@asynccontextmanager
async def working(
    *, ends_as: EditState = EditState.DELIVERED, wait_seconds: float = 60, clock: Clock = utc_now
) -> AsyncIterator[Work]:
    work = Work(ends_as=ends_as, wait_seconds=wait_seconds, clock=clock)
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
    assert work.found == [False]


@pytest.mark.parametrize("from_here", [True, False])
async def test_a_task_found_done_after_a_word_from_outside_was_told_of(from_here: bool) -> None:
    async with working() as work:
        if from_here:
            work.jobs.wake(work.edit)
        else:
            work.jobs.nudge(work.edit.id)
    assert work.found == [True]


async def test_an_edit_that_ends_without_a_picture_says_nothing_of_callbacks() -> None:
    async with working(ends_as=EditState.CANCELLED, wait_seconds=0.2) as work:
        pass
    assert work.found == []


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
        work.jobs.nudge("somebody else's")
        await asyncio.sleep(0.3)
    assert wakes < 50
