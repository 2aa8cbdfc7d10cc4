"""Where time and ids come from. Everything else takes them as arguments."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the present moment, timezone-aware, in UTC."""

NewId = Callable[[], str]
"""Returns a new id of URL-safe characters, short enough for a button's callback data."""


_CONSONANTS, _VOWELS = "bdghjkmnprstvwz", "aeiou"
_READ_ALOUD = "abcdefghjkmnpqrstuvwxyz23456789"
"""None of them looks like another."""


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place


class SteadyClock:
    """The wall clock at the start plus the time passed since then. Jumps of the wall clock have no effect: a
    running task never looks hours old.
    """

    def __init__(self, wall: Clock = utc_now, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._started_at, self._started = wall(), monotonic()

    def __call__(self) -> datetime:
        return self._started_at + timedelta(seconds=self._monotonic() - self._started)


def random_id() -> str:
    """78 random bits in 18 characters. People say the first six to each other: "bokuta" and the like."""
    letters = ((_CONSONANTS, _VOWELS) * 3, (_READ_ALOUD,) * 12)
    return "".join(secrets.choice(among) for part in letters for among in part)


def random_code() -> str:
    """128 random bits in 22 URL-safe characters: short enough for a link to a bot."""
    return secrets.token_urlsafe(16)


def random_secret() -> str:
    """192 random bits in 32 URL-safe characters: a URL that contains it cannot be guessed."""
    return secrets.token_urlsafe(24)
