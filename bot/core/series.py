"""Series: the edits that one album asks for. Each lives by itself; they have one card, and one reply.

Each waits with its picture for the others. The first of those that are to be sent sends for all of them; the
first of the series has the card, and says how all of it ended.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.errors import BotError, ChatMoved, EditFailed, OutcomeUnknown
from bot.core.pending_writes import PendingWrites
from bot.core.ports import Arrived, Lease, Ports, Wake
from bot.core.requests import PhotoKind
from bot.core.stages import Delivered, Processing, Ready, Received

PATIENCE = timedelta(seconds=60)
"""So long the first finished picture waits for the others."""
MOST_TOGETHER, MOST_BYTES_TOGETHER = 10, 45_000_000
"""In one album: what Telegram takes in one message, and in one request."""

Tell = Callable[[Edit, Edit], None]
"""Told of each move."""


def ready_at(edit: Edit) -> datetime:
    """When the picture of a ready edit was finished."""
    task, result = edit.task, edit.result
    if task is None or result is None:
        raise ValueError("it is not ready")
    return task.submitted_at + timedelta(seconds=result.task_seconds)


def is_at_work(edit: Edit) -> bool:
    """Whether the others of its series wait for it."""
    return edit.is_active and not isinstance(edit.stage, Ready)


def awaited_of(series: Sequence[Edit]) -> Edit:
    """The one that the others wait for; else one that is ready, else the first."""
    ready = (each for each in series if each.is_active)
    return next((each for each in series if is_at_work(each)), next(ready, series[0]))


def to_be_sent(series: Sequence[Edit], now: datetime) -> list[Edit]:
    """The finished ones that go together now, in order: pictures, or files. None while others come soon.

    What comes after the first reply waits for nothing.
    """
    ready = [each for each in series if isinstance(each.stage, Ready)]
    if not ready:
        return []
    has_begun = any(isinstance(each.stage, Delivered) for each in series)
    is_late = now >= min(map(ready_at, ready)) + PATIENCE
    if any(map(is_at_work, series)) and not (has_begun or is_late):
        return []
    return [each for each in ready if _is_photo(each) is _is_photo(ready[0])]


def fitting(sizes: Sequence[int]) -> int:
    """How many files of these sizes, in bytes, go into the first album: one at least."""
    sums = itertools.accumulate(sizes[:MOST_TOGETHER])
    return max(1, sum(bytes_ <= MOST_BYTES_TOGETHER for bytes_ in sums))


def _is_photo(edit: Edit) -> bool:
    return edit.request.kind is PhotoKind.PHOTO


class SeriesSteps:
    """The steps that the edits of a series take together. All of them are one replica's."""

    def __init__(
        self, ports: Ports, pending: PendingWrites, lease: Lease, now: Clock, wake: Wake, tell: Tell
    ) -> None:
        self._store, self._chat, self._files = ports.store, ports.chat, ports.files
        self._pending, self._lease, self._now = pending, lease, now
        self._wake, self._tell = wake, tell
        self._introduced = set[tuple[str, int]]()
        self._one_by_one, self._sending = set[int](), set[int]()

    async def introduce(self, edit: Edit) -> None:
        """Show all of the series on its card, which this replica may not know yet."""
        if self._under_our_name(edit) in self._introduced:
            return
        series = await self._store.series_of(edit)
        if any(each.is_active for each in series):
            self._introduced.add(self._under_our_name(edit))
        for each in sorted(series, key=lambda each: not each.is_active):
            self._chat.show(each)

    def _under_our_name(self, edit: Edit) -> tuple[str, int]:
        """After an absence the replica has another name, and has forgotten all cards."""
        return self._lease.name, edit.request.update_id

    async def rouse(self, moved: Edit) -> None:
        """Have the others look: they were given their places too, or wait for nothing any more."""
        series, has_place = await self._store.series_of(moved), isinstance(moved.stage, Received)
        if has_place or isinstance(moved.stage, Delivered) or not any(map(is_at_work, series)):
            for each in series:
                if each.id != moved.id and each.due_at is not None and is_at_work(each) is has_place:
                    await self._wake(each)

    async def deliver(self, edit: Edit) -> Edit | None:
        """Send what is to be sent, if this edit is the first of it; else wake that one.

        The same value means that it waits for others, None that somebody else was faster.
        """
        update_id = edit.request.update_id
        if update_id in self._sending:  # it is woken when that has been sent
            return edit
        self._sending.add(update_id)
        try:
            return await self._deliver(edit)
        finally:
            self._sending.discard(update_id)

    async def _deliver(self, edit: Edit) -> Edit | None:
        series = await self._written(edit)
        if (lost := await self._without_file(series)) is not None:
            return lost if lost.id == edit.id else edit
        batch = await self._batch(series)
        if not batch:
            return edit
        if batch[0].id != edit.id:
            await self._wake(batch[0])
            return edit
        has_begun = any(isinstance(each.stage, Delivered) for each in series)
        rings = not has_begun and not any(each.sends for each in batch)
        noted = await self._store.move_all([(each, replace(each, sends=each.sends + 1)) for each in batch])
        sent = [each for each in noted if each is not None]
        if not sent or sent[0].id != edit.id:
            return None
        try:
            arrived = await self._send(sent, rings=rings)
        except EditFailed:
            if len(sent) == 1:
                raise
            self._one_by_one.add(edit.request.update_id)
            return await self._deliver(edit)
        return await self._note(sent, arrived)

    async def _written(self, edit: Edit) -> Sequence[Edit]:
        """The series, with what is pending of it: others may have arrived."""
        series = await self._store.series_of(edit)
        pending = [each for each in series if self._pending.has_pending(each)]
        for each in pending:
            if (moved := await self._pending.flush_pending(each)) is not None:
                self._tell(each, moved)
        return await self._store.series_of(edit) if pending else series

    async def _without_file(self, series: Sequence[Edit]) -> Edit | None:
        """A finished one whose file is gone, fetched anew."""
        for each in series:
            if isinstance(each.stage, Ready) and await self._files.size(each.id, "result") is None:
                again = replace(each, stage=Processing(each.stage.task), attempts=0)
                moved = await self._store.move(each, again)
                if moved is not None:
                    await self._wake(moved)
                    return moved
        return None

    async def _batch(self, series: Sequence[Edit]) -> list[Edit]:
        """As many of those that are to be sent as go into one album."""
        batch = [each for each in to_be_sent(series, self._now()) if self._lease.owns(each)]
        if batch and batch[0].request.update_id in self._one_by_one:
            return batch[:1]
        sizes = [await self._files.size(each.id, "result") or 0 for each in batch]
        return batch[: fitting(sizes)]

    async def _send(self, batch: Sequence[Edit], *, rings: bool) -> Sequence[Arrived]:
        """If it cannot have arrived, the attempt is taken back."""
        try:
            self._lease.ensure_holds(batch[0])
            return await self._chat.deliver_series(batch, silent=not rings)
        except OutcomeUnknown:
            raise
        except BotError as error:
            # What follows from an error takes back the attempt of the edit whose step it was.
            noted = batch if isinstance(error, EditFailed | ChatMoved) else batch[1:]
            await self._store.move_all([(each, replace(each, sends=each.sends - 1)) for each in noted])
            raise

    async def _note(self, batch: Sequence[Edit], arrived: Sequence[Arrived]) -> Edit | None:
        """They have arrived."""
        now, moves = self._now(), list[tuple[Edit, Edit]]()
        for each, there in zip(batch, arrived, strict=True):
            if isinstance(each.stage, Ready):
                task, result = each.stage.task, each.stage.result
                stage = Delivered(task, result, there.message_id, now, there.photo, there.file_message_id)
                moves.append((each, replace(each, stage=stage, due_at=now, attempts=0, blocked_by=None)))
        first, *others = await self._pending.move_all(moves)
        for (before, _), after in zip(moves[1:], others, strict=True):
            if after is not None:
                self._tell(before, after)
        return first

    async def goes_on(self, edit: Edit) -> bool:
        """Whether an edit that has ended waits for the others, to say how all of it ended."""
        if edit.request.series_number > 1 or edit.is_told:
            return False
        return any(each.is_active for each in await self._store.series_of(edit))

    async def show_end(self, edit: Edit) -> int | None:
        """The first edit's: say how all of it ended. After another one's late end, it is said anew.

        Returns the id of a new message, if that needed one.
        """
        head, *others = await self._store.series_of(edit)
        if edit.id == head.id:
            self._introduced.discard(self._under_our_name(edit))
            self._one_by_one.discard(edit.request.update_id)
            return await self._chat.settle_series([head, *others])
        if head.is_told and head.due_at is None and head.status_message_id is not None:
            await self._wake(await self._pending.note_card(head, head.status_message_id, self._now()))
        return None
