"""The step from received to processing, around the only call that costs money."""

import asyncio
import logging
from dataclasses import replace

from bot.core.callbacks import Callbacks
from bot.core.card_posting import CardPosting
from bot.core.clock import Clock
from bot.core.edits import Edit, Processing, Submitting, Task
from bot.core.errors import EditFailed, Reason, TryLater
from bot.core.pending_writes import PendingWrites
from bot.core.photos import Photos
from bot.core.ports import Lease, Order, Ports
from bot.core.presets import full_prompt

logger = logging.getLogger(__name__)

MAX_SUBMITS = 2
"""Create calls per edit that may have made a task. The second only if the first was lost or failed."""
_CARD_GRACE_SECONDS = 0.2
"""The wait for the status card, when everything else is ready for the create call."""


class Submission:
    """Publishes the photos, writes "submitting", makes the create call and writes its task."""

    def __init__(
        self,
        ports: Ports,
        photos: Photos,
        pending: PendingWrites,
        lease: Lease,
        callbacks: Callbacks,
        now: Clock,
    ) -> None:
        self._ports, self._photos, self._pending = ports, photos, pending
        self._lease, self._callbacks, self._now = lease, callbacks, now
        self._cards = CardPosting(ports.chat, pending, lease, now)

    async def submit(self, edit: Edit) -> Edit | None:
        """Create a task if it is this edit's turn. The status card is sent at the same time."""
        if edit.submits >= MAX_SUBMITS:
            raise EditFailed(Reason.SERVICE_DOWN, "no create call had a known outcome")
        ahead = await self._ports.budget.ahead(edit, self._now())
        if ahead:
            self._ports.chat.show(edit, ahead)
            return await self._cards.with_card(edit)
        card = asyncio.ensure_future(self._cards.with_card(edit))  # noqa: TID251 - gathered at once
        create = self._order_and_create(edit, card)
        carded, moved = await asyncio.gather(card, create, return_exceptions=True)
        if isinstance(moved, BaseException):
            raise moved
        if isinstance(carded, BaseException):
            logger.info("edit %s has no card: %r", edit.id, carded)
            return moved
        return moved and _with_card_of(carded, moved)

    async def _order_and_create(self, edit: Edit, card: asyncio.Future[Edit]) -> Edit | None:
        """Wait a moment for the card: if the bot may not send it, it may not send a picture either."""
        order = await self._order(edit)
        await asyncio.wait((card,), timeout=_CARD_GRACE_SECONDS)
        carded = _with_card_of(card.result(), edit) if card.done() else edit
        now = self._now()
        submitting = replace(
            carded,
            stage=Submitting(),
            submits=edit.submits + 1,
            operation=self._ports.model.operation,
            due_at=now + self._callbacks.adoption_wait,
        )
        try:
            entered = await self._ports.budget.enter(carded, submitting, now)
        except TryLater:
            return carded  # somebody else took the last place: try again in a moment
        if entered is None:
            await self._forget_if_settled(edit)
            return None
        return await self._create(entered, order)

    async def _order(self, edit: Edit) -> Order:
        urls, size = await self._photos.publish(edit)
        return Order(
            prompt=full_prompt(edit.request.command, edit.request.words),
            photos=urls,
            size=size,
            callback_url=self._callbacks.url(edit.secret),
        )

    async def _forget_if_settled(self, edit: Edit) -> None:
        """If another replica has settled the edit in between, the photos published here must be deleted."""
        current = await self._ports.store.get(edit.id)
        if current is None or current.due_at is None:
            await self._photos.forget(edit)

    async def _create(self, edit: Edit, order: Order) -> Edit | None:
        self._lease.ensure_holds(edit)
        task_id = await self._ports.model.create(order)
        now = self._now()
        stage = Processing(Task(task_id, submitted_at=now))
        return await self._pending.move(
            edit, replace(edit, stage=stage, due_at=now, attempts=0, blocked_by=None)
        )


def _with_card_of(carded: Edit, edit: Edit) -> Edit:
    return replace(edit, status_message_id=carded.status_message_id, has_lost_card=carded.has_lost_card)
