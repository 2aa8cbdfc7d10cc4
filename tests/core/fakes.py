"""The other rooms as the core sees them, each in a few lines. Their calls pass `World.call`."""
# ruff: noqa: ARG002 - a fake has the parameters of what it stands for

import io
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import BinaryIO

from bot.core.edits import Edit
from bot.core.errors import Reason, TryLater
from bot.core.limits import Admission, Limits, Refusal
from bot.core.pictures import Fitted, ImageFormat, Size
from bot.core.ports import Arrived, FileKind, Reply
from bot.core.provider import ITS_TURN, Order, Place, PublicUrl, TaskRunning, TaskStatus
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.shapes import Shape
from bot.core.stages import Held, Received

Call = Callable[[str], Awaitable[None]]
NAME = "replica-1"


class FakeStore:
    """Rows in a dictionary, with the guards of the real one."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.rows: dict[str, Edit] = {}
        self.refusal: Refusal | None = None

    async def admit(
        self, edit: Edit, limits: Limits, now: datetime, *, others: Sequence[Edit] = (), once: bool = False
    ) -> Admission:
        await self._call("admit")
        known = [row for row in self.rows.values() if row.request.update_id == edit.request.update_id]
        if known:
            return known[0]
        wants_hold = isinstance(edit.stage, Held)
        if self.refusal and not (wants_hold and self.refusal.retry_at):
            return self.refusal
        if wants_hold:
            at = self.refusal.retry_at if self.refusal else None
            edit = replace(edit, stage=Held(at) if at else Received())
        for each in (edit, *others):
            self.rows[each.id] = replace(each, stage=edit.stage)
        return edit

    async def series_of(self, edit: Edit) -> Sequence[Edit]:
        series = [row for row in self.rows.values() if row.request.update_id == edit.request.update_id]
        return sorted(series, key=lambda row: row.request.series_number)

    async def move_all(self, moves: Sequence[tuple[Edit, Edit]]) -> Sequence[Edit | None]:
        await self._call("move_all")
        return [self.write(before, after) for before, after in moves]

    async def get(self, edit_id: str) -> Edit | None:
        return self.rows.get(edit_id)

    def recall(self, edit_id: str) -> Edit | None:
        return None

    async def move(self, before: Edit, after: Edit) -> Edit | None:
        await self._call("move")
        return self.write(before, after)

    def write(self, before: Edit, after: Edit) -> Edit | None:
        row = self.rows[before.id]
        seen = (row.state, row.owner) == (before.state, before.owner)
        still_to_tell = after.due_at is not None and not after.is_told
        told = (row.status_message_id, row.is_late) == (before.status_message_id, before.is_late)
        card_known = still_to_tell or told
        if not (seen and card_known):
            return None
        names = [
            each.name for each in fields(Edit) if getattr(after, each.name) != getattr(before, each.name)
        ]
        self.rows[before.id] = replace(row, **{name: getattr(after, name) for name in names})
        return after

    async def release(self, held: Edit, limits: Limits, now: datetime) -> Edit | None:
        await self._call("release")
        if self.refusal:
            return held
        return self.write(held, replace(held, stage=Received(), created_at=now, due_at=now))

    async def end(self, before: Edit, after: Edit, limits: Limits) -> Edit | None:
        await self._call("move")
        return self.write(before, after)

    async def note_card(self, edit: Edit, message_id: int | None, now: datetime) -> Edit | None:
        await self._call("note_card")
        row = self.rows[edit.id]
        if row.owner != edit.owner:
            return None
        if message_id is None:
            noted = replace(row, has_lost_card=True)
        else:
            due_at = row.due_at if row.is_active else now
            noted = replace(row, status_message_id=message_id, due_at=due_at, is_told=False)
        self.rows[edit.id] = noted
        return noted

    async def durations(self, operation: str, count: int) -> Sequence[float]:
        return []

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        moved = [row for row in self.rows.values() if row.chat_id == old_chat_id]
        for row in moved:
            self.rows[row.id] = replace(row, request=replace(row.request, chat_id=new_chat_id))
        return bool(moved)


class FakeModel:
    """Tasks run until a test says otherwise."""

    shapes = (1.5,)

    def __init__(self, call: Call) -> None:
        self._call = call
        self.orders: list[Order] = []
        self.status: TaskStatus = TaskRunning()
        self.photo_names: dict[str, str] = {}
        self.balance = 100.0
        self.largest = "nano-banana@1K"

    def operation(self, pixels: int | None, resolution: str | None = None, at_most: str = "") -> str:
        return min(self.largest, at_most) if at_most.startswith("nano") else self.largest

    def price(self, operation: str) -> float:
        return 4.0

    def photo_side(self, operation: str) -> int:
        return 2048

    async def create(self, order: Order) -> str:
        await self._call("create")
        self.orders.append(order)
        self.balance -= 4
        task_id = f"task-{len(self.orders)}"
        named = order.photos[0].value if order.photos else order.callback_url
        self.photo_names[task_id] = named.rpartition("/")[2]
        await self._call("created")
        return task_id

    async def check(self, task_id: str) -> TaskStatus:
        await self._call("check")
        return self.status

    async def names(self, task_id: str, secret: str) -> bool:
        await self._call("names")
        return self.photo_names.get(task_id) == secret

    async def credits(self) -> float:
        await self._call("credits")
        return self.balance

    async def fetch(self, urls: Sequence[str]) -> bytes:
        await self._call("fetch")
        return f"result at {urls[0]}".encode()


class FakePhotoHost:
    def __init__(self, call: Call) -> None:
        self._call = call
        self.hosted: dict[str, bytes] = {}

    async def publish(self, name: str, jpeg: bytes) -> PublicUrl:
        await self._call("publish")
        self.hosted[name] = jpeg
        return PublicUrl(f"https://photos.example/{name}")

    async def withdraw(self, name: str) -> None:
        await self._call("withdraw")
        self.hosted.pop(name, None)


class FakeImages:
    """Pictures are words here."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.shapes: list[tuple[float, ...]] = []
        self.wanted: list[Shape | None] = []
        self.longest: list[int] = []

    async def prepare(
        self,
        photo: bytes,
        shapes: Sequence[float] = (),
        *,
        wanted: Shape | None = None,
        longest: int = 2048,
    ) -> tuple[bytes, Size]:
        await self._call("prepare")
        self.shapes.append(tuple(shapes))
        self.wanted.append(wanted)
        return b"prepared " + photo, Size(len(photo), 100)

    async def fit(
        self,
        result: bytes,
        photo: bytes | None,
        *,
        wanted: Shape | None = None,
        as_format: ImageFormat | None,
        keep_alpha: bool,
        shapes: Sequence[float] = (),
    ) -> Fitted:
        await self._call("fit")
        self.shapes.append(tuple(shapes))
        self.wanted.append(wanted)
        size = wanted if isinstance(wanted, Size) else Size(len(photo or b"new"), 100)
        return Fitted(result + b" for " + (photo or b"nothing"), size, as_format or ImageFormat.PNG, 0.25)


