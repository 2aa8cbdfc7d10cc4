"""An edit: one person's request to change a photo, from received to delivered."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.errors import Reason
from bot.core.requests import PhotoKind, PhotoRef, Request
from bot.core.stages import (
    STATES,
    Cancelled,
    Delivered,
    EditState,
    Failed,
    Held,
    Ready,
    Received,
    Result,
    Stage,
    Submitting,
    Task,
)

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


class Extra(StrEnum):
    """What is sent beside a result when somebody asks: the file, or it and the photo in one picture."""

    FILE = "file"
    COMPARISON = "comparison"


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
    stage: Stage = field(default_factory=Received)
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
        return STATES[type(self.stage)]

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
    def can_be_retried(self) -> bool:
        """Whether it failed for a reason that may pass, and what was asked is still known."""
        return self.failure is not None and self.failure.consequences.retry_helps and not self.is_erased

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
