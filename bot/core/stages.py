"""The stages of an edit's life, each with what is known at that stage only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from bot.core.errors import Reason
from bot.core.pictures import ImageFormat, Size
from bot.core.requests import PhotoRef


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

STATES: dict[type[Stage], EditState] = {
    Held: EditState.HELD,
    Received: EditState.RECEIVED,
    Submitting: EditState.SUBMITTING,
    Processing: EditState.PROCESSING,
    Ready: EditState.READY,
    Delivered: EditState.DELIVERED,
    Failed: EditState.FAILED,
    Cancelled: EditState.CANCELLED,
}
"""Their names."""
