"""An edit: one person's request to change a photo, from received to delivered."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from bot.core.errors import Reason
from bot.core.pictures import ImageFormat, Size
from bot.core.shapes import Shape, with_shape


class EditState(StrEnum):
    """The name of each stage, as used in the database and the metrics."""

    HELD = "held"
    RECEIVED = "received"
    SUBMITTING = "submitting"
    PROCESSING = "processing"
    READY = "ready"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


_FINER = {"1K": "2K", "2K": "4K"}

ADMITTED = frozenset({EditState.RECEIVED, EditState.SUBMITTING, EditState.PROCESSING, EditState.READY})
"""Edits in these states have their place and have not ended."""
ACTIVE = ADMITTED | {EditState.HELD}
CANCELLABLE = ACTIVE - {EditState.READY}
NOT_COUNTED = frozenset({EditState.HELD, EditState.FAILED, EditState.CANCELLED})
"""Edits in these states count in no window, except for those that are charged as a waste."""


class Waste(StrEnum):
    """What became of an edit's place when it was paid for in vain, by the doing of its person or chat."""

    FORGIVEN = "forgiven"
    CHARGED = "charged"


class PhotoKind(StrEnum):
    """How the photo was sent. The result is sent the same way (for a sticker, as a file)."""

    PHOTO = "photo"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class PhotoRef:
    """A photo as Telegram names it: an id, never a URL.

    `has_spoiler`: it was sent covered. `is_protected`: it may not be forwarded or saved. So is the reply.
    `pixels`: how many it has, where Telegram tells that before it is fetched.
    """

    file_id: str
    kind: PhotoKind
    file_name: str | None = None
    has_spoiler: bool = False
    is_protected: bool = False
    pixels: int | None = field(default=None, compare=False)


class Extra(StrEnum):
    """What is sent beside a result when somebody asks: the file, or it and the photo in one picture."""

    FILE = "file"
    COMPARISON = "comparison"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, parsed, before it is accepted.

    `command` is `edit` or a preset's name, `words` what the person wrote after it. The result replies to
    `photo_message_id`, the status card to `request_message_id`; for a caption they are the same. Without
    `photos` a new picture is made from the words alone. `parent` is the id of the edit whose result is
    changed: then the first photo is that result as Telegram has it. `step` counts the edits from the first
    photo to this one. `shape` is that of the result, where it is not the photo's own. `resolution` is the
    model's, where one was asked for.

    An album asks for a series: `series_count` edits with the same `update_id`, numbered from 1.
    """

    update_id: int
    chat_id: int
    thread_id: int | None
    request_message_id: int
    photo_message_id: int
    requester_id: int
    language: str
    command: str
    words: str
    photos: tuple[PhotoRef, ...]
    parent: str | None = None
    step: int = 1
    series_number: int = 1
    series_count: int = 1
    shape: Shape | None = None
    resolution: str | None = None

    @property
    def photo(self) -> PhotoRef | None:
        """The photo whose size the result gets, unless a shape was asked for."""
        return self.photos[0] if self.photos else None

    @property
    def kind(self) -> PhotoKind:
        """How the result is sent."""
        return self.photos[0].kind if self.photos else PhotoKind.PHOTO

    @property
    def has_spoiler(self) -> bool:
        return bool(self.photos) and self.photos[0].has_spoiler

    @property
    def is_protected(self) -> bool:
        return bool(self.photos) and self.photos[0].is_protected

    @property
    def pixels(self) -> int | None:
        """How many pixels the result is to have; 0 for as many as are painted, None while it is not known."""
        if isinstance(self.shape, Size):
            return self.shape.pixels
        return self.photos[0].pixels if self.photos else 0

    @property
    def said(self) -> str:
        """The shape and the words, as they were written."""
        return with_shape(self.shape, self.words)

    @property
    def is_private(self) -> bool:
        """Telegram gives people positive ids and groups negative ones."""
        return self.chat_id > 0

    def asks_the_same(self, other: "Request") -> bool:
        """Whether both ask for the same edit of the same photos, each alone or in as long a series."""
        return _what(self) == _what(other)


def _what(request: Request) -> tuple[object, ...]:
    of_model = request.shape, request.resolution
    return (request.photos, request.command, request.words, request.series_count, *of_model)


@dataclass(frozen=True, slots=True)
class Task:
    """The provider's remote work for an edit."""

    id: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """A finished picture. `task_seconds`: how long its task took. `cropped`: the share cut away, 0 to 1.

    `enlarged`: how many times as wide as painted it is.
    """

    task_seconds: float
    size: Size
    format: ImageFormat
    cropped: float
    enlarged: float = 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """It waits for a place within the limits, which it expects at `place_at`."""

    place_at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """Accepted. No task is running."""


@dataclass(frozen=True, slots=True)
class Submitting:
    """A create call is running. If an edit is found in this state later, its task may or may not exist."""


@dataclass(frozen=True, slots=True)
class Processing:
    """The provider works on it."""

    task: Task


@dataclass(frozen=True, slots=True)
class Ready:
    """The picture is in our files and waits to be sent."""

    task: Task
    result: Result


@dataclass(frozen=True, slots=True)
class Delivered:
    """It has arrived as the message `message_id`. `photo`: the reply as Telegram has it, where known.

    `file_message_id`: the file with the exact size, where that had to be added.
    """

    task: Task
    result: Result
    message_id: int
    ended_at: datetime
    photo: PhotoRef | None = None
    file_message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It ended without a picture. Its task, if there was one, may still be running at the provider.

    `photo`: the number of the photo that is the reason, where there are several.
    """

    reason: Reason
    ended_at: datetime
    task: Task | None = None
    photo: int | None = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The requester stopped it. Its task, if there was one, may still be running at the provider."""

    ended_at: datetime
    task: Task | None = None


