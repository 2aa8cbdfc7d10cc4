"""What was spent and on whom, in the image service's credits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

PAUSED = "paused"
"""The notice that the owner has paused the bot."""
LOW_CREDIT = "low credit"
"""The notice that little is left."""
DAILY_SPENT = "daily credits"
"""The notice that most of DAILY_CREDITS is spent."""
MOST_OF_A_DAY = 0.8
DAY = timedelta(days=1)
_DRIFT = 0.1
_ENOUGH_TO_COMPARE = 50.0
"""Credits: of less, a single edit between two readings would be a large share."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What the account held at a moment."""

    at: datetime
    credits: float


@dataclass(frozen=True, slots=True)
class Span:
    """Edits that were asked for in a length of time, and how those that have ended did."""

    edits: int = 0
    delivered: int = 0
    cancelled: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    credits: float = 0.0


@dataclass(frozen=True, slots=True)
class Day:
    """The edits that were asked for on a day (of UTC), by how they ended, and what they cost."""

    date: date
    delivered: int = 0
    failed: int = 0
    cancelled: int = 0
    credits: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """Edits as comma-separated values, the newest first; not `is_whole`: older ones are left out."""

    content: bytes
    edits: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Spender:
    """A chat or person, and what their edits cost. `name` is empty where none is known."""

    id: int
    name: str
    edits: int
    credits: float


@dataclass(frozen=True, slots=True)
class Drift:
    """What the balance fell by in a time, and what the bot has noted of it."""

    fell: float
    noted: float
    lasted: timedelta

    @property
    def is_lasting(self) -> bool:
        """Whether more than a tenth is missing on one side, for at least a day: the prices have changed."""
        is_enough = self.lasted >= DAY and max(self.fell, self.noted) >= _ENOUGH_TO_COMPARE
        return is_enough and abs(self.fell - self.noted) > _DRIFT * self.noted


@dataclass(frozen=True, slots=True)
class Report:
    """What the owner sees: `spans` by their days, those who spent most in a week, and what waits.

    `pace` is what a day of the last week cost.
    """

    balance: Balance | None
    pace: float
    spans: Mapping[int, Span]
    chats: Sequence[Spender]
    people: Sequence[Spender]
    waiting: Mapping[str, int]
    drift: Drift

    @property
    def days_left(self) -> float | None:
        """How long the balance lasts at this pace; None where either is not known."""
        return self.balance.credits / self.pace if self.balance and self.pace else None


def is_low(balance: float, pace: float, low: float) -> bool:
    """Whether the owner is to be warned: less than `low` is left, or less than a day's worth."""
    return balance < low or balance < pace