class FakeFiles:
    def __init__(self, call: Call) -> None:
        self._call = call
        self.kept: dict[tuple[str, FileKind], bytes] = {}

    async def put(self, edit_id: str, kind: FileKind, content: bytes) -> None:
        await self._call("put")
        self.kept[edit_id, kind] = content

    async def get(self, edit_id: str, kind: FileKind) -> bytes | None:
        return self.kept.get((edit_id, kind))

    async def size(self, edit_id: str, kind: FileKind) -> int | None:
        kept = self.kept.get((edit_id, kind))
        return None if kept is None else len(kept)

    async def open(self, edit_id: str, kind: FileKind) -> BinaryIO | None:
        kept = self.kept.get((edit_id, kind))
        return None if kept is None else io.BytesIO(kept)

    async def remove(self, edit_id: str, kind: FileKind) -> None:
        self.kept.pop((edit_id, kind), None)


class FakeChat:
    """What a chat was sent, in `said`; an edit's end is sent anew where it has no card."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.said: list[str] = []
        self.shown: list[Edit] = []
        self.alerts: list[Reason] = []
        self.replies: list[tuple[Edit, Reply]] = []
        self.carded: list[Place] = []
        self._message_ids = itertools.count(500)

    async def download(self, photo: PhotoRef) -> bytes:
        await self._call("download")
        return photo.file_id.encode()

    async def post_card(self, edit: Edit, place: Place = ITS_TURN) -> int:
        await self._call("post_card")
        self.carded.append(place)
        return self._say("card")

    def show(self, edit: Edit, place: Place = ITS_TURN) -> None:
        self.shown.append(edit)

    async def deliver(self, edit: Edit, reply: Reply) -> Arrived:
        await self._call("deliver")
        self.replies.append((edit, reply))
        message_id = self._say("result")
        return Arrived(message_id, PhotoRef(f"reply {message_id}", PhotoKind.PHOTO))

    async def deliver_series(self, edits: Sequence[Edit], *, silent: bool) -> Sequence[Arrived]:
        await self._call("deliver_series")
        numbers = ", ".join(str(each.request.series_number) for each in edits)
        self.said.append(f"album of {numbers}{' silently' if silent else ''}")
        ids = [next(self._message_ids) for _ in edits]
        await self._call("delivered_series")
        return [Arrived(each, PhotoRef(f"reply {each}", PhotoKind.PHOTO)) for each in ids]

    async def settle_series(self, series: Sequence[Edit]) -> int | None:
        await self._call("settle_series")
        return self._say("end of " + ", ".join(each.state for each in series))

    async def settle(self, edit: Edit) -> int | None:
        await self._call("settle")
        return self._say("end") if edit.status_message_id is None and edit.failure else None

    async def alert_admins(self, edit: Edit, reason: Reason) -> None:
        self.alerts.append(reason)

    def _say(self, what: str) -> int:
        self.said.append(what)
        return next(self._message_ids)


class FakeBudget:
    """Room for everybody, unless `line` says where one stands."""

    def __init__(self, call: Call, store: FakeStore) -> None:
        self._call, self._store = call, store
        self.line = ITS_TURN

    async def place(self, edit: Edit, now: datetime) -> Place:
        await self._call("place")
        return self.line

    async def enter(self, before: Edit, after: Edit, now: datetime) -> Edit | None:
        await self._call("enter")
        return self._store.write(before, after)


class FakeObserver:
    def __init__(self) -> None:
        self.states: list[str] = []
        self.refusals: list[Reason] = []
        self.durations: list[tuple[float, float]] = []

    def moved(self, edit: Edit, now: datetime) -> None:
        self.states.append(edit.state)

    def looked(self) -> None:
        pass

    def found_done(self, operation: str, seconds: float, delay: float) -> None:
        self.durations.append((seconds, delay))

    def refused(self, reason: Reason) -> None:
        self.refusals.append(reason)


class FakeReplica:
    """The lease and the workload of this process."""

    def __init__(self) -> None:
        self.name = NAME
        self.may_begin = self.has_room = True

    def owns(self, edit: Edit) -> bool:
        return edit.owner == self.name

    def ensure_holds(self, edit: Edit) -> None:
        if not (self.owns(edit) and self.may_begin):
            raise TryLater(1, "not ours")
