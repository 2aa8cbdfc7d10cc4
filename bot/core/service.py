"""An edit's life: admitted once, then moved by `advance` until there is nothing left to do.

The first step, every poll, recovery after a crash and button presses all lead to this call. Every move is one
guarded write. If it changes no row, somebody else was faster, and the edit is read again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.core.callbacks import Callbacks
from bot.core.card_posting import CardPosting
from bot.core.edits import ACTIVE, CANCELLABLE, Edit
from bot.core.errors import BotError, Reason, TryLater
from bot.core.holding import Holding
from bot.core.limits import Admission, Limits, Refusal
from bot.core.pacing import Pacing
from bot.core.pending_writes import PendingWrites
from bot.core.photos import photo_name
from bot.core.ports import Lease, Ports, Sources, Wake, Workload
from bot.core.provider import TaskDone, TaskRunning
from bot.core.requests import Request
from bot.core.series import SeriesSteps
from bot.core.setbacks import Setbacks
from bot.core.stages import (
    Cancelled,
    Delivered,
    EditState,
    Failed,
    Held,
    Processing,
    Received,
    Submitting,
    Task,
)
from bot.core.starts import Starts
from bot.core.steps import Steps
from bot.core.submission import running

logger = logging.getLogger(__name__)


class EditService:
    """Admits edits, moves them through their stages, and ends them on request."""

    def __init__(
        self,
        ports: Ports,
        lease: Lease,
        workload: Workload,
        limits: Limits,
        pacing: Pacing,
        callbacks: Callbacks,
        sources: Sources,
        *,
        wake: Wake,
    ) -> None:
        self._ports, self._lease, self._workload = ports, lease, workload
        self._limits, self._sources = limits, sources
        self._pending = PendingWrites(ports.store)
        self._starts = Starts(ports.store)
        self._pacing = pacing
        self._series = SeriesSteps(ports, self._pending, lease, sources.now, wake, self._tell)
        self._steps = Steps(
            ports, self._starts, self._pending, lease, pacing, callbacks, sources, series=self._series
        )
        cards = CardPosting(ports.chat, self._pending, lease, sources.now)
        self._holding = Holding(ports.store, cards, limits, sources.now)
        self._setbacks = Setbacks(ports.store, ports.chat, limits, pacing, callbacks, sources.now)

    async def admit(
        self, request: Request, *, others: Sequence[Request] = (), hold: bool = False, once: bool = False
    ) -> Admission:
        """Accept a request as an edit, or say why not; the same update is admitted once.

        With the `others` of its series: all of them or none; the first one's edit is returned.
        `hold`: where a window is full, the edit waits for its place. `once`: if the person has the same under
        way in this chat, that edit is returned.
        """
        now, is_ours = self._sources.now(), self._workload.has_room
        edit, *rest = (
            Edit(
                id=self._sources.new_id(),
                request=each,
                operation=self._ports.model.operation(each.pixels, each.resolution),
                secret=self._sources.new_secret(),
                created_at=now,
                due_at=now,
                stage=Held(now) if hold else Received(),
                owner=self._lease.name if is_ours else None,
                starts=int(is_ours),
            )
            for each in (request, *others)
        )
        admission = await self._ports.store.admit(edit, self._limits, now, others=rest, once=once)
        if isinstance(admission, Refusal):
            self._ports.observer.refused(admission.reason)
        elif admission.id == edit.id:
            for each in (admission, *(replace(other, stage=admission.stage) for other in rest)):
                if is_ours:
                    self._starts.counted(each.id)
                self._ports.observer.moved(each, now)
        return admission

    async def advance(self, edit_id: str) -> Edit | None:
        """Take steps as long as there is something to do now. Returns the edit then, None if it is not ours.

        Its `due_at` says when there is more to do: None is never, a past moment means "look again at the pace
        of its task". Must not run twice at the same time for one edit.
        """
        edit = await self._ours(edit_id)
        if edit is not None and edit.is_in_series:
            await self._series.introduce(edit)
        if edit is not None and isinstance(edit.stage, Processing):
            self._ports.chat.show(edit)  # after a restart or take-over its card may be out of date
        while edit is not None and self._is_due(edit) and self._lease.may_begin:
            moved = await self._step(edit)
            if moved is not None and (moved == edit or moved.task not in {None, edit.task}):
                return moved  # nothing to do yet, or a task that has just started
            edit = moved or await self._ours(edit_id)
        return edit

    def _is_due(self, edit: Edit) -> bool:
        return edit.is_due(self._sources.now()) or self._pending.has_pending(edit)

    async def _ours(self, edit_id: str) -> Edit | None:
        edit = self._ports.store.recall(edit_id)
        if edit is None or not self._lease.owns(edit):
            edit = await self._ports.store.get(edit_id)
        return edit if edit is not None and self._lease.owns(edit) else None

    async def _step(self, edit: Edit) -> Edit | None:
        """Write what is pending, or else take the next step; an error is turned into a move."""
        try:
            take = self._holding.take if isinstance(edit.stage, Held) else self._steps.take
            moved = await self._pending.flush_pending(edit) or await take(edit)
        except Exception as error:  # noqa: BLE001 - no error of one edit may affect others
            current = await self._ports.store.get(edit.id)
            if current is None or current.owner != edit.owner:
                return None
            moved = await self._setbacks.after(error, current)
            if moved == current:  # nothing to do yet, whatever was written beside the step
                return edit
        if moved is not None and moved != edit:
            self._tell(edit, moved)
            await self._rouse_series(edit, moved)
        return moved

    async def _rouse_series(self, before: Edit, after: Edit) -> None:
        if after.is_in_series and after.state is not before.state:
            await self._series.rouse(after)

    async def cancel(self, edit: Edit) -> Edit | None:
        """Cancel an edit for its requester; None if it was too late.

        Wake it afterwards, so that `advance` updates its card.
        """
        return await self._end(edit, CANCELLABLE, Cancelled)

    async def stop(self, edit: Edit) -> Edit | None:
        """Cancel an edit even if its picture is on its way, which may still arrive; None if it had ended.

        Wake it afterwards, so that `advance` updates its card.
        """
        return await self._end(edit, ACTIVE, Cancelled)

    async def abandon(self, edit: Edit) -> Edit | None:
        """End an edit whose chat is gone; None if it had ended. Wake it afterwards, to settle it."""
        return await self._end(edit, ACTIVE, partial(Failed, Reason.CHAT_GONE))

    async def _end(
        self,
        edit: Edit,
        among: frozenset[EditState],
        end: Callable[[datetime, Task | None], Failed | Cancelled],
    ) -> Edit | None:
        current: Edit | None = edit
        while current is not None and current.state in among:
            now = self._sources.now()
            ended = replace(
                current,
                stage=end(now, current.task),
                due_at=now,
                attempts=0,
                runs_until=self._runs_until(current, now),
            )
            written = await self._ports.store.end(current, ended, self._limits)
            if written is not None:
                self._tell(current, written)
                await self._rouse_series(current, written)
                return written
            current = await self._ports.store.get(edit.id)  # it was moved in between
        return None

    async def forget_result(self, edit: Edit) -> None:
        """Delete our copy of a delivered result, and forget what Telegram calls it."""
        await self._ports.files.remove(edit.id, "result")
        current: Edit | None = edit
        while current is not None and isinstance(current.stage, Delivered) and current.stage.photo:
            forgotten = replace(current, stage=replace(current.stage, photo=None))
            if await self._ports.store.move(current, forgotten) is not None:
                return
            current = await self._ports.store.get(edit.id)  # it was moved in between

    def _runs_until(self, edit: Edit, now: datetime) -> datetime | None:
        """Until when the task of an edit that ends now may run; None if it has none that runs."""
        match edit.stage:
            case Submitting():
                return now + self._pacing.timeout_of(edit.operation)
            case Processing(task):
                return max(now, task.submitted_at + self._pacing.timeout_of(edit.operation))
        return None

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        """Move all rows of a group to the supergroup that it became. True the first time."""
        return await self._ports.store.follow_chat(old_chat_id, new_chat_id)

    async def called_back(self, edit: Edit, task_id: str | None) -> Edit:
        """The provider has called back for an edit's last create call; returns the edit as it stands then.

        A task that the edit does not have yet becomes its own if the provider's record of it names the photo
        of that call, or its callback where there is no photo. Raises what keeps the record away: the
        callback is to come again.
        """
        if task_id is None or self._after_callback(edit, task_id) is None:
            return edit
        name = photo_name(edit.secret, edit.submits) if edit.request.photos else edit.callback_secret or ""
        if edit.task is None and not await self._ports.model.names(task_id, name):
            logger.warning("edit %s: a callback named a task that is not its own", edit.id)
            return edit
        current: Edit | None = edit
        while current is not None and current.callback_secret == edit.callback_secret:
            after = self._after_callback(current, task_id)
            if after is None:
                return current
            if await self._ports.store.move(current, after) is not None:
                self._tell(current, after)
                return after
            current = await self._ports.store.get(edit.id)  # somebody else moved it just now
        return current or edit

    def _after_callback(self, edit: Edit, task_id: str) -> Edit | None:
        """What a callback makes of an edit; None where it only has it looked at."""
        now = self._sources.now()
        match edit.stage:
            case Received() | Submitting():
                return running(edit, Task(task_id, submitted_at=now))
            case Failed(reason, _, Task(id=own)) if own == task_id and not (
                edit.is_told or edit.is_late or reason.consequences.looks_late
            ):
                return None  # its record has just said how it ended
            case Failed(reason, ended_at, task) if reason.consequences.retry_helps:
                stage = Failed(reason, ended_at, task or Task(task_id, submitted_at=now))
                return replace(edit, stage=stage, is_late=True, due_at=now)
        return None

    async def resume(self, edit: Edit) -> Edit | None:
        """Wait once more for the task of an edit that was given up, rather than pay for another one.

        Returns the edit, to be woken; None where it has no task that may still end well.
        """
        if not (edit.is_late and isinstance(edit.stage, Failed) and edit.task is not None):
            return None
        try:
            status = await self._ports.model.check(edit.task.id)
        except TryLater:
            status = TaskRunning()  # nobody could make another one now
        except BotError:
            return None
        if not isinstance(status, TaskDone | TaskRunning):
            return None
        resumed = replace(running(edit, Task(edit.task.id, self._sources.now())), is_told=False)
        if await self._ports.store.move(edit, resumed) is not None:
            self._tell(edit, resumed)
            return resumed
        return await self._ports.store.get(edit.id)  # somebody else was faster, or the picture is there

    def _tell(self, before: Edit, after: Edit) -> None:
        """Show a move on the card, in the metrics and in the log."""
        self._ports.chat.show(after)
        if before.state is not after.state:
            self._ports.observer.moved(after, self._sources.now())
            logger.info("edit %s: %s -> %s%s", after.id, before.state, after.state, _in_short(after))


def _in_short(edit: Edit) -> str:
    """What the log says of an edit that has ended."""
    if edit.ended_at is None:
        return ""
    seconds = (edit.ended_at - edit.created_at).total_seconds()
    why = f", {edit.failure}" if edit.failure else ""
    paid = f", {edit.credits:g} credits" if edit.credits else ""
    return f" (chat {edit.chat_id}, /{edit.request.command}, {seconds:.1f} s{paid}{why})"
