"""How many edits a chat may ask for, and what to say when it is too many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.edits import Edit
from bot.core.errors import Reason


@dataclass(frozen=True, slots=True)
class Limits:
    """`edits` in any sliding `window` per chat (0: no limit), and at most `max_active` of them unfinished."""

    edits: int
    window: timedelta
    max_active: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What a chat has used of its window now. `frees_at` is when the oldest counted edit leaves it."""

    used: int
    limits: Limits
    frees_at: datetime | None

    @property
    def left(self) -> int | None:
        """Places left, None where there is no limit."""
        return max(0, self.limits.edits - self.used) if self.limits.edits else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was not accepted; it costs nothing. `retry_at` is when it would be."""

    reason: Reason
    retry_at: datetime | None = None


Admission = Edit | Refusal


def usage(counted_at: Sequence[datetime], limits: Limits, now: datetime) -> Usage:
    """The chat's window from the creation times of its counted edits, oldest first."""
    inside = [at for at in counted_at if at > now - limits.window]
    return Usage(len(inside), limits, inside[0] + limits.window if inside else None)


def refusal(usage: Usage, active: int) -> Refusal | None:
    """Why one more edit is too many, or None when there is a place.

    With more edits inside the window than the limit (it was lowered), one place frees later than `frees_at`;
    that is asked again then.
    """
    if usage.left == 0:
        return Refusal(Reason.LIMIT_REACHED, usage.frees_at)
    if active >= usage.limits.max_active:
        return Refusal(Reason.TOO_MANY_ACTIVE)
    return None
