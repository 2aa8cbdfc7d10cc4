"""The step from received to processing, around the only call that costs money."""

import asyncio
import logging
from dataclasses import replace

from bot.core.callbacks import Callbacks
from bot.core.card_posting import CardPosting
from bot.core.edits import Edit, credits_before
from bot.core.errors import BotError, EditFailed, GatewayDown, OutcomeUnknown, Reason, TryLater
from bot.core.pending_writes import PendingWrites
from bot.core.photos import Photos
from bot.core.ports import Lease, Ports, Sources
from bot.core.presets import full_prompt
from bot.core.provider import ITS_TURN, Order
from bot.core.stages import Processing, Received, Submitting, Task
from bot.core.starts import Starts
from bot.tasks import end

logger = logging.getLogger(__name__)

MAX_SUBMITS = 2
"""Create calls per edit that may have made a task. The second only if the first was lost or failed."""
_CARD_GRACE_SECONDS = 0.2
"""For the status card, once everything else is ready for the create call."""
_BALANCE_SECONDS = 2.0
"""The balance before a create call is good to know, and not worth more waiting."""
_LOOK_SECONDS = 0.5
"""While a create call is open: how often its edit is looked at, whose task a callback may have named."""


def running(edit: Edit, task: Task) -> Edit:
    """The edit with its task, to be looked at from now on. The start of fitting its result is counted."""
    return replace(
        edit, stage=Processing(task), due_at=task.submitted_at, attempts=0, blocked_by=None, starts=1
    )


