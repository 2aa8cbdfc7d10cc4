"""APScheduler: one job per unfinished edit, the sweep that makes jobs from rows, and the chores.

The rows decide. A job only says "look now". A late, repeated or lost job does no harm.
"""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.stages import Delivered, Ready
from bot.scheduling.chores import Chore
from bot.scheduling.pace import Pace
from bot.scheduling.triggers import ClockZone, PacedTrigger
from bot.scheduling.workload import LocalWorkload
from bot.storage.database import DATABASE_ERRORS
from bot.tasks import end

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 2
"""Adds to the time until the edits of a dead replica are taken over."""
RECOUNT_SECONDS = 60
"""How often this replica's rows are compared with its jobs. Claims do not find an own row without a job."""
CLAIM = 50
_LATER_PER_EDIT_SECONDS = 0.005


class EditRows(Protocol):
    """The edits that need a job."""

    async def claim(self, limit: int) -> Sequence[Edit]:
        """Take over unfinished edits that nobody alive holds, the most urgent first."""

    async def held(self) -> Sequence[Edit]:
        """Every edit of this replica with something left to do."""


class Jobs:
    """Keeps one job per edit that has something left to do."""

    def __init__(
        self,
        advance: Callable[[str], Awaitable[Edit | None]],
        rows: EditRows,
        pace: Pace,
        workload: LocalWorkload,
        chores: Iterable[Chore],
        now: Clock,
    ) -> None:
        self._advance, self._rows, self._pace, self._workload = advance, rows, pace, workload
        self._chores, self._now = tuple(chores), now
        self._runs: dict[str, asyncio.Task[object] | None] = {}
        self._tasks: set[asyncio.Task[object] | None] = set()
        self._asked: set[str] = set()
        self._is_running = self._sweeps = self._sweep_again = False
        self._zone = ClockZone(now)
        self._scheduler = AsyncIOScheduler(
            timezone=self._zone,
            executors={"default": AsyncIOExecutor()},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    async def start(self) -> None:
        """Start the sweep, which makes a job from every row and keeps doing so, and the chores."""
        self._scheduler.start()
        self._is_running = True
        self._keep_doing(Chore("recount", RECOUNT_SECONDS, self._recount))
        for chore in (Chore("sweep", SWEEP_SECONDS, self.sweep), *self._chores):
            self._keep_doing(chore).modify(next_run_time=self._zone.at(self._now()))

    def _keep_doing(self, chore: Chore) -> Job:
        trigger = PacedTrigger(lambda _: chore.seconds, self._now())
        return self._scheduler.add_job(self._run_job, trigger, [chore.work], id=chore.name)

    async def stop(self, grace_seconds: float) -> None:
        """Start no more runs, wait up to `grace_seconds` for running ones, cancel the rest."""
        if not self._is_running:
            return
        self._is_running = False  # the scheduler itself notices its shutdown only later
        self._scheduler.pause()
        runs = {run for run in self._runs.values() if run is not None}
        if runs:
            await asyncio.wait(runs, timeout=grace_seconds)
        tasks = [task for task in self._tasks if task is not None]
        self._scheduler.shutdown(wait=False)
        await end(tasks)

    def wake(self, edit: Edit) -> None:
        """There is something to do for an edit of this replica: look now, or when it is due."""
        if edit.due_at is None:
            return
        self._asked.add(edit.id)
        if edit.id in self._runs:
            return
        at = max(edit.due_at, self._now())
        if (job := self._job(edit.id)) is not None:
            job.modify(next_run_time=self._zone.at(at))
        else:
            self._add_job(edit, at)

    def notified(self, edit_id: str) -> None:
        """The same from another replica. The edit is ours, or nobody's: then a sweep claims it."""
        if edit_id in self._runs:
            self._asked.add(edit_id)
        elif (job := self._job(edit_id)) is not None:
            self._asked.add(edit_id)
            job.modify(next_run_time=self._zone.at(self._now()))
        elif self._sweeps:
            self._sweep_again = True
        else:
            self._sweep_soon()

    def _add_job(self, edit: Edit, at: datetime) -> None:
        self._workload.add(edit.id)
        self._scheduler.add_job(
            self._run_look,
            self._pace.follow(edit),
            [edit.id],
            id=_job_id(edit.id),
            next_run_time=self._zone.at(at),
        )

    def _job(self, edit_id: str) -> Job | None:
        return self._scheduler.get_job(_job_id(edit_id))

    def _sweep_soon(self) -> None:
        """Sweep within a second. The busier this replica is, the later: the least busy one claims first."""
        wait_seconds = min(0.02 + _LATER_PER_EDIT_SECONDS * self._workload.count(), 1)
        at = self._now() + timedelta(seconds=wait_seconds)
        sweep = self._scheduler.get_job("sweep")
        if sweep is not None and sweep.next_run_time > at:
            sweep.modify(next_run_time=self._zone.at(at))

    async def sweep(self) -> None:
        """Claim the edits with something to do whose owner is not alive, and give them jobs."""
        self._sweeps = True
        try:
            while claimed := await self._rows.claim(CLAIM):
                self._give_jobs(claimed)
                if len(claimed) < CLAIM:
                    break
        finally:
            self._sweeps = False
        if self._sweep_again:
            self._sweep_again = False
            self._sweep_soon()

    async def _recount(self) -> None:
        """Give a job to every row of this replica that has none."""
        self._give_jobs(await self._rows.held())

    def _give_jobs(self, edits: Iterable[Edit]) -> None:
        """Add the missing jobs, spread over time: edits that start together stay together.

        Edits that are not due get one too: this process may still have a write pending for them.
        """
        for edit in edits:
            if edit.due_at is not None and edit.id not in self._runs and self._job(edit.id) is None:
                self._add_job(edit, self._pace.first_run(edit, self._now()))

    async def _run_look(self, edit_id: str) -> None:
        """One run of an edit's job, which keeps only the edit's id in memory: there may be thousands."""
        await self._run_job(functools.partial(self._look, edit_id))

    async def _run_job(self, work: Callable[[], Awaitable[object]]) -> None:
        """One run of any job. Cancelling it is no error; without this, APScheduler would log one."""
        this = asyncio.current_task()
        self._tasks.add(this)
        try:
            await work()
        except asyncio.CancelledError:
            logger.debug("a job was cut short")
        except DATABASE_ERRORS as error:
            logger.warning("a job is put off: %s", type(error).__name__)
        finally:
            self._tasks.discard(this)

    async def _look(self, edit_id: str) -> None:
        was_asked = self._take_asked(edit_id)
        if self._is_put_off(edit_id, was_asked):
            return
        self._runs[edit_id] = asyncio.current_task()
        try:
            edit = await self._advance(edit_id)
            while self._take_asked(edit_id):
                was_asked = True
                edit = await self._advance(edit_id)
        finally:
            del self._runs[edit_id]
            self._asked.discard(edit_id)
        job = self._job(edit_id)
        if job is not None:
            if edit is not None and _was_found_done(edit, job.trigger):
                self._pace.found_done(was_asked)
            self._plan(job, edit_id, edit)

    def _is_put_off(self, edit_id: str, was_asked: bool) -> bool:  # noqa: FBT001 - as `_take_asked` says
        """Whether a look has to wait for its place in the budget. One that somebody asked for never does."""
        job, now, budget = self._job(edit_id), self._now(), self._pace.budget
        if job is None or not job.trigger.looks:
            return False
        at = budget.place(edit_id, now, is_late=job.trigger.is_late)
        if at > now and not was_asked:
            job.modify(next_run_time=self._zone.at(at))
            return True
        budget.use(edit_id)
        return False

    def _take_asked(self, edit_id: str) -> bool:
        was_asked = edit_id in self._asked
        self._asked.discard(edit_id)
        return was_asked

    def _plan(self, job: Job, edit_id: str, edit: Edit | None) -> None:
        """After a run: remove the job, leave it to its trigger, or run it when the row is due."""
        if edit is None or edit.due_at is None:
            job.remove()
            self._workload.discard(edit_id)
            self._pace.budget.discard(edit_id)
            return
        trigger = self._pace.follow(edit)
        if edit.due_at > self._now():
            job.modify(trigger=trigger, next_run_time=self._zone.at(edit.due_at))
        elif trigger.since != job.trigger.since:
            job.reschedule(trigger)


def _was_found_done(edit: Edit, trigger: PacedTrigger) -> bool:
    """Whether a run ended the task that the job was already following, not one that it has just started."""
    return isinstance(edit.stage, Ready | Delivered) and edit.stage.task.submitted_at == trigger.since


def _job_id(edit_id: str) -> str:
    return f"edit:{edit_id}"
