"""An edit's life: admitted once, then moved by `advance` until there is nothing left to do.

The first step, every poll, recovery after a crash and button presses all lead to this call. Every move is one
guarded write. If it changes no row, somebody else was faster, and the edit is read again.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.core.callbacks import Callbacks
from bot.core.edits import (
    ACTIVE,
    CANCELLABLE,
    Cancelled,
    Edit,
    EditState,
    Failed,
    Processing,
    Request,
    Submitting,
    Task,
)
from bot.core.errors import Reason
from bot.core.limits import Admission, Limits, Refusal
from bot.core.pacing import Pacing
from bot.core.pending_writes import PendingWrites
from bot.core.ports import Lease, Ports, Sources, Workload
from bot.core.setbacks import Setbacks
from bot.core.steps import Steps

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
    ) -> None:
        self._ports, self._lease, self._workload = ports, lease, workload
        self._limits, self._sources = limits, sources
        self._pending = PendingWrites(ports.store)
        self._steps = Steps(ports, self._pending, lease, pacing, callbacks, sources.now)
        self._setbacks = Setbacks(ports.store, ports.chat, callbacks, sources.now)

    async def admit(self, request: Request) -> Admission:
        """Accept a request as an edit, or say why not. The same update is admitted once."""
        now = self._sources.now()
        edit = Edit(
            id=self._sources.new_id(),
            request=request,
            operation=self._ports.model.operation,
            secret=self._sources.new_secret(),
            created_at=now,
            due_at=now,
            owner=self._lease.name if self._workload.has_room else None,
        )
        admission = await self._ports.store.admit(edit, self._limits, now)
        if isinstance(admission, Refusal):
            self._ports.observer.refused(admission.reason)
        elif admission.id == edit.id:
            self._ports.observer.moved(admission, now)
        return admission

    async def advance(self, edit_id: str) -> Edit | None:
        """Take steps as long as there is something to do now. Returns the edit then, None if it is not ours.

        Its `due_at` says when there is more to do: None is never, a past moment means "look again at the pace
        of its task". Must not run twice at the same time for one edit.
        """
        edit = await self._ours(edit_id)
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
            moved = await self._pending.flush_pending(edit) or await self._steps.take(edit)
        except Exception as error:  # noqa: BLE001 - no error of one edit may affect others
            current = await self._ports.store.get(edit.id)
            if current is None or current.owner != edit.owner:
                return None
            moved = await self._setbacks.after(error, current)
        if moved is not None and moved != edit:
            self._tell(edit, moved)
        return moved

    async def cancel(self, edit: Edit) -> Edit | None:
        """Cancel an edit for its requester; None if it was too late.

        Wake it afterwards, so that `advance` updates its card.
        """
        return await self._end(edit, CANCELLABLE, Cancelled)

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
            ended = replace(current, stage=end(now, current.task), due_at=now, attempts=0)
            if await self._ports.store.move(current, ended) is not None:
                self._tell(current, ended)
                return ended
            current = await self._ports.store.get(edit.id)  # it was moved in between
        return None

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        """Move all rows of a group to the supergroup that it became. True the first time."""
        return await self._ports.store.follow_chat(old_chat_id, new_chat_id)

    async def adopt(self, edit: Edit, task_id: str) -> Edit:
        """A callback named the task of an edit whose create call was cut: note it. Returns the edit then."""
        current: Edit | None = edit
        while current is not None and isinstance(current.stage, Submitting):
            edit, now = current, self._sources.now()
            stage = Processing(Task(task_id, submitted_at=now))
            running = replace(edit, stage=stage, due_at=now, attempts=0, blocked_by=None)
            if await self._ports.store.move(edit, running) is not None:
                self._tell(edit, running)
                return running
            current = await self._ports.store.get(edit.id)  # somebody else moved it in between
        return current or edit

    def _tell(self, before: Edit, after: Edit) -> None:
        """Show a move on the card, in the metrics and in the log."""
        self._ports.chat.show(after)
        if before.state is not after.state:
            self._ports.observer.moved(after, self._sources.now())
            why = f" ({after.failure})" if after.failure else ""
            logger.info("edit %s: %s -> %s%s", after.id, before.state, after.state, why)
