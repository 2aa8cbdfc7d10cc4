"""The step of each stage. A step returns the edit as moved.

The same value means "nothing to do yet", None that somebody else was faster.
"""

import asyncio
import contextlib
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.callbacks import Callbacks
from bot.core.edits import Edit
from bot.core.errors import BotError, ChatGone, EditFailed, Reason, ResultUnusable
from bot.core.late import next_late_look
from bot.core.pacing import Pacing
from bot.core.pending_writes import PendingWrites
from bot.core.photos import Photos
from bot.core.pictures import Fitted, ImageFormat
from bot.core.ports import Lease, Ports, Reply, Sources
from bot.core.presets import keeps_outline
from bot.core.provider import TaskDone, TaskFailed, TaskMissing, TaskRunning
from bot.core.requests import PhotoKind
from bot.core.series import SeriesSteps
from bot.core.stages import (
    Cancelled,
    Delivered,
    Failed,
    Held,
    Processing,
    Ready,
    Received,
    Result,
    Submitting,
    Task,
)
from bot.core.starts import Starts
from bot.core.submission import MAX_SUBMITS, Submission

logger = logging.getLogger(__name__)

_MISSING_GRACE = timedelta(seconds=90)
"""So long, a new task may be unknown to some of the provider's servers."""
_UNUSABLE_RESULTS_TAKEN = 4
"""Looks at a result without a usable image, which may still get one, before the edit fails."""
_SENT_AS = {PhotoKind.PHOTO: ImageFormat.JPEG, PhotoKind.STICKER: ImageFormat.PNG}


