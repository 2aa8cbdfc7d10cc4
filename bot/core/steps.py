"""The four steps that bring an active edit further; each returns the edit as moved.

The same object back means "nothing to do yet", None that somebody else was faster.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.core.card_posting import Carding
from bot.core.clock import Clock
from bot.core.edits import Edit, EditState, PhotoKind
from bot.core.errors import EditFailed, Reason, ResultUnusable, TryLater
from bot.core.pacing import Pacing
from bot.core.pending_writes import Noting
from bot.core.pictures import ImageFormat
from bot.core.ports import (
    Chat,
    EditStore,
    Files,
    ImageModel,
    Images,
    Observer,
    Order,
    PhotoHost,
    Reply,
    TaskDone,
    TaskFailed,
    TaskMissing,
    TaskRunning,
    Turnstile,
)
from bot.core.presets import full_prompt, keeps_outline
from bot.core.replica import Replica

logger = logging.getLogger(__name__)

MAX_SUBMITS = 2
"""Create calls per edit that may have made a task: the second one only after the first was lost or failed."""
_CUT_CALL_WAIT = timedelta(seconds=5)
"""Before the second create call where no callback can tell of the first: what cut it may have passed."""
_CARD_GRACE_SECONDS = 0.2
"""For the status card, once everything else is ready for the create call."""
_MISSING_GRACE = timedelta(seconds=90)
_UNUSABLE_RESULTS_TAKEN = 4
"""A result without a usable image may still get one: looked at so often."""
_SUBMIT_AGAIN = frozenset({Reason.PHOTO_NOT_FETCHED, Reason.COULD_NOT_GENERATE, Reason.SERVICE_DOWN})
_SENT_AS = {PhotoKind.PHOTO: ImageFormat.JPEG, PhotoKind.STICKER: ImageFormat.PNG}


class Steps:
    """What is done in each state.

    `adoption_wait` is how long a callback may yet name the task of a create call that was cut.
    """

    def __init__(
        self,
        *,
        store: EditStore,
        model: ImageModel,
        host: PhotoHost,
        images: Images,
        files: Files,
        chat: Chat,
        pacing: Pacing,
        turnstile: Turnstile,
        replica: Replica,
        observer: Observer,
        callback_url: Callable[[str], str],
        adoption_wait: timedelta,
        now: Clock,
    ) -> None:
        self._store, self._model, self._host = store, model, host
        self._images, self._files, self._chat = images, files, chat
        self._pacing, self._callback_url, self._adoption_wait = pacing, callback_url, adoption_wait
        self._turnstile, self._replica, self._observer, self._now = turnstile, replica, observer, now
        self._noting = Noting(store)
        self._carding = Carding(chat, self._noting, replica, now)
        self.make_up, self.owes = self._noting.make_up, self._noting.owes
        self._unusable: Counter[str] = Counter()
        self._seen_running: dict[str, float] = {}

    async def submit(self, edit: Edit) -> Edit | None:
        """received: prepare and publish the photo, note "submitting", make the one call that costs money."""
        if edit.submits >= MAX_SUBMITS:
            raise EditFailed(Reason.SERVICE_DOWN, "no create call had a known outcome")
        ahead = await self._turnstile.ahead(edit, self._now())
        if ahead:
            self._chat.show(edit, ahead)
            return await self._carding.with_card(edit)
        card = asyncio.ensure_future(self._carding.with_card(edit))  # noqa: TID251 - gathered at once
        create = self._order_and_create(edit, card)
        carded, moved = await asyncio.gather(card, create, return_exceptions=True)
        if isinstance(moved, BaseException):
            raise moved
        if isinstance(carded, BaseException):
            logger.info("edit %s has no card: %r", edit.id, carded)
            return moved
        return moved and replace(moved, status_message_id=carded.status_message_id)

    async def _order_and_create(self, edit: Edit, card: asyncio.Future[Edit]) -> Edit | None:
        """The create call waits a moment for the card: who may not say that may not send a picture either."""
        order = await self._order(edit)
        await asyncio.wait((card,), timeout=_CARD_GRACE_SECONDS)
        carded = replace(edit, status_message_id=card.result().status_message_id) if card.done() else edit
        now = self._now()
        submitting = replace(
            carded,
            state=EditState.SUBMITTING,
            submits=edit.submits + 1,
            operation=self._model.operation,
            due_at=now + self._adoption_wait,
        )
        try:
            entered = await self._turnstile.enter(carded, submitting, now)
        except TryLater:
            await self._too_late(edit)
            return carded  # somebody else took the last place: it is asked for again in a moment
        if entered is None:
            await self._too_late(edit)
            return None
        return await self._create(entered, order)

    async def _order(self, edit: Edit) -> Order:
        jpeg, size = await self._images.prepare(await self._photo(edit))
        return Order(
            prompt=full_prompt(edit.command, edit.words),
            photo=await self._host.publish(edit.secret, jpeg),
            size=size,
            callback_url=self._callback_url(edit.secret),
        )

    async def _too_late(self, edit: Edit) -> None:
        """The edit ended while its photo was being published: take it down again."""
        current = await self._store.get(edit.id)
        if current is None or not current.is_active:
            await self._host.withdraw(edit.secret)
            await self._files.remove(edit.id, "photo")

    async def _create(self, edit: Edit, order: Order) -> Edit | None:
        self._replica.ensure_holds(edit)
        task_id = await self._model.create(order)
        now = self._now()
        processing = replace(
            edit,
            state=EditState.PROCESSING,
            task_id=task_id,
            submitted_at=now,
            due_at=now,
            attempts=0,
            hindrance=None,
        )
        return await self._noting.note(edit, processing)

    async def await_callback(self, edit: Edit) -> Edit | None:
        """submitting, and the call was cut: from now on a callback may tell of its task, for a while."""
        wait = max(self._adoption_wait, _CUT_CALL_WAIT)
        return await self._store.move(edit, replace(edit, due_at=self._now() + wait))

    async def resubmit(self, edit: Edit) -> Edit | None:
        """submitting, found later: nobody knows whether the task exists, and no callback told. Once more."""
        return await self._store.move(edit, replace(edit, state=EditState.RECEIVED))

    async def check(self, edit: Edit) -> Edit | None:
        """processing: ask how the task is doing; a finished one is fetched and fitted at once."""
        if edit.task_id is None or edit.submitted_at is None:
            raise EditFailed(Reason.TASK_LOST, "processing without a task")
        self._observer.looked()
        age = self._now() - edit.submitted_at
        match await self._model.check(edit.task_id):
            case TaskDone(urls=urls, seconds=seconds):
                took = seconds or self._midpoint(edit, age.total_seconds())
                self._observer.found_done(edit.operation, took, age.total_seconds() - took)
                return await self._finish(edit, urls, took)
            case TaskFailed(reason=reason, detail=detail):
                if reason in _SUBMIT_AGAIN and edit.submits < MAX_SUBMITS:
                    return await self._store.move(edit, replace(edit, state=EditState.RECEIVED, task_id=None))
                raise EditFailed(reason, detail)
            case TaskMissing():
                if age > _MISSING_GRACE:
                    raise EditFailed(Reason.TASK_LOST)
            case TaskRunning():
                if age >= self._pacing.timeout:
                    raise EditFailed(Reason.TIMED_OUT)
        self._seen_running[edit.id] = age.total_seconds()
        return edit

    async def _finish(self, edit: Edit, urls: tuple[str, ...], seconds: float) -> Edit | None:
        try:
            if not urls:
                raise ResultUnusable("done without an image")
            fitted = await self._images.fit(
                await self._model.fetch(urls),
                await self._photo(edit),
                as_format=_SENT_AS.get(edit.photo_kind),
                keep_alpha=keeps_outline(edit.command),
            )
        except ResultUnusable as error:
            self._unusable[edit.id] += 1
            if self._unusable[edit.id] >= _UNUSABLE_RESULTS_TAKEN:
                raise EditFailed(Reason.NO_IMAGE, str(error)) from error
            return edit
        await self._files.put(edit.id, "result", fitted.content)
        ready = await self._noting.note(
            edit,
            replace(
                edit,
                state=EditState.READY,
                due_at=self._now(),
                task_seconds=seconds,
                width=fitted.size.width,
                height=fitted.size.height,
                format=fitted.format,
                cropped=fitted.cropped,
            ),
        )
        self.forget(edit)
        self._pacing.learn(edit.operation, [seconds])
        return ready

    async def deliver(self, edit: Edit) -> Edit | None:
        """ready: note the attempt, send the reply, note that it arrived."""
        content = await self._files.get(edit.id, "result")
        if content is None or edit.size is None or edit.format is None:
            return await self._store.move(edit, replace(edit, state=EditState.PROCESSING))
        noted = await self._store.move(edit, replace(edit, sends=edit.sends + 1))
        if noted is None:
            return None
        self._replica.ensure_holds(noted)
        message_id = await self._chat.deliver(edit, Reply(content, edit.size, edit.format))
        now = self._now()
        return await self._noting.note(
            noted,
            replace(
                noted,
                state=EditState.DELIVERED,
                due_at=now,
                ended_at=now,
                result_message_id=message_id,
                attempts=0,
            ),
        )

    async def _photo(self, edit: Edit) -> bytes:
        """The person's bytes, from our side where they are still kept."""
        kept = await self._files.get(edit.id, "photo")
        if kept is None:
            kept = await self._chat.download(edit)
            await self._files.put(edit.id, "photo", kept)
        return kept

    def _midpoint(self, edit: Edit, age: float) -> float:
        """How long the task took, as far as looking at it can tell."""
        return (self._seen_running.get(edit.id, 0.0) + age) / 2

    def forget(self, edit: Edit) -> None:
        """What was noted in memory about the edit's task."""
        self._noting.forget(edit)
        self._carding.forget(edit)
        self._unusable.pop(edit.id, None)
        self._seen_running.pop(edit.id, None)
