"""What the tests of texts share: one edit in a few states, the languages, and Telegram's reading of HTML."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations

import pytest

from bot.conversation.texts.i18n import LANGUAGES, translations
from bot.core.edits import Edit, EditState, PhotoKind
from bot.core.errors import Reason
from bot.core.limits import Limits
from bot.core.pacing import Estimate
from bot.sandbox.telegram.html import parse_html

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNKNOWN, SLOW = Estimate(None, is_slow=False), Estimate(None, is_slow=True)
HOURLY = Limits(edits=20, window=timedelta(hours=1), max_active=5)
EDIT = Edit(
    id="ab12cd34ef",
    update_id=1,
    chat_id=7,
    thread_id=None,
    request_message_id=10,
    photo_message_id=10,
    requester_id=7,
    language="en",
    command="sketch",
    words="",
    file_id="photo",
    photo_kind=PhotoKind.PHOTO,
    file_name=None,
    operation="edit",
    secret="s",
    state=EditState.RECEIVED,
    created_at=NOW,
    due_at=NOW,
)
RUNNING = replace(EDIT, state=EditState.PROCESSING, submitted_at=NOW)
FAILED = replace(EDIT, state=EditState.FAILED, failure=Reason.POLICY, ended_at=NOW)

every_language = pytest.mark.parametrize("t", [translations(name) for name in LANGUAGES], ids=LANGUAGES)


def en() -> NullTranslations:
    return translations("en")


def fr() -> NullTranslations:
    return translations("fr")


def plain(text: str) -> str:
    """What a person sees; raises what Telegram would say to broken markup."""
    return parse_html(text)[0]


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
