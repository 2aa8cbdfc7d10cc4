"""An edit: one person's request to change one photo, from received to delivered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.errors import Reason
from bot.core.pictures import ImageFormat, Size


class EditState(StrEnum):
    """Where an edit is. Being worked on is a running job, waiting is a due time: neither is a state."""

    RECEIVED = "received"
    SUBMITTING = "submitting"
    PROCESSING = "processing"
    READY = "ready"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = frozenset({EditState.RECEIVED, EditState.SUBMITTING, EditState.PROCESSING, EditState.READY})
CANCELLABLE = ACTIVE - {EditState.READY}
NOT_COUNTED = frozenset({EditState.FAILED, EditState.CANCELLED})
"""Edits in these states take no place in the chat's limit."""


class PhotoKind(StrEnum):
    """How the photo was sent; the reply is sent the same way (a sticker's as a file)."""

    PHOTO = "photo"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class PhotoRef:
    """A photo as Telegram names it: an id, never a URL."""

    file_id: str
    kind: PhotoKind
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, parsed, before it is accepted.

    `command` is `edit` or a preset's name; `words` is what the person wrote after it. The result replies to
    `photo_message_id`, the status card to `request_message_id`; they are the same for a caption.
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
    photo: PhotoRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One row of the edits' table. Only storage writes it; everybody else reads these frozen values.

    `due_at` is when there is something to do next, None once nothing is. `submits` counts the create calls
    that may have made a task, `sends` the reply attempts that may have arrived. `secret` is the unguessable
    part of this edit's URLs (hosted photo, callback). `owner` is the replica that works on it.
    `hindrance` is what it waits for while it cannot go on.
    """

    id: str
    update_id: int
    chat_id: int
    thread_id: int | None
    request_message_id: int
    photo_message_id: int
    requester_id: int
    language: str
    command: str
    words: str
    file_id: str
    photo_kind: PhotoKind
    file_name: str | None
    operation: str
    secret: str
    state: EditState
    created_at: datetime
    due_at: datetime | None
    submits: int = 0
    attempts: int = 0
    sends: int = 0
    status_message_id: int | None = None
    task_id: str | None = None
    submitted_at: datetime | None = None
    task_seconds: float | None = None
    width: int | None = None
    height: int | None = None
    format: ImageFormat | None = None
    cropped: float | None = None
    result_message_id: int | None = None
    failure: Reason | None = None
    ended_at: datetime | None = None
    owner: str | None = None
    hindrance: Reason | None = None

    @property
    def is_private(self) -> bool:
        """Telegram gives people positive ids and groups negative ones."""
        return self.chat_id > 0

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def code(self) -> str:
        """What a person can read out and an operator can find in the logs."""
        return self.id[:6]

    @property
    def size(self) -> Size | None:
        return Size(self.width, self.height) if self.width and self.height else None

    @property
    def waiting_since(self) -> datetime:
        """When what it waits for now began."""
        return self.ended_at or self.submitted_at or self.created_at

    def is_due(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now
