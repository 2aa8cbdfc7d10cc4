"""What the core needs from other rooms, as Protocols; app.py passes the real objects in."""

import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal, Protocol

from bot.core.clock import Clock, NewId
from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.limits import Admission, Limits
from bot.core.pictures import PREPARED_SIDE, Fitted, ImageFormat, Size
from bot.core.provider import ITS_TURN, ImageModel, PhotoHost, Place, ProviderBudget
from bot.core.requests import PhotoRef
from bot.core.shapes import Shape


class EditStore(Protocol):
    """The edits' table."""

    async def admit(
        self, edit: Edit, limits: Limits, now: datetime, *, others: Sequence[Edit] = (), once: bool = False
    ) -> Admission:
        """Insert `edit` if every rule has a place for it, in one transaction.

        With the `others` of its series: all of them, if there is one for each.
        A Held edit is inserted as Received where there is a place, else as Held if it may wait for one.
        A second admission of the same `update_id` returns the edit of the first and counts nothing; with
        `once`, so does one of the same request while the person's first has not ended.
        """

    async def release(self, held: Edit, limits: Limits, now: datetime) -> Edit | None:
        """Make a held edit Received if it has a place now; those held before it go first.

        With it goes what else is held of its series, if there is a place for each.
        Returns it as it is then, None if somebody else moved it.
        """

    async def get(self, edit_id: str) -> Edit | None:
        """The edit as it stands, or None."""

    async def series_of(self, edit: Edit) -> Sequence[Edit]:
        """Every edit of its series, or it alone, in order."""

    def recall(self, edit_id: str) -> Edit | None:
        """What `get` would return, from memory, for an edit whose task is running; None if not in memory."""

    async def move(self, before: Edit, after: Edit) -> Edit | None:
        """Write what differs, if the row still has the state and the owner of `before`.

        Returns `after`, or None if somebody else was faster.
        """

    async def move_all(self, moves: Sequence[tuple[Edit, Edit]]) -> Sequence[Edit | None]:
        """Each `move`, in one transaction: what was moved, None for each where somebody else was faster."""

    async def end(self, before: Edit, after: Edit, limits: Limits) -> Edit | None:
        """The `move` to an edit's end. Notes whether one that was paid for in vain is forgiven."""

    async def note_card(self, edit: Edit, message_id: int | None, now: datetime) -> Edit | None:
        """Write the status card's message id, at any stage of the edit.

        Without an id: write that a card may have arrived. With one, an edit that has ended becomes due again,
        so that its card shows the end. Returns the edit as it is then, None if it is another replica's.
        """

    async def durations(self, operation: str, count: int) -> Sequence[float]:
        """Seconds that the last `count` tasks of an operation took, oldest first."""

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        """Move all rows of a group to the supergroup that it became. True the first time."""


Wake = Callable[[Edit], Awaitable[None]]
"""Makes the replica that holds an edit look at it now."""


class Lease(Protocol):
    """Whether this process may still act for the edits that it holds."""

    @property
    def name(self) -> str:
        """Written into its edits as their `owner`. Changes after an absence."""

    @property
    def may_begin(self) -> bool:
        """Whether it may start another step of an edit."""

    def owns(self, edit: Edit) -> bool:
        """Whether this process was the owner of the edit when `edit` was read."""

    def ensure_holds(self, edit: Edit) -> None:
        """Called before anything that people or the provider see. TryLater if the edit may be another's."""


class Workload(Protocol):
    """How much this process has to do."""

    @property
    def has_room(self) -> bool:
        """Whether it keeps the edits that it admits, instead of leaving them for any replica to claim."""


class Observer(Protocol):
    """Counts what happens, for the metrics."""

    def moved(self, edit: Edit, now: datetime) -> None:
        """An edit has moved to another state."""

    def looked(self) -> None:
        """A task was asked about."""

    def found_done(self, operation: str, seconds: float, delay: float) -> None:
        """A task that took `seconds` was found done `delay` seconds after its end."""

    def refused(self, reason: Reason) -> None:
        """A request was not accepted."""


