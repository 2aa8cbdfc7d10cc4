"""How many edits may be asked for, as a list of rules, and why one more was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from bot.core.edits import Edit
from bot.core.errors import Reason


class Scope(StrEnum):
    """Whose edits a rule counts together."""

    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `count` edits of a scope in any sliding `window`; without one, at most so many unfinished."""

    scope: Scope
    count: int
    window: timedelta | None


Limits: TypeAlias = tuple[Rule, ...]
"""Every rule holds; where there is none, there is no limit."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used of a rule now. `frees_at` is when the oldest counted edit leaves its window."""

    rule: Rule
    used: int
    frees_at: datetime | None = None

    @property
    def left(self) -> int:
        return max(0, self.rule.count - self.used)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was not accepted; it costs nothing. `retry_at` is when its rule has a place again."""

    rule: Rule
    retry_at: datetime | None = None

    @property
    def reason(self) -> Reason:
        return Reason.TOO_MANY_ACTIVE if self.rule.window is None else Reason.LIMIT_REACHED


Admission: TypeAlias = Edit | Refusal


def usage(rule: Rule, counted_at: Sequence[datetime], now: datetime) -> Usage:
    """What is used of a rule, from the creation times of the edits that it may count, oldest first."""
    if rule.window is None:
        return Usage(rule, len(counted_at))
    inside = [at for at in counted_at if at > now - rule.window]
    return Usage(rule, len(inside), inside[0] + rule.window if inside else None)


def refusal(usages: Sequence[Usage]) -> Refusal | None:
    """Why one more edit is too many, or None when every rule has a place.

    With more edits inside a window than its rule allows (it was lowered), one place frees later than
    `frees_at`; that is asked again then.
    """
    full = next((used for used in usages if used.left == 0), None)
    return None if full is None else Refusal(full.rule, full.frees_at)
