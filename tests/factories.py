"""Values for tests: each as good as any, with odd numbers on purpose, so that a mix-up shows."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.edits import Edit, EditState, PhotoKind
from bot.core.errors import Reason
from bot.core.limits import Limits
from bot.core.pictures import ImageFormat

NOW = datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=UTC)
CHAT_ID = -1002233445566
REQUESTER_ID = 7123456789
NO_LIMITS = Limits(edits=0, window=timedelta(hours=1), max_active=1000)

_numbers = itertools.count(1)


def edit(**changes: Any) -> Edit:
    """An edit that was just admitted, another one each time."""
    number = next(_numbers)
    return replace(
        Edit(
            id=f"edit-{number:07}",
            update_id=912_345_000 + number,
            chat_id=CHAT_ID,
            thread_id=None,
            request_message_id=71_001,
            photo_message_id=70_993,
            requester_id=REQUESTER_ID,
            language="fr",
            command="watercolor",
            words="",
            file_id="AgACAgQAAxkBAAIB",
            photo_kind=PhotoKind.PHOTO,
            file_name=None,
            operation="nano-banana@1K",
            secret=f"secret_{number:017}",
            state=EditState.RECEIVED,
            created_at=NOW,
            due_at=NOW,
        ),
        **changes,
    )


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
            "photo_kind": PhotoKind.DOCUMENT,
            "file_name": "Été 2026 🏖.png",
            "state": EditState.FAILED,
            "due_at": NOW + timedelta(microseconds=1),
            "submits": 2,
            "attempts": 5,
            "sends": 3,
            "status_message_id": 3_000_000_004,
            "task_id": "3f0e-task",
            "submitted_at": NOW + timedelta(seconds=1),
            "task_seconds": 17.0625,
            "width": 4032,
            "height": 3024,
            "format": ImageFormat.PNG,
            "cropped": 0.0078125,
            "result_message_id": 3_000_000_005,
            "failure": Reason.CANNOT_SEND,
            "ended_at": NOW + timedelta(seconds=2),
            "owner": "replica-Q7",
            "hindrance": Reason.OUT_OF_CREDIT,
        }
        | changes
    )
