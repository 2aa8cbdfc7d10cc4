"""How many edits people may ask for, as a list of rules, and why one more was refused."""

import math
from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.stages import Held, Received

MAX_HELD = 3
"""Held places of one person, in all chats together."""
LONGEST_HOLD = timedelta(hours=24)


class Scope(StrEnum):
    """Whose edits a rule counts together: a chat's, one person's in all chats, or everybody's."""

    CHAT = "chat"
    PERSON = "person"
    DEPLOYMENT = "deployment"


class Counts(StrEnum):
    """What a rule counts: edits admitted within its window, what those have cost and may yet cost in
    `Limits.unit`s, edits that have not ended, or held ones.
    """

    ADMITTED = "admitted"
    PAID = "paid"
    UNFINISHED = "unfinished"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `count` edits of a scope. Only what is counted in a sliding window has a `window`."""

    scope: Scope
    count: int
    window: timedelta | None = None
    counts: Counts = Counts.ADMITTED

    def __post_init__(self) -> None:
        if (self.window is None) is (self.counts in {Counts.ADMITTED, Counts.PAID}):
            raise ValueError("a rule has a window if it counts what was admitted or paid, and only then")


HELD = Rule(Scope.PERSON, MAX_HELD, counts=Counts.HELD)


@dataclass(frozen=True, slots=True)
class Limits:
    """All of the rules apply; without rules there is no limit.

    `window`: that of a chat's and a person's rule. `at_once`: how many tasks of one chat may run at once,
    0 for any number; more wait for their turn. `forgiven`: how many edits of one person, in any window, give
    their place back although they were paid for and lost by the person's doing. No rule of a chat or person
    counts or refuses the edits of `exempt` people. `prices`: the credits of one create call, by operation.
    """

    rules: tuple[Rule, ...] = ()
    window: timedelta = timedelta(hours=1)
    at_once: int = 0
    forgiven: int = 0
    exempt: frozenset[int] = frozenset()
    prices: Mapping[str, float] = field(default_factory=dict)

    @property
    def unit(self) -> float:
        """The most credits of which every price is a whole number."""
        if len(set(self.prices.values())) == 1:
            return max(self.prices.values())
        return float(math.gcd(*(math.ceil(price) for price in self.prices.values()))) or 1.0

    def units(self, credits_: float) -> int:
        """Credits in units, rounded up."""
        return math.ceil(credits_ / self.unit)

    def needed(self, operation: str | None) -> int:
        """What one create call of an operation takes of a rule that counts what is paid; of any, without one.

        One that is no longer offered may be as dear as any.
        """
        if operation is None or not self.prices:
            return 1
        return self.units(self.prices.get(operation, max(self.prices.values())))

    def of(self, person_id: int) -> tuple[Rule, ...]:
        """The rules that apply to a person's requests."""
        if person_id not in self.exempt:
            return self.rules
        return tuple(rule for rule in self.rules if rule.scope is Scope.DEPLOYMENT)

    def with_own(self, own: Mapping[Scope, int]) -> "Limits":
        """The same for a chat or person with a number of its own; 0 is no limit."""
        others = (rule for rule in self.rules if rule.scope not in own or rule.counts is not Counts.ADMITTED)
        rules = (Rule(scope, count, self.window) for scope, count in own.items() if count)
        return replace(self, rules=(*rules, *others))

    @property
    def longest_window(self) -> timedelta | None:
        """The longest window of a chat's or person's rule, None if none has one."""
        theirs = (rule.window for rule in self.rules if rule.scope is not Scope.DEPLOYMENT)
        return max((window for window in theirs if window is not None), default=None)


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a rule is used now.

    `held` places are promised to requests that came before; they are not used yet. `frees_at`: when the
    oldest counted edit leaves the window. `next_at`: when as many more as are wanted have a place, if that
    is known. `each`: how much of the rule one more edit takes.
    """

    rule: Rule
    used: int
    held: int = 0
    frees_at: datetime | None = None
    next_at: datetime | None = None
    each: int = 1

    @property
    def left(self) -> int:
        return max(0, self.rule.count - self.used - self.held)

    @property
    def places(self) -> int:
        """So many more edits have a place."""
        return self.left // self.each


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was not accepted and is not counted. `retry_at`: when its rule has a place for it.

    Of a series, `left` edits would have a place now, and all of them at `retry_at`.
    """

    rule: Rule
    retry_at: datetime | None = None
    left: int = 0

    @property
    def reason(self) -> Reason:
        match self.rule.counts:
            case Counts.ADMITTED | Counts.PAID:
                return Reason.LIMIT_REACHED
            case Counts.UNFINISHED:
                return Reason.TOO_MANY_ACTIVE
            case Counts.HELD:
                return Reason.TOO_MANY_HELD

    def can_be_held(self, now: datetime) -> bool:
        """Whether the request may wait for its place."""
        return self.retry_at is not None and self.retry_at - now <= LONGEST_HOLD


Admission: TypeAlias = Edit | Refusal


def usage(
    rule: Rule, counted_at: Sequence[datetime], now: datetime, held: int = 0, wanted: int = 1, each: int = 1
) -> Usage:
    """How much of a rule is used, from the creation times of the edits that it may count, oldest first.

    `held`: how many held edits come before the request that asks for `wanted` places.
    """
    if rule.window is None:
        return Usage(rule, len(counted_at), held, each=each)
    inside = [at for at in counted_at if at > now - rule.window]
    ends = [at + rule.window for at in inside]
    next_at = _next_at(rule, ends, now, held, wanted * each)
    return Usage(rule, len(inside), held, ends[0] if ends else None, next_at, each)


def _next_at(rule: Rule, ends: Sequence[datetime], now: datetime, held: int, wanted: int) -> datetime | None:
    """When so much is left: each held edit takes the first place before, for a whole window."""
    if rule.window is None or wanted > rule.count:
        return None
    taken = list(ends)
    for _ in range(held):
        insort(taken, _free_at(taken, rule.count, now) + rule.window)
    return _free_at(taken, rule.count + 1 - wanted, now)


def _free_at(taken: Sequence[datetime], count: int, now: datetime) -> datetime:
    """When fewer than `count` places are taken; they come free at these moments, in order."""
    return now if len(taken) < count else max(now, taken[-count])


def refusal(usages: Sequence[Usage], wanted: int = 1) -> Refusal | None:
    """Why so many more edits are too many, or None if every rule has a place for each.

    Of several full rules, the one that is full for longest: for ever, where it never has so many.
    """
    full = [used for used in usages if used.places < wanted]
    if not full:
        return None
    last = max(full, key=lambda used: (_never(used, wanted), used.next_at.timestamp() if used.next_at else 0))
    return Refusal(last.rule, last.next_at, min(used.places for used in full))


def _never(used: Usage, wanted: int) -> bool:
    return used.rule.window is not None and used.rule.count < wanted * used.each


def decide(asked: Edit, usages: Sequence[Usage], holds: Usage, now: datetime, wanted: int = 1) -> Admission:
    """What becomes of a request: an edit with its place, a held one if it is asked for as such, or a refusal.

    `holds`: the person's held edits. `wanted`: how many edits it asks for, all of which have a place or none.
    A series longer than what may be held is held where nothing else is.
    """
    wants_hold, refused = isinstance(asked.stage, Held), refusal(usages, wanted)
    if refused is None:
        return replace(asked, stage=Received()) if wants_hold else asked
    if not wants_hold or refused.retry_at is None or not refused.can_be_held(now):
        return refused
    if holds.used + wanted > max(holds.rule.count, wanted):
        return Refusal(HELD)
    return replace(asked, stage=Held(refused.retry_at))
