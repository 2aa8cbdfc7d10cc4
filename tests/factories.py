"""Values for tests: each as good as any, with odd numbers on purpose, so that a mix-up shows."""

import itertools
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.edits import Edit, Waste
from bot.core.errors import Reason
from bot.core.limits import Limits
from bot.core.pictures import ImageFormat, Size
from bot.core.requests import PhotoKind, PhotoRef, Request
from bot.core.shapes import Ratio
from bot.core.stages import (
    Cancelled,
    Delivered,
    EditState,
    Failed,
    Held,
    Processing,
    Ready,
    Received,
    Result,
    Stage,
    Submitting,
    Task,
)

NOW = datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=UTC)
CHAT_ID = -1002233445566
REQUESTER_ID = 7123456789
NO_LIMITS = Limits()
PHOTO = PhotoRef("AgACAgQAAxkBAAIB", PhotoKind.PHOTO)
TASK = Task("3f0e-task", NOW + timedelta(seconds=1))
RESULT = Result(
    task_seconds=17.0625, size=Size(4032, 3024), format=ImageFormat.PNG, cropped=0.0078125, enlarged=3.5
)

STAGES: dict[EditState, Stage] = {
    EditState.HELD: Held(NOW + timedelta(minutes=12)),
    EditState.RECEIVED: Received(),
    EditState.SUBMITTING: Submitting(),
    EditState.PROCESSING: Processing(TASK),
    EditState.READY: Ready(TASK, RESULT),
    EditState.DELIVERED: Delivered(
        TASK,
        RESULT,
        3_000_000_005,
        NOW + timedelta(seconds=2),
        PhotoRef("BQACAgR", PhotoKind.DOCUMENT),
        3_000_000_006,
    ),
    EditState.FAILED: Failed(Reason.CANNOT_SEND, NOW + timedelta(seconds=2), TASK, 2),
    EditState.CANCELLED: Cancelled(NOW + timedelta(seconds=2), TASK),
}
"""One stage of each state."""

_numbers = itertools.count(1)
_OF_REQUEST = frozenset(field.name for field in fields(Request))


def request(**changes: Any) -> Request:
    """A request for a watercolor, another one each time."""
    asked = Request(
        update_id=912_345_000 + next(_numbers),
        chat_id=CHAT_ID,
        thread_id=None,
        request_message_id=71_001,
        photo_message_id=70_993,
        requester_id=REQUESTER_ID,
        language="fr",
        command="watercolor",
        words="",
        photos=(PHOTO,),
    )
    return replace(asked, **changes)


def edit(**changes: Any) -> Edit:
    """An edit that was just admitted, another one each time.

    `changes` are fields of the edit or of its request: `edit(chat_id=5, stage=Processing(TASK))`.
    """
    number = next(_numbers)
    asked = {name: value for name, value in changes.items() if name in _OF_REQUEST}
    admitted = Edit(
        id=f"edit-{number:07}",
        request=request(**asked),
        operation="nano-banana@1K",
        secret=f"secret_{number:017}",
        created_at=NOW,
        due_at=NOW,
    )
    return replace(admitted, **{name: value for name, value in changes.items() if name not in asked})


def full_edit(**changes: Any) -> Edit:
    """An edit with something in every field, each different from every other."""
    return edit(
        **{
            "chat_id": -1009999999999999,
            "thread_id": 3_000_000_001,
            "request_message_id": 3_000_000_002,
            "photo_message_id": 3_000_000_003,
            "requester_id": 6_999_999_999_999,
            "words": "make it “rain” 🌧\nÀ l'aube; DROP TABLE edits;--",
            "photos": (
                PhotoRef("BQACAgQ", PhotoKind.DOCUMENT, 'Été "2026" 🏖.png', has_spoiler=True),
                PhotoRef("CAACAgQ", PhotoKind.STICKER),
            ),
            "parent": "edit-of-before",
            "step": 7,
            "shape": Ratio(16, 9),
            "resolution": "4K",
            "stage": STAGES[EditState.DELIVERED],
            "due_at": NOW + timedelta(microseconds=1),
            "callback_secret": "secret-of-a-callback",
            "submits": 2,
            "credits": 26.5,
            "attempts": 5,
            "sends": 3,
            "status_message_id": 3_000_000_004,
            "has_lost_card": True,
            "is_told": True,
            "is_late": True,
            "starts": 4,
            "owner": "replica-Q7",
            "blocked_by": Reason.OUT_OF_CREDIT,
            "waste": Waste.CHARGED,
            "runs_until": NOW + timedelta(seconds=7),
        }
        | changes
    )
