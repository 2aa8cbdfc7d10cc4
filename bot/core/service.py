"""An edit's life: admitted once, then moved by `advance` until there is nothing left to do for it.

The handler's first look, every poll, recovery after a crash and a button's press all end in the same call.
Every move is one guarded write; "no row" means that somebody else was faster, and the edit is read anew.
"""

import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from bot.core.clock import Clock, NewId
from bot.core.edits import CANCELLABLE, Edit, EditState, Request
from bot.core.errors import (
    OPERATOR_REASONS,
    ChatGone,
    ChatMoved,
    EditFailed,
    OperatorNeeded,
    OutcomeUnknown,
    PhotoRefused,
    Reason,
    TryLater,
)
from bot.core.limits import Admission, Limits, Refusal
from bot.core.ports import Chat, EditStore, Files, ImageModel, Observer, PhotoHost
from bot.core.replica import Replica
from bot.core.steps import Steps

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = timedelta(hours=1)
"""How long a service may be away before an edit that waits for it fails."""
_PATIENCE = {
    reason: timedelta(hours=24) for reason in (Reason.CANNOT_SEND, Reason.OUT_OF_CREDIT, Reason.ACCESS_DENIED)
}
"""A finished picture is worth more patience, and so is what somebody has been asked to mend."""
_FEWEST_ATTEMPTS = 6
"""Before giving up: an edit that waited long for its turn, or for a restart, has not been tried at all."""
_OPERATOR_SECONDS = 5.0
_LONGEST_BACKOFF = 6
"""The power of two that waits in seconds grow to: about a minute."""