class Steps:
    """Takes the step of each stage."""

    def __init__(
        self,
        ports: Ports,
        starts: Starts,
        pending: PendingWrites,
        lease: Lease,
        pacing: Pacing,
        callbacks: Callbacks,
        sources: Sources,
        *,
        series: SeriesSteps,
    ) -> None:
        self._ports, self._pending, self._lease, self._series = ports, pending, lease, series
        self._pacing, self._now = pacing, sources.now
        self._photos, self._starts = Photos(ports), starts
        self._submission = Submission(ports, self._photos, starts, pending, lease, callbacks, sources)
        self._seen_running: dict[str, timedelta] = {}
        self._noted_attempts: set[str] = set()

    async def take(self, edit: Edit) -> Edit | None:
        """Take one step. Errors pass through; `setbacks` says what follows from them."""
        match edit.stage:
            case Held():
                raise ValueError("a held edit has no step before it has its place")
            case Received():
                return await self._submission.submit(edit)
            case Submitting():  # found later
                return await self._submission.resume(edit)
            case Processing(task):
                return await self._check(edit, task)
            case Ready() if edit.is_in_series:
                return await self._series.deliver(edit)
            case Ready(task, result):
                return await self._deliver(edit, task, result)
            case Failed(task=Task() as task) if edit.is_told and edit.is_late:
                return await self._look_late(edit, task)
            case Failed(task=Task() as task) | Cancelled(task=Task() as task) if (
                edit.is_told and edit.runs_until
            ):
                return await self._watch(edit, task, edit.runs_until)
            case Delivered() | Failed() | Cancelled():
                if edit.is_in_series and await self._series.goes_on(edit):
                    return edit
                return await self._settle(edit)

    async def _check(self, edit: Edit, task: Task) -> Edit | None:
        """Ask how the task is doing. A finished result is fetched and fitted at once."""
        self._ports.observer.looked()
        age = self._now() - task.submitted_at
        match await self._ports.model.check(task.id):
            case TaskDone(urls, seconds):
                took = seconds or self._midpoint_seconds(edit, age)
                took = max(0.0, min(took, age.total_seconds()))
                self._ports.observer.found_done(edit.operation, took, age.total_seconds() - took)
                return await self._finish(edit, task, urls, took)
            case TaskFailed(reason, detail):
                if reason.consequences.submit_again and edit.submits < MAX_SUBMITS:
                    given_up = replace(edit, stage=Received(), callback_secret=None, attempts=0)
                    return await self._ports.store.move(edit, given_up)
                raise EditFailed(reason, detail)
            case TaskMissing() if age > _MISSING_GRACE:
                raise EditFailed(Reason.TASK_LOST)
            case TaskRunning() if age >= self._pacing.timeout_of(edit.operation):
                raise EditFailed(Reason.TIMED_OUT)
        self._seen_running[edit.id] = age
        return edit

    async def _finish(self, edit: Edit, task: Task, urls: tuple[str, ...], seconds: float) -> Edit | None:
        try:
            fitted = await self._fetched(edit, urls)
        except ResultUnusable as error:
            return await self._look_again(edit, task, error)
        if fitted is None:
            return None
        moved = await self._keep(edit, task, fitted, seconds)
        self._seen_running.pop(edit.id, None)
        self._pacing.learn(edit.operation, [seconds])
        return moved

    async def _look_late(self, edit: Edit, task: Task) -> Edit | None:
        """The chat knows that this one failed: it hears of it again only if there is a picture after all."""
        later = replace(edit, due_at=next_late_look(edit, self._now()))
        try:
            match await self._ports.model.check(task.id):
                case TaskDone(urls):
                    if (fitted := await self._fetched(edit, urls)) is None:
                        return None
                    seconds = (self._now() - task.submitted_at).total_seconds()
                    return await self._keep(edit, task, fitted, seconds)
                case TaskFailed() | TaskMissing():
                    later = replace(edit, due_at=None)
        except BotError as error:
            logger.info("edit %s is late, and has no picture yet: %s", edit.id, error)
        return await self._ports.store.move(edit, later)

    async def _watch(self, edit: Edit, task: Task, until: datetime) -> Edit | None:
        """Nobody waits for this task any more; it is in flight until it ends, or its time is up.

        Then the edit is settled once more: its photos may still be there.
        """
        now, is_running = self._now(), True
        try:
            is_running = isinstance(await self._ports.model.check(task.id), TaskRunning | TaskMissing)
        except BotError as error:
            logger.info("edit %s has ended, and its task cannot be looked at: %s", edit.id, error)
        if is_running and now < until:
            return await self._ports.store.move(edit, replace(edit, due_at=self._later(edit, task)))
        return await self._ports.store.move(edit, replace(edit, due_at=now, runs_until=None))

    def _later(self, edit: Edit, task: Task) -> datetime:
        """The next look, where nobody waits for it, or a few have to be enough: each of these is a write."""
        now = self._now()
        age = (now - task.submitted_at).total_seconds()
        return now + timedelta(seconds=self._pacing.unhurried_wait(edit.operation, age))

    async def _keep(self, edit: Edit, task: Task, fitted: Fitted, seconds: float) -> Edit | None:
        await self._ports.files.put(edit.id, "result", fitted.content)
        result = Result(seconds, fitted.size, fitted.format, fitted.cropped, fitted.enlarged)
        ready = replace(
            edit,
            stage=Ready(task, result),
            due_at=self._now(),
            attempts=0,
            blocked_by=None,
            is_told=False,
        )
        # A reply that is sent at once: its attempt is noted in the same write.
        if self._lease.may_begin and not edit.is_in_series:
            ready = replace(ready, sends=edit.sends + 1)
            self._noted_attempts.add(edit.id)
        return await self._pending.move(edit, ready)

    async def _fetched(self, edit: Edit, urls: tuple[str, ...]) -> Fitted | None:
        """The picture at the photo's size; None if somebody else was faster."""
        if not urls:
            raise ResultUnusable("done without an image")
        content = await self._ports.model.fetch(urls)
        original = await self._photos.original(edit) if edit.request.photos else None
        async with self._starts.begun(edit) as begun:
            if begun is None:
                return None
            return await self._ports.images.fit(
                content,
                original,
                wanted=await self._photos.wanted(edit),
                as_format=_SENT_AS.get(edit.request.kind),
                keep_alpha=keeps_outline(edit.request.command),
                shapes=self._ports.model.shapes,
            )

    async def _look_again(self, edit: Edit, task: Task, error: ResultUnusable) -> Edit | None:
        """Such looks are counted in the row, so that there is an end to them after restarts as well."""
        attempts = 1 if edit.blocked_by else edit.attempts + 1
        if attempts >= _UNUSABLE_RESULTS_TAKEN:
            raise EditFailed(Reason.NO_IMAGE, str(error)) from error
        logger.info("edit %s: %s", edit.id, error)
        later = replace(edit, attempts=attempts, blocked_by=None, due_at=self._later(edit, task))
        return await self._ports.store.move(edit, later)

    async def _deliver(self, edit: Edit, task: Task, result: Result) -> Edit | None:
        """Note the attempt, send the reply, note that it arrived."""
        content = await self._ports.files.get(edit.id, "result")
        if content is None:
            return await self._ports.store.move(edit, replace(edit, stage=Processing(task), attempts=0))
        noted = await self._with_attempt(edit)
        if noted is None:
            return None
        self._lease.ensure_holds(noted)
        reply = Reply(content, result.size, result.format)
        arrived = await self._ports.chat.deliver(replace(noted, sends=noted.sends - 1), reply)
        now = self._now()
        stage = Delivered(task, result, arrived.message_id, now, arrived.photo, arrived.file_message_id)
        return await self._pending.move(
            noted, replace(noted, stage=stage, due_at=now, attempts=0, blocked_by=None)
        )

    async def _with_attempt(self, edit: Edit) -> Edit | None:
        """The edit with one more reply in `sends`, written before the reply is sent."""
        if edit.id in self._noted_attempts:
            self._noted_attempts.discard(edit.id)
            return edit
        return await self._ports.store.move(edit, replace(edit, sends=edit.sends + 1))

    async def _settle(self, edit: Edit) -> Edit | None:
        """An ended edit's last step: its card is deleted or says why, and its photos are deleted.

        Each of the two is done even if the other fails. The chat is not told twice.
        """
        self._seen_running.pop(edit.id, None)
        self._noted_attempts.discard(edit.id)
        self._starts.forget(edit.id)
        shown, forgotten = await asyncio.gather(
            self._show_end(edit), self._photos.forget(edit), return_exceptions=True
        )
        if isinstance(shown, BaseException):
            raise shown
        told = replace(shown, is_told=True)
        if isinstance(forgotten, BaseException):
            if told != shown:
                await self._ports.store.move(shown, told)
            raise forgotten
        look_at = next_late_look(told, self._now())
        # It goes when a late picture comes. That of a series stays.
        card = told.status_message_id if look_at or edit.is_in_series else None
        if told.runs_until is not None and told.task is not None:
            look_at = self._later(told, told.task)
        return await self._ports.store.move(shown, replace(told, due_at=look_at, status_message_id=card))

    async def _show_end(self, edit: Edit) -> Edit:
        """Show the end in the chat, once. If that needs a new message, note it as the edit's card."""
        message_id = None
        if not edit.is_told:
            with contextlib.suppress(ChatGone, EditFailed):  # nobody is there, or the bot may not write
                say = self._series.show_end if edit.is_in_series else self._ports.chat.settle
                message_id = await say(edit)
        if message_id is None:
            return edit
        return await self._pending.note_card(edit, message_id, self._now())

    def _midpoint_seconds(self, edit: Edit, age: timedelta) -> float:
        """How long the task took: the middle between the last look that saw it running and now."""
        return (self._seen_running.get(edit.id, timedelta(0)) + age).total_seconds() / 2
