"""What follows from an error in a step: the edit waits, fails, or continues under its chat's new id."""

import logging
from dataclasses import replace
from datetime import timedelta

from bot.core.callbacks import Callbacks
from bot.core.clock import Clock
from bot.core.edits import Edit, Failed, Processing, Ready, Received, Submitting
from bot.core.errors import (
    ChatGone,
    ChatMoved,
    EditFailed,
    OperatorNeeded,
    OutcomeUnknown,
    PhotoRefused,
    Reason,
    TryLater,
)
from bot.core.ports import Chat, EditStore

logger = logging.getLogger(__name__)

_CUT_CALL_WAIT = timedelta(seconds=5)
"""Before the second create call, if no callback can name the first task: the problem may have passed."""
_FEWEST_ATTEMPTS = 6
"""Before giving up, because an edit that waited long for its turn or a restart was hardly tried."""
_OPERATOR_SECONDS = 5.0
_UNKNOWN_SECONDS, _UNEXPECTED_SECONDS = 1.0, 10.0
_LONGEST_BACKOFF = 6
"""The largest power of two for waits in seconds: about a minute."""


class Setbacks:
    """Turns every error of a step into a move. This happens nowhere else."""

    def __init__(self, store: EditStore, chat: Chat, callbacks: Callbacks, now: Clock) -> None:
        self._store, self._chat, self._callbacks, self._now = store, chat, callbacks, now

    async def after(self, error: Exception, edit: Edit) -> Edit | None:
        """Move `edit`, as it was read after the error. None if somebody else moved it."""
        match error:
            case OperatorNeeded() if error.reason.consequences.patience:
                return await self._wait_for_operator(edit, error)
            case PhotoRefused() | EditFailed():
                return await self._fail(edit, error.reason, str(error))
            case ChatGone():
                return await self._fail(edit, Reason.CHAT_GONE)
            case ChatMoved():
                await self._store.follow_chat(edit.chat_id, error.new_chat_id)
                return await self._store.get(edit.id)
            case OutcomeUnknown() if isinstance(edit.stage, Submitting):
                logger.warning("edit %s: %s", edit.id, error)
                return await self._await_callback(edit)
            case OutcomeUnknown():
                return await self._postpone(edit, _UNKNOWN_SECONDS, may_have_arrived=True)
            case TryLater():
                logger.info("edit %s is %s: %s", edit.id, edit.state, error)
                return await self._postpone(edit, error.wait_seconds)
        logger.error("edit %s is %s: unexpected", edit.id, edit.state, exc_info=error)
        return await self._postpone(edit, _UNEXPECTED_SECONDS, may_have_arrived=True)

    async def _await_callback(self, edit: Edit) -> Edit | None:
        """The create call was cut: wait for a callback that may name its task."""
        wait = max(self._callbacks.adoption_wait, _CUT_CALL_WAIT)
        return await self._store.move(edit, replace(edit, due_at=self._now() + wait))

    async def _wait_for_operator(self, edit: Edit, error: OperatorNeeded) -> Edit | None:
        """The operator has to fix the key or the credit. Until then the edit waits and is tried again."""
        await self._chat.alert_admins(edit, error.reason)
        logger.info("edit %s is %s: %s", edit.id, edit.state, error)
        return await self._postpone(edit, _OPERATOR_SECONDS, blocked_by=error.reason)

    async def _fail(self, edit: Edit, reason: Reason, detail: str = "") -> Edit | None:
        if not edit.is_active:  # it has ended, only settling failed
            return await self._store.move(edit, replace(edit, due_at=None))
        logger.info("edit %s fails: %s", edit.id, detail or reason)
        now = self._now()
        failed = replace(edit, stage=Failed(reason, now, edit.task), due_at=now, attempts=0)
        if reason.consequences.is_operators:
            await self._chat.alert_admins(failed, reason)
        return await self._store.move(edit, failed)

    async def _postpone(
        self,
        edit: Edit,
        wait_seconds: float,
        *,
        may_have_arrived: bool = False,
        blocked_by: Reason = Reason.SERVICE_DOWN,
    ) -> Edit | None:
        """Take the same step again later, or fail. `may_have_arrived`: the call counts as made."""
        now = self._now()
        reason = Reason.CANNOT_SEND if isinstance(edit.stage, Ready) else blocked_by
        has_tried = edit.attempts >= _FEWEST_ATTEMPTS or isinstance(edit.stage, Processing)
        if has_tried and now - edit.waiting_since > reason.consequences.patience:
            return await self._fail(edit, reason)
        backoff = 2.0 ** min(edit.attempts, _LONGEST_BACKOFF)
        later = replace(
            edit,
            due_at=now + timedelta(seconds=max(wait_seconds, backoff)),
            attempts=edit.attempts + 1,
            blocked_by=reason,
        )
        match edit.stage:
            case Processing():
                return edit  # the next look is at its own pace, without a write
            case Submitting() if not may_have_arrived:
                later = replace(later, stage=Received(), submits=edit.submits - 1)
            case Ready() if not may_have_arrived:
                later = replace(later, sends=max(0, edit.sends - 1))
        return await self._store.move(edit, later)