Stage: TypeAlias = Held | Received | Submitting | Processing | Ready | Delivered | Failed | Cancelled
"""Where an edit is in its life, with what is known at that stage only."""

_STATES: dict[type[Stage], EditState] = {
    Held: EditState.HELD,
    Received: EditState.RECEIVED,
    Submitting: EditState.SUBMITTING,
    Processing: EditState.PROCESSING,
    Ready: EditState.READY,
    Delivered: EditState.DELIVERED,
    Failed: EditState.FAILED,
    Cancelled: EditState.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """An edit at one moment. Only storage writes rows; all other rooms use these frozen values.

    `due_at` is when there is something to do next, None once nothing is. `submits` counts the create calls
    that may have made a task, `credits` what those cost, `attempts` the tries of the present step, `sends`
    the replies that may have arrived. `secret` is the unguessable part of its photos' names.
    `callback_secret` is that of the last create call's callback, None while there is none to expect. `owner`
    is the replica that works on it. `blocked_by` is what it waits for while it cannot go on. `has_lost_card`:
    a status card was sent, and nobody knows whether it arrived, or its chat wants none. `is_told`: its chat
    knows that it has ended. `is_late`: its task may end well after its chat was told that it had failed, and
    no limit counts it any more. `starts` counts the processes that began to decode the pictures of the
    present step. `is_erased`: its requester had it deleted, and all that is left is what a limit counts.
    `waste` says of an edit that was paid for in vain whether it is counted. `runs_until`: so long the task of
    an edit that was ended may still run.
    """

    id: str
    request: Request
    operation: str
    secret: str
    created_at: datetime
    due_at: datetime | None
    stage: Stage = Received()
    callback_secret: str | None = None
    submits: int = 0
    attempts: int = 0
    sends: int = 0
    status_message_id: int | None = None
    has_lost_card: bool = False
    is_told: bool = False
    is_late: bool = False
    starts: int = 0
    owner: str | None = None
    blocked_by: Reason | None = None
    is_erased: bool = False
    credits: float = 0.0
    waste: Waste | None = None
    runs_until: datetime | None = None

    @property
    def state(self) -> EditState:
        return _STATES[type(self.stage)]

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_in_series(self) -> bool:
        return self.request.series_count > 1

    @property
    def is_cancellable(self) -> bool:
        return self.state in CANCELLABLE

    @property
    def chat_id(self) -> int:
        return self.request.chat_id

    @property
    def task(self) -> Task | None:
        """The provider's task, if there is one."""
        match self.stage:
            case Held() | Received() | Submitting():
                return None
            case stage:
                return stage.task

    @property
    def result(self) -> Result | None:
        """The finished picture, if there is one."""
        return self.stage.result if isinstance(self.stage, Ready | Delivered) else None

    @property
    def result_message_id(self) -> int | None:
        return self.stage.message_id if isinstance(self.stage, Delivered) else None

    @property
    def file_message_id(self) -> int | None:
        """The message of the file that was added to the result, if one was."""
        return self.stage.file_message_id if isinstance(self.stage, Delivered) else None

    @property
    def result_photo(self) -> PhotoRef | None:
        """The reply as Telegram has it, which may be changed further."""
        return self.stage.photo if isinstance(self.stage, Delivered) else None

    @property
    def offers_file(self) -> bool:
        """Whether its result can be had as a file too, by a button. What is sent as a file is one already."""
        return self.request.kind is PhotoKind.PHOTO

    @property
    def finer(self) -> str | None:
        """The operation one resolution higher; None where there is none."""
        model, _, resolution = self.operation.rpartition(" ")
        return f"{model} {_FINER[resolution]}" if resolution in _FINER else None

    @property
    def failure(self) -> Reason | None:
        return self.stage.reason if isinstance(self.stage, Failed) else None

    @property
    def ended_at(self) -> datetime | None:
        return self.stage.ended_at if isinstance(self.stage, Delivered | Failed | Cancelled) else None

    @property
    def is_wasted(self) -> bool:
        """Whether it was paid for and ended without a picture, by the doing of the person or the chat.

        A create call that was cut counts as paid for.
        """
        match self.stage:
            case Cancelled() | Failed(Reason.CHAT_GONE):
                return self.submits > 0
            case Failed(Reason.POLICY, task=Task()):
                return True
            case Failed(Reason.CANNOT_SEND, task=Task()):
                return self.blocked_by is Reason.MAY_NOT_SEND
        return False

    @property
    def code(self) -> str:
        """A short code that a person can report and an operator can find in the log."""
        return self.id[:6]

    @property
    def waiting_since(self) -> datetime:
        """Since when it has been waiting at its present stage."""
        submitted_at = self.task.submitted_at if self.task else None
        return self.ended_at or submitted_at or self.created_at

    def is_due(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now

    def messages(self) -> frozenset[int]:
        """The ids of every message that belongs to it: request, photo, status card, result, its file."""
        of_request = {self.request.request_message_id, self.request.photo_message_id}
        ids = of_request | {self.status_message_id, self.result_message_id, self.file_message_id}
        return frozenset(each for each in ids if each is not None)


def credits_before(edit: Edit) -> float:
    """What an edit had cost before its last create call, which turned out to have made no task."""
    return edit.credits * (edit.submits - 1) / edit.submits if edit.submits > 1 else 0.0