class Submission:
    """Publishes the photos, writes "submitting", makes the create call and writes its task."""

    def __init__(
        self,
        ports: Ports,
        photos: Photos,
        starts: Starts,
        pending: PendingWrites,
        lease: Lease,
        callbacks: Callbacks,
        sources: Sources,
    ) -> None:
        self._ports, self._photos, self._starts, self._pending = ports, photos, starts, pending
        self._lease, self._callbacks, self._sources = lease, callbacks, sources
        self._cards = CardPosting(ports.chat, pending, lease, sources.now)
        self._balances: dict[str, float | None] = {}
        """Before the create calls that only a gateway has answered so far."""

    async def submit(self, edit: Edit) -> Edit | None:
        """Create a task if it is this edit's turn. The status card is sent at the same time."""
        if edit.submits >= MAX_SUBMITS:
            raise EditFailed(Reason.SERVICE_DOWN, "no create call had a known outcome")
        place = await self._ports.budget.place(edit, self._sources.now())
        if place != ITS_TURN:
            self._ports.chat.show(edit, place)
            return await self._cards.with_card(edit, place)
        card = asyncio.ensure_future(self._cards.sent(edit))  # noqa: TID251 - gathered at once
        noted, create = self._noted(edit, card), self._start_and_create(edit, card)
        carded, moved = await asyncio.gather(noted, create, return_exceptions=True)
        if isinstance(moved, BaseException):
            raise moved
        if isinstance(carded, BaseException):
            logger.info("edit %s has no card: %r", edit.id, carded)
            return moved
        return moved and _with_card_of(carded, moved)

    async def resume(self, edit: Edit) -> Edit | None:
        """A create call whose task nobody has named by now: it has to be made once more.

        Where a gateway answered it, the balance tells whether it made one: it counts only then. GatewayDown
        while the balance cannot be had.
        """
        submits, paid = edit.submits, edit.credits
        if edit.id in self._balances:
            try:
                left = await self._ports.model.credits()
            except TryLater as error:
                raise GatewayDown(f"the balance is not known: {error}") from error
            before = self._balances.pop(edit.id)
            if before is not None and left < before:
                raise OutcomeUnknown("something was paid for")
            submits, paid = submits - 1, credits_before(edit)
        again = replace(edit, stage=Received(), submits=submits, credits=paid)
        return await self._ports.store.move(edit, again)

    async def _noted(self, edit: Edit, card: asyncio.Future[Edit]) -> Edit:
        """The edit with its card, whose id is written."""
        carded = await card
        await self._pending.flush_card(edit)
        return carded

    async def _start_and_create(self, edit: Edit, card: asyncio.Future[Edit]) -> Edit | None:
        async with self._starts.begun(edit) as started:
            return started and await self._order_and_create(started, card)

    async def _order_and_create(self, edit: Edit, card: asyncio.Future[Edit]) -> Edit | None:
        """The create call waits a moment for the card: who may not say that may not send a picture either."""
        secret = self._sources.new_secret()
        order, balance = await asyncio.gather(
            self._order(edit, secret), self._balance(), return_exceptions=True
        )
        if isinstance(order, BaseException):
            raise order
        await asyncio.wait((card,), timeout=_CARD_GRACE_SECONDS)
        carded = _with_card_of(card.result(), edit) if card.done() else edit
        now = self._sources.now()
        submitting = replace(
            carded,
            stage=Submitting(),
            callback_secret=secret,
            submits=edit.submits + 1,
            credits=edit.credits + self._ports.model.price(order.operation),
            operation=order.operation,
            starts=0,  # the photos are decoded
            due_at=now + self._callbacks.adoption_wait(),  # after a crash, when it may be sent again,
        )
        try:
            # The card's id too, if its own write is still on its way: the create call may be the end of us.
            submitted = await self._ports.budget.enter(edit, submitting, now)
        except TryLater:
            return carded  # somebody else took the last place: try again in a moment
        if submitted is None:
            await self._forget_if_settled(edit)
            return None
        return await self._create(submitted, order, None if isinstance(balance, BaseException) else balance)

    async def _order(self, edit: Edit, secret: str) -> Order:
        request = edit.request
        photos, model = await self._photos.publish(edit), self._ports.model
        return Order(
            operation=model.operation(photos.pixels, request.resolution, at_most=edit.operation),
            prompt=full_prompt(request.command, request.words, reshaped=photos.is_reshaped),
            photos=photos.urls,
            shape=photos.shape,
            callback_url=self._callbacks.url(secret),
        )

    async def _balance(self) -> float | None:
        try:
            async with asyncio.timeout(_BALANCE_SECONDS):
                return await self._ports.model.credits()
        except (BotError, TimeoutError) as error:
            logger.debug("the balance is not known: %s", error)
            return None

    async def _forget_if_settled(self, edit: Edit) -> None:
        """If another replica has settled the edit in between, the photos published here must be deleted."""
        current = await self._ports.store.get(edit.id)
        if current is None or current.due_at is None:
            await self._photos.forget(edit)

    async def _create(self, edit: Edit, order: Order, balance: float | None) -> Edit | None:
        self._lease.ensure_holds(edit)
        try:
            task_id = await self._answer(edit, order)
        except GatewayDown:
            self._balances[edit.id] = balance
            raise
        if task_id is None:
            return None
        task = Task(task_id, submitted_at=self._sources.now())
        return await self._pending.move(edit, running(edit, task)) or await self._insist(edit, task)

    async def _answer(self, edit: Edit, order: Order) -> str | None:
        """The new task's id. None once the edit has moved on without it: a call may hang."""
        call = asyncio.ensure_future(self._ports.model.create(order))  # noqa: TID251 - ended below
        try:
            while not (await asyncio.wait((call,), timeout=_LOOK_SECONDS))[0]:
                if await self._has_moved(edit):
                    return None
            return call.result()
        finally:
            await end([call])

    async def _has_moved(self, edit: Edit) -> bool:
        try:
            current = await self._ports.store.get(edit.id)
        except Exception as error:  # noqa: BLE001 - no reason to give up a call that costs money
            logger.info("edit %s cannot be read while it is submitted: %r", edit.id, error)
            return False
        return current is None or current.state is not edit.state

    async def _insist(self, edit: Edit, task: Task) -> Edit | None:
        """The call's own answer is right, whatever task a callback has named meanwhile."""
        current = await self._ports.store.get(edit.id)
        if current is None or not isinstance(current.stage, Processing) or current.stage.task.id == task.id:
            return None
        return await self._ports.store.move(current, running(current, task))


def _with_card_of(carded: Edit, edit: Edit) -> Edit:
    return replace(edit, status_message_id=carded.status_message_id, has_lost_card=carded.has_lost_card)