class Images(Protocol):
    """Pillow, off the event loop. Raises PhotoRefused for a bad photo, ResultUnusable for a bad result."""

    async def prepare(
        self,
        photo: bytes,
        shapes: Sequence[float] = (),
        *,
        wanted: Shape | None = None,
        longest: int = PREPARED_SIDE,
    ) -> tuple[bytes, Size]:
        """The JPEG for the provider, and the photo's exact size.

        It is extended to the `wanted` shape, and that to the nearest of these; its long side is at most
        `longest`.
        """

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
        """The result in the `wanted` shape and in `as_format`, or else exactly in the photo's own.

        A ratio has as many pixels as the photo, or without one as were painted. With the `shapes` that its
        photo was prepared with, what it was extended by is cut off.
        """


FileKind = Literal["photo", "result"]


class Files(Protocol):
    """Our files, one per edit and kind."""

    async def put(self, edit_id: str, kind: FileKind, content: bytes) -> None:
        """Keep `content`, on disk before this returns."""

    async def get(self, edit_id: str, kind: FileKind) -> bytes | None:
        """What was kept, or None."""

    async def size(self, edit_id: str, kind: FileKind) -> int | None:
        """How many bytes were kept, or None."""

    async def open(self, edit_id: str, kind: FileKind) -> BinaryIO | None:
        """The file, to read and to close, or None."""

    async def remove(self, edit_id: str, kind: FileKind) -> None:
        """Delete it, if it is there."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A finished result to send: its bytes, or the open file that has them."""

    content: bytes | BinaryIO
    size: Size
    format: ImageFormat

    @property
    def byte_count(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.seek(0, io.SEEK_END)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A reply in its chat: its message, the picture as Telegram has it if that is told, and an added file."""

    message_id: int
    photo: PhotoRef | None
    file_message_id: int | None = None


class Chat(Protocol):
    """The person's side: Telegram. Raises TryLater, OutcomeUnknown, ChatGone, ChatMoved, EditFailed."""

    async def download(self, photo: PhotoRef) -> bytes:
        """The photo's bytes from Telegram. PhotoRefused if it is too big, or gone."""

    async def post_card(self, edit: Edit, place: Place = ITS_TURN) -> int | None:
        """Send the edit's status card with its place in the line, silently; returns its message id.

        None: the chat wants no cards.
        """

    def show(self, edit: Edit, place: Place = ITS_TURN) -> None:
        """The edit or its place in the line has changed: show that on its card when that may be edited."""

    async def deliver(self, edit: Edit, reply: Reply) -> Arrived:
        """Send the result as a reply to the photo.

        If `edit.sends` says that an earlier attempt may have arrived, the card is turned into the result
        instead, silently.
        """

    async def deliver_series(self, edits: Sequence[Edit], *, silent: bool) -> Sequence[Arrived]:
        """Send the kept results of 1 to 10 edits of a series in one reply, in order.

        EditFailed for several: Telegram does not take them together.
        """

    async def settle_series(self, series: Sequence[Edit]) -> int | None:
        """The whole series has ended: have its card say how, under what has arrived.

        The card is its first edit's. If that needs a new message, returns its id, else None.
        """

    async def settle(self, edit: Edit) -> int | None:
        """The edit has ended: delete its card, or have it say what happened.

        If that needs a new message, returns its id, else None. May be repeated once that id is noted as the
        edit's card.
        """

    async def alert_admins(self, edit: Edit, reason: Reason) -> None:
        """Tell the admins, at most once in a while, that they have to fix `reason`."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The other rooms, as the core sees them."""

    store: EditStore
    model: ImageModel
    photo_host: PhotoHost
    images: Images
    files: Files
    chat: Chat
    budget: ProviderBudget
    observer: Observer


@dataclass(frozen=True, slots=True)
class Sources:
    """Where moments, ids and secrets come from."""

    now: Clock
    new_id: NewId
    new_secret: NewId
