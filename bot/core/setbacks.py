"""What follows from an error in a step: the edit waits, fails, or continues under its chat's new id."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from types import CodeType
from typing import TypeAlias

from bot.core.callbacks import Callbacks
from bot.core.clock import Clock
from bot.core.edits import Edit, credits_before
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
    TryLater,
)
from bot.core.late import next_late_look
from bot.core.limits import Limits
from bot.core.pacing import Pacing
from bot.core.ports import Chat, EditStore
from bot.core.stages import Failed, Processing, Ready, Received, Submitting

logger = logging.getLogger(__name__)

_CUT_CALL_WAIT = timedelta(seconds=5)
"""Before the second create call, if no callback can name the first task: the problem may have passed."""
_FEWEST_ATTEMPTS = 6
"""Before giving up: an edit that waited long for its turn, or for a restart, has not been tried at all."""
_OWN_FAULTS = 3
"""In a row, of our own: the same will hardly do better after that."""
_WHOLE_AGAIN_AFTER = timedelta(hours=1)
"""A disk that is full raises the same for every edit, several times a second."""
_OPERATOR_SECONDS = 5.0
_GATEWAY_SECONDS = 5.0
_UNKNOWN_SECONDS, _UNEXPECTED_SECONDS = 1.0, 10.0
_LONGEST_BACKOFF = 6
"""The largest power of two for waits in seconds: about a minute."""


Place: TypeAlias = tuple[type[Exception], CodeType | None, int]
"""The kind of an error, and where it was raised."""


class Setbacks:
    """Turns every error of a step into a move. This happens nowhere else."""

    def __init__(
        self,
        store: EditStore,
        chat: Chat,
        limits: Limits,
        pacing: Pacing,
        callbacks: Callbacks,
        now: Clock,
    ) -> None:
        self._store, self._chat, self._limits, self._now = store, chat, limits, now
        self._pacing, self._callbacks = pacing, callbacks
        self._logged_whole: dict[Place, datetime] = {}

    async def after(self, error: Exception, edit: Edit) -> Edit | None:
        """Move `edit`, as it was read after the error. None if somebody else moved it."""
        match error:
            case OperatorNeeded() if error.reason.consequences.patience:
                return await self._wait_for_operator(edit, error)
            case PhotoRefused() | EditFailed():
                late = error.reason.consequences.looks_late
                paid = credits_before(edit) if isinstance(edit.stage, Submitting) else edit.credits
                photo = error.photo if isinstance(error, PhotoRefused) else None
                return await self._fail(
                    edit, error.reason, str(error), looks_late=late, paid=paid, photo=photo
                )
            case ChatGone():
                return await self._fail(edit, Reason.CHAT_GONE)
            case ChatMoved():
                await self._store.follow_chat(edit.chat_id, error.new_chat_id)
                return await self._store.get(edit.id)
            case GatewayDown() if isinstance(edit.stage, Submitting):
                logger.info("edit %s is %s: %s", edit.id, edit.state, error)
                return await self._postpone(edit, _GATEWAY_SECONDS, may_have_arrived=True)
            case OutcomeUnknown() if isinstance(edit.stage, Submitting):
                logger.warning("edit %s: %s", edit.id, error)
                return await self._await_callback(edit)
            case OutcomeUnknown():
                return await self._postpone(edit, _UNKNOWN_SECONDS, may_have_arrived=True)
            case TryLater():
                logger.info("edit %s is %s: %s", edit.id, edit.state, error)
                reason = Reason.RESULT_AWAY if isinstance(error, ResultAway) else error.reason
                return await self._postpone(edit, error.wait_seconds, blocked_by=reason)
        return await self._after_own_fault(error, edit)

    async def _after_own_fault(self, error: Exception, edit: Edit) -> Edit | None:
        """Tried again a few times, or for as long as a disk or a connection may be away."""
        faults = 1 + (edit.attempts if edit.blocked_by is Reason.OUR_FAULT else 0)
        trace = error if self._is_new(error) else None
        logger.error("edit %s is %s: a fault of our own: %r", edit.id, edit.state, error, exc_info=trace)
        if faults >= _OWN_FAULTS and not isinstance(error, OSError):
            return await self._fail(edit, Reason.OUR_FAULT, repr(error), looks_late=True)
        return await self._postpone(
            edit, _UNEXPECTED_SECONDS, may_have_arrived=True, blocked_by=Reason.OUR_FAULT
        )

    def _is_new(self, error: Exception) -> bool:
        """Whether nothing of its kind, from the same place, was logged with its traceback lately."""
        place, now = _place(error), self._now()
        if now - self._logged_whole.get(place, now - _WHOLE_AGAIN_AFTER) < _WHOLE_AGAIN_AFTER:
            return False
        self._logged_whole[place] = now
        return True

    async def _await_callback(self, edit: Edit) -> Edit | None:
        """The create call was cut: for a while from now, a callback may tell of its task."""
        usual = self._pacing.usual_longest(edit.operation)
        wait = max(self._callbacks.adoption_wait(usual), _CUT_CALL_WAIT)
        waiting = replace(edit, due_at=self._now() + wait, blocked_by=Reason.SERVICE_DOWN)
        return await self._store.move(edit, waiting)

    async def _wait_for_operator(self, edit: Edit, error: OperatorNeeded) -> Edit | None:
        """The key or the credit has to be mended: everything waits, and goes on by itself once it is."""
        await self._chat.alert_admins(edit, error.reason)  # which is also what the log says of it
        logger.debug("edit %s is %s: %s", edit.id, edit.state, error)
        return await self._postpone(edit, _OPERATOR_SECONDS, blocked_by=error.reason)

    async def _fail(
        self,
        edit: Edit,
        reason: Reason,
        detail: str = "",
        *,
        looks_late: bool = False,
        paid: float | None = None,
        photo: int | None = None,
    ) -> Edit | None:
        """`looks_late`: where its task runs, that may still end well. It is given a second chance once.

        `paid`: what it has cost, where that is less than was noted before a create call that was refused.
        """
        now = self._now()
        if not edit.is_active:  # it has ended; only settling it failed, or a late look
            return await self._store.move(edit, replace(edit, due_at=next_late_look(edit, now)))
        is_usual = not (reason.consequences.retry_helps or reason.consequences.is_operators)
        level = logging.INFO if is_usual else logging.WARNING
        logger.log(level, "edit %s fails: %s", edit.id, detail or reason)
        is_late = looks_late and isinstance(edit.stage, Processing) and not edit.is_late
        stage = Failed(reason, now, edit.task, photo)
        failed = replace(edit, stage=stage, due_at=now, attempts=0, is_late=is_late)
        failed = failed if paid is None else replace(failed, credits=paid)
        if reason.consequences.is_operators:
            await self._chat.alert_admins(failed, reason)
        return await self._store.end(edit, failed, self._limits)

    async def _postpone(
        self,
        edit: Edit,
        wait_seconds: float,
        *,
        may_have_arrived: bool = False,
        blocked_by: Reason | None = None,
    ) -> Edit | None:
        """Take the same step again later, or fail. `may_have_arrived`: the call counts as made."""
        now = self._now()
        is_ready, is_ours = isinstance(edit.stage, Ready), blocked_by is Reason.OUR_FAULT
        blocked_by = blocked_by or (Reason.CANNOT_SEND if is_ready else Reason.SERVICE_DOWN)
        reason = Reason.CANNOT_SEND if is_ready and not is_ours else blocked_by
        has_tried = edit.attempts >= _FEWEST_ATTEMPTS or isinstance(edit.stage, Processing)
        if has_tried and now - edit.waiting_since > reason.consequences.patience:
            return await self._fail(edit, reason, looks_late=True)
        attempts = edit.attempts if blocked_by is edit.blocked_by or not is_ours else 0
        backoff = 2.0 ** min(attempts, _LONGEST_BACKOFF)
        later = replace(
            edit,
            due_at=now + timedelta(seconds=max(wait_seconds, backoff)),
            attempts=attempts + 1,
            blocked_by=blocked_by,
        )
        match edit.stage:
            case Processing() if not (is_ours or reason is Reason.RESULT_AWAY):
                return edit  # looked at again at its own pace, without a write
            case Submitting() if not may_have_arrived:
                submits, paid = edit.submits - 1, credits_before(edit)
                later = replace(later, stage=Received(), submits=submits, credits=paid)
            case Ready() if not may_have_arrived:
                later = replace(later, sends=max(0, edit.sends - 1))
        return await self._store.move(edit, later)


def _place(error: Exception) -> Place:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (type(error), None, 0) if trace is None else (type(error), trace.tb_frame.f_code, trace.tb_lineno)
