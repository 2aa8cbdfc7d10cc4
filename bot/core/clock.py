"""Where time and ids come from. Everything else takes them as arguments."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the present moment, timezone-aware, in UTC."""

NewId = Callable[[], str]
"""Returns a new id of URL-safe characters, short enough for a button's callback data."""


_READ_ALOUD = "abcdefghjkmnpqrstuvwxyz23456789"


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
    """74 random bits in 15 characters; people read the first ones aloud, so none looks like another."""
    return "".join(secrets.choice(_READ_ALOUD) for _ in range(15))


def random_secret() -> str:
    """192 random bits in 32 URL-safe characters: a URL that contains it cannot be guessed."""
    return secrets.token_urlsafe(24)