class EditService:
    """Admits edits and moves them."""

    def __init__(
        self,
        *,
        store: EditStore,
        model: ImageModel,
        host: PhotoHost,
        files: Files,
        chat: Chat,
        steps: Steps,
        limits: Limits,
        replica: Replica,
        has_room: Callable[[], bool],
        observer: Observer,
        now: Clock,
        new_id: NewId,
        new_secret: NewId,
    ) -> None:
        self._store, self._model, self._host, self._files = store, model, host, files
        self._chat, self._limits, self._replica = chat, limits, replica
        self._has_room, self._observer = has_room, observer
        self._now, self._new_id, self._new_secret = now, new_id, new_secret
        self._work = steps
        self._told: set[tuple[str, int | None]] = set()
        self._steps: dict[EditState, Callable[[Edit], Awaitable[Edit | None]]] = {
            EditState.RECEIVED: steps.submit,
            EditState.SUBMITTING: steps.resubmit,
            EditState.PROCESSING: steps.check,
            EditState.READY: steps.deliver,
        }

    async def admit(self, request: Request) -> Admission:
        """Accept a request as an edit, or say why not; the same update is admitted once."""
        now = self._now()
        edit = Edit(
            id=self._new_id(),
            secret=self._new_secret(),
            operation=self._model.operation,
            state=EditState.RECEIVED,
            created_at=now,
            due_at=now,
            update_id=request.update_id,
            chat_id=request.chat_id,
            thread_id=request.thread_id,
            request_message_id=request.request_message_id,
            photo_message_id=request.photo_message_id,
            requester_id=request.requester_id,
            language=request.language,
            command=request.command,
            words=request.words,
            file_id=request.photo.file_id,
            photo_kind=request.photo.kind,
            file_name=request.photo.file_name,
            owner=self._replica.name if self._has_room() else None,
        )
        admission = await self._store.admit(edit, self._limits, now)
        if isinstance(admission, Refusal):
            self._observer.refused(admission.reason)
        elif admission.id == edit.id:
            self._observer.moved(admission, now)
        return admission

    async def advance(self, edit_id: str) -> Edit | None:
        """Move the edit as far as it goes now, and return it as it then stands (None: it is not ours).

        Its `due_at` says when there is more to do: None is never, a past moment is "look again at the pace
        of its task".
        """
        edit = await self._ours(edit_id)
        if edit is not None and edit.state is EditState.PROCESSING:
            self._chat.show(edit)  # after a restart or a take-over its card has stood still
        while edit is not None and self._is_due(edit) and self._replica.may_begin:
            moved = await self._step(edit)
            if moved is not None and (moved == edit or moved.task_id not in (None, edit.task_id)):
                return moved  # nothing to do yet, or a task that has only just begun
            edit = moved or await self._ours(edit_id)
        return edit

    def _is_due(self, edit: Edit) -> bool:
        return edit.is_due(self._now()) or self._work.owes(edit)

    async def _ours(self, edit_id: str) -> Edit | None:
        edit = self._store.recall(edit_id)
        if edit is None or not self._replica.owns(edit):
            edit = await self._store.get(edit_id)
        return edit if edit is not None and self._replica.owns(edit) else None

    async def cancel(self, edit: Edit) -> bool:
        """End an edit on its requester's wish; False when it was too late for that."""
        current: Edit | None = edit
        while current is not None and current.state in CANCELLABLE:
            now = self._now()
            ended = replace(current, state=EditState.CANCELLED, due_at=now, ended_at=now)
            if await self._store.move(current, ended) is not None:
                self._note_move(current, ended)
                if (carded := await self._store.get(edit.id)) is not None:  # its card may have come by now
                    await self._step(carded)
                return True
            current = await self._store.get(edit.id)  # it took a step just now
        return False

    async def abandon(self, edit: Edit) -> None:
        """End an edit whose chat is gone; nobody is told."""
        if (failed := await self._fail(edit, Reason.CHAT_GONE)) is not None:
            await self._step(failed)

    async def adopt(self, edit: Edit, task_id: str) -> Edit:
        """A callback named the task of an edit whose create call was cut: take it as its own."""
        now, seen = self._now(), edit
        while seen.state is EditState.SUBMITTING:
            running = replace(seen, state=EditState.PROCESSING, task_id=task_id, submitted_at=now, due_at=now)
            if await self._store.move(seen, running) is not None:
                self._note_move(seen, running)
                return running
            seen = await self._store.get(edit.id) or running  # another process claimed it just now
        return seen

    async def _step(self, edit: Edit) -> Edit | None:
        """One move. Every error is translated into what follows for the edit, here and nowhere else."""
        try:
            moved = await self._work.make_up(edit)
            moved = moved or await self._steps.get(edit.state, self._settle)(edit)
        except Exception as error:  # noqa: BLE001 - one edit's trouble, whatever it is, stays that edit's own
            current = await self._store.get(edit.id)
            if current is None or current.owner != edit.owner:
                return None
            moved = await self._after(error, current)
        if moved is not None and moved != edit:
            self._note_move(edit, moved)
        return moved

    async def _after(self, error: Exception, edit: Edit) -> Edit | None:
        match error:
            case OperatorNeeded():
                return await self._wait_for_operator(edit, error)
            case PhotoRefused() | EditFailed():
                return await self._fail(edit, error.reason, str(error))
            case ChatGone():
                return await self._fail(edit, Reason.CHAT_GONE)
            case ChatMoved():
                await self._store.follow_chat(edit.chat_id, error.new_chat_id)
                return await self._store.get(edit.id)
            case OutcomeUnknown() if edit.state is EditState.SUBMITTING:
                logger.warning("edit %s: %s", edit.id, error)
                return await self._work.await_callback(edit)
            case OutcomeUnknown():
                return await self._postpone(edit, 1, sent=True)
            case TryLater():
                logger.info("edit %s is %s: %s", edit.id, edit.state, error)
                return await self._postpone(edit, error.wait_seconds)
        logger.error("edit %s is %s: unexpected", edit.id, edit.state, exc_info=error)
        return await self._postpone(edit, 10, sent=True)

    async def _wait_for_operator(self, edit: Edit, error: OperatorNeeded) -> Edit | None:
        """The key or the credit has to be mended: everything waits, and goes on by itself once it is."""
        if error.reason is Reason.BAD_REQUEST:
            return await self._fail(edit, error.reason, str(error))
        await self._chat.alert_admins(replace(edit, failure=error.reason))
        logger.info("edit %s is %s: %s", edit.id, edit.state, error)
        return await self._postpone(edit, _OPERATOR_SECONDS, hindrance=error.reason)

    async def _fail(self, edit: Edit, reason: Reason, detail: str = "") -> Edit | None:
        if not edit.is_active:  # it has ended; only tidying up failed
            return await self._store.move(edit, replace(edit, due_at=None))
        logger.info("edit %s fails: %s", edit.id, detail or reason)
        now = self._now()
        failed = replace(edit, state=EditState.FAILED, failure=reason, due_at=now, ended_at=now)
        if reason in OPERATOR_REASONS:
            await self._chat.alert_admins(failed)
        return await self._store.move(edit, failed)

    async def _postpone(
        self, edit: Edit, wait_seconds: float, *, sent: bool = False, hindrance: Reason = Reason.SERVICE_DOWN
    ) -> Edit | None:
        """Take the same step again later. Unless `sent`, the call in between is known not to have arrived."""
        now = self._now()
        reason = Reason.CANNOT_SEND if edit.state is EditState.READY else hindrance
        has_tried = edit.attempts >= _FEWEST_ATTEMPTS or edit.state is EditState.PROCESSING
        if has_tried and now - edit.waiting_since > _PATIENCE.get(reason, GIVE_UP_AFTER):
            return await self._fail(edit, reason)
        if edit.state is EditState.PROCESSING:
            return edit  # looked at again at its own pace, without a write
        backoff = 2.0 ** min(edit.attempts, _LONGEST_BACKOFF)
        later = replace(
            edit,
            due_at=now + timedelta(seconds=max(wait_seconds, backoff)),
            attempts=edit.attempts + 1,
            hindrance=hindrance,
        )
        if edit.state is EditState.SUBMITTING and not sent:
            later = replace(later, state=EditState.RECEIVED, submits=edit.submits - 1)
        if edit.state is EditState.READY and not sent:
            later = replace(later, sends=max(0, edit.sends - 1))
        return await self._store.move(edit, later)

    def _note_move(self, before: Edit, after: Edit) -> None:
        self._chat.show(after)
        if before.state is not after.state:
            self._observer.moved(after, self._now())
            why = f" ({after.failure})" if after.failure else ""
            logger.info("edit %s: %s -> %s%s", after.id, before.state, after.state, why)

    async def _settle(self, edit: Edit) -> Edit | None:
        """An ended edit's last step: its card goes or says why, and its photo is forgotten."""
        told = edit.id, edit.status_message_id
        try:
            if told not in self._told:
                with contextlib.suppress(ChatGone, EditFailed):  # nobody is there, or nothing may be said
                    await self._chat.settle(edit)
                self._told.add(told)  # once, however often the rest has to be tried
        finally:  # a card that will never be mended does not keep the photo where it is
            await self._files.remove(edit.id, "photo")
            await self._host.withdraw(edit.secret)
        settled = await self._store.move(edit, replace(edit, due_at=None, status_message_id=None))
        self._told.discard(told)
        self._work.forget(edit)
        return settled
