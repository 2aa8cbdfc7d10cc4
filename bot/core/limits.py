"""How many edits a chat may ask for, as a list of rules, and why one more was refused."""

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
    """At most `count` edits in any sliding `window`; without a window, at most `count` unfinished ones."""

    scope: Scope
    count: int
    window: timedelta | None


Limits: TypeAlias = tuple[Rule, ...]
"""All of the rules apply; without rules there is no limit."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a rule is used now. `frees_at`: when the oldest counted edit leaves the window."""

    rule: Rule
    used: int
    frees_at: datetime | None = None

    @property
    def left(self) -> int:
        return max(0, self.rule.count - self.used)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was not accepted and is not counted. `retry_at`: when its rule has a place again."""

    rule: Rule
    retry_at: datetime | None = None

    @property
    def reason(self) -> Reason:
        return Reason.TOO_MANY_ACTIVE if self.rule.window is None else Reason.LIMIT_REACHED


Admission: TypeAlias = Edit | Refusal


def usage(rule: Rule, counted_at: Sequence[datetime], now: datetime) -> Usage:
    """How much of a rule is used, from the creation times of the edits that it may count, oldest first."""
    if rule.window is None:
        return Usage(rule, len(counted_at))
    inside = [at for at in counted_at if at > now - rule.window]
    return Usage(rule, len(inside), inside[0] + rule.window if inside else None)


def refusal(usages: Sequence[Usage]) -> Refusal | None:
    """Why one more edit is too many, or None if every rule has a place.

    If a window has more edits than its rule allows (the rule was lowered), a place is free only after
    `frees_at`; a request at that time is refused again.
    """
    full = next((used for used in usages if used.left == 0), None)
    return None if full is None else Refusal(full.rule, full.frees_at)
