"""APScheduler: one job per unfinished edit, the sweep that rebuilds them from the rows, the cards' tick.

The rows decide. A job only says "look now"; it may be late, doubled or lost without harm.
"""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import SQLAlchemyError

from bot.core.clock import Clock
from bot.core.edits import Edit, EditState
from bot.scheduling.triggers import ClockZone, PacedTrigger
from bot.tasks import end

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 2
"""Part of how long the edits of a replica that died are left alone."""
RECOUNT_SECONDS = 60
"""How often this replica's rows are counted against its jobs; a claim alone would miss a lost job."""
CLAIM = 100
TICK_SECONDS = 1
TIDY_SECONDS = 600
_RESTART_SPREAD_SECONDS = 1.0
_DONE = frozenset({EditState.READY, EditState.DELIVERED})
_LATER_PER_EDIT_SECONDS = 0.005
_LOOKS_A_SECOND = 250
"""At the start, when thousands may be waited for."""


class Jobs:
    """Keeps one job per edit that has something left to do."""

    def __init__(
        self,
        *,
        advance: Callable[[str], Awaitable[Edit | None]],
        claim: Callable[[int], Awaitable[Sequence[Edit]]],
        held: Callable[[], Awaitable[Sequence[Edit]]],
        tick: Callable[[], Awaitable[None]],
        tidy: Callable[[], Awaitable[None]],
        next_wait: Callable[[str, float], float],
        idle_wait: Callable[[str], float],
        found_done: Callable[[bool], None],
        now: Clock,
        random: Callable[[], float],
    ) -> None:
        self._advance, self._claim, self._held = advance, claim, held
        self._tick, self._tidy = tick, tidy
        self._next_wait, self._idle_wait, self._found_done = next_wait, idle_wait, found_done
        self._now, self._random = now, random
        self._runs: dict[str, asyncio.Task[object] | None] = {}
        self._tasks: set[asyncio.Task[object] | None] = set()
        self._asked: set[str] = set()
        self._edits: set[str] = set()
        self._sweeps = self._sweep_again = False
        self._zone = ClockZone(now)
        self._scheduler = AsyncIOScheduler(
            timezone=self._zone,
            executors={"default": AsyncIOExecutor()},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    async def start(self) -> None:
        """Rebuild every edit's job from its row, and keep doing so."""
        self._scheduler.start(paused=True)  # before, each new job would be compared with every other
        await self.sweep()
        self._keep_doing("sweep", self.sweep, SWEEP_SECONDS)
        self._keep_doing("recount", self._recount, RECOUNT_SECONDS)
        self._keep_doing("tick", self._tick, TICK_SECONDS)
        self._keep_doing("tidy", self._tidy, TIDY_SECONDS).modify(next_run_time=self._zone.at(self._now()))
        self._scheduler.resume()

    def _keep_doing(self, name: str, work: Callable[[], Awaitable[object]], seconds: float) -> Job:
        trigger = PacedTrigger(lambda _: seconds, self._now(), lambda: 1)
        return self._scheduler.add_job(self._quietly, trigger, [work], id=name)

    async def stop(self, grace_seconds: float) -> None:
        """Start no more runs, give edits a moment, cancel the rest: the rows know where they were."""
        if not self._scheduler.running:  # told to stop before it had started
            return
        self._scheduler.pause()
        runs = {run for run in self._runs.values() if run is not None}
        if runs:
            await asyncio.wait(runs, timeout=grace_seconds)
        tasks = [task for task in self._tasks if task is not None]
        self._scheduler.shutdown(wait=False)
        await end(tasks)

    def wake(self, edit: Edit) -> None:
        """Somebody says that there is something to do for this edit: look now, or when it is due."""
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

    def _add_job(self, edit: Edit, at: datetime) -> None:
        self._edits.add(edit.id)
        run = functools.partial(self._run, edit.id)
        first = self._zone.at(at)
        self._scheduler.add_job(
            self._quietly, self._trigger(edit), [run], id=_job_id(edit.id), next_run_time=first
        )

    def _job(self, edit_id: str) -> Job | None:
        return self._scheduler.get_job(_job_id(edit_id))

    def count(self) -> int:
        """How many edits have a job here."""
        return len(self._edits)

    def nudge(self, edit_id: str) -> None:
        """The same from another replica: the edit is ours, or for whoever claims it."""
        if edit_id in self._runs:
            self._asked.add(edit_id)
        elif (job := self._job(edit_id)) is not None:
            self._asked.add(edit_id)
            job.modify(next_run_time=self._zone.at(self._now()))
        elif self._sweeps:
            self._sweep_again = True
        else:
            self._sweep_soon()

    def _sweep_soon(self) -> None:
        """The more this replica has to do, the later: who has least to do takes what is nobody's."""
        at = self._now() + timedelta(seconds=min(0.02 + _LATER_PER_EDIT_SECONDS * self.count(), 1))
        sweep = self._scheduler.get_job("sweep")
        if sweep is not None and sweep.next_run_time > at:
            sweep.modify(next_run_time=self._zone.at(at))

    async def sweep(self) -> None:
        """Take over the rows that have something to do and belong to nobody alive."""
        given, self._sweeps = 0, True
        try:
            while claimed := await self._claim(CLAIM):
                self._give_jobs(claimed, given)
                given += len(claimed)
                if len(claimed) < CLAIM:
                    break
        finally:
            self._sweeps = False
        if self._sweep_again:
            self._sweep_again = False
            self._sweep_soon()

    async def _recount(self) -> None:
        """Give a job to every row of this replica that has none."""
        self._give_jobs(await self._held())

    def _give_jobs(self, edits: Iterable[Edit], given: int = 0) -> None:
        """Not all at once: they would come back together again and again, at the same pace.

        Due or not: this process may still know what became of an edit that it held before.
        """
        for number, edit in enumerate(edits, given):
            if edit.due_at is not None and edit.id not in self._runs and self._job(edit.id) is None:
                queue_seconds = number / _LOOKS_A_SECOND if edit.state is EditState.PROCESSING else 0
                spread_seconds = queue_seconds + _RESTART_SPREAD_SECONDS * self._random()
                self._add_job(edit, self._now() + timedelta(seconds=spread_seconds))

    async def _quietly(self, work: Callable[[], Awaitable[object]]) -> None:
        """One run of any job. Its end by `stop` is none of the errors that APScheduler would make of it."""
        this = asyncio.current_task()
        self._tasks.add(this)
        try:
            await work()
        except asyncio.CancelledError:
            logger.debug("a job was cut short")
        except (SQLAlchemyError, OSError) as error:
            logger.warning("a job is put off: %s", type(error).__name__)
        finally:
            self._tasks.discard(this)

    async def _run(self, edit_id: str) -> None:
        self._runs[edit_id] = asyncio.current_task()
        was_asked = self._take_asked(edit_id)
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
            if edit is not None and edit.state in _DONE and job.trigger.since == edit.submitted_at:
                self._found_done(was_asked)
            self._plan(job, edit_id, edit)

    def _take_asked(self, edit_id: str) -> bool:
        was_asked = edit_id in self._asked
        self._asked.discard(edit_id)
        return was_asked

    def _plan(self, job: Job, edit_id: str, edit: Edit | None) -> None:
        """After a run: no job, the trigger's own next moment, or the moment that the row names."""
        if edit is None or edit.due_at is None:
            job.remove()
            self._edits.discard(edit_id)
        elif edit.due_at > self._now():
            job.modify(trigger=self._trigger(edit), next_run_time=self._zone.at(edit.due_at))
        elif edit.submitted_at is not None and job.trigger.since != edit.submitted_at:
            job.reschedule(self._trigger(edit))

    def _trigger(self, edit: Edit) -> PacedTrigger:
        if edit.state is EditState.PROCESSING and edit.submitted_at is not None:
            return PacedTrigger(
                lambda age: self._next_wait(edit.operation, age), edit.submitted_at, self._jitter
            )
        return PacedTrigger(lambda _: self._idle_wait(edit.id), edit.created_at, self._jitter)

    def _jitter(self) -> float:
        return 0.9 + 0.2 * self._random()


def _job_id(edit_id: str) -> str:
    return f"edit:{edit_id}"
