"""What the tests of texts share: one edit in a few stages, the languages, and Telegram's reading of HTML."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from typing import Any

import pytest

from bot.conversation.texts.i18n import LANGUAGES, translations
from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.limits import Counts, Limits, Rule, Scope
from bot.core.pacing import Estimate
from bot.core.pictures import ImageFormat, Size
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import Delivered, Failed, Processing, Result, Task
from tests.factories import edit

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNKNOWN, SLOW = Estimate(None, is_slow=False), Estimate(None, is_slow=True)
HOURLY = Rule(Scope.CHAT, 20, timedelta(hours=1))
OWN = Rule(Scope.PERSON, 10, timedelta(hours=1))
UNFINISHED = Rule(Scope.CHAT, 25, counts=Counts.UNFINISHED)
LIMITS = Limits((HOURLY, OWN, UNFINISHED), at_once=5, forgiven=3)
PHOTO = PhotoRef("photo", PhotoKind.PHOTO)
TASK = Task("task", NOW)
EDIT = edit(
    id="ab12cd34ef",
    chat_id=7,
    requester_id=7,
    request_message_id=10,
    photo_message_id=10,
    language="en",
    command="sketch",
    photos=(PHOTO,),
    created_at=NOW,
    due_at=NOW,
)
RUNNING = replace(EDIT, stage=Processing(TASK))
FAILED = replace(EDIT, stage=Failed(Reason.POLICY, NOW))

every_language = pytest.mark.parametrize("t", [translations(name) for name in LANGUAGES], ids=LANGUAGES)


def asking(of: Edit, **changes: Any) -> Edit:
    """The same edit of another request."""
    return replace(of, request=replace(of.request, **changes))


def delivered(of: Edit, size: Size, cropped: float = 0.0, ended_at: datetime = NOW) -> Edit:
    """The edit with its result arrived."""
    return replace(of, stage=Delivered(TASK, Result(12.0, size, ImageFormat.JPEG, cropped), 11, ended_at))


def en() -> NullTranslations:
    return translations("en")


def fr() -> NullTranslations:
    return translations("fr")


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
