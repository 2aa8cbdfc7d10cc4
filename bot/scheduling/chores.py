"""What comes back again and again, whatever becomes of single edits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chore:
    """Work for the start and then for every so many seconds. If it fails, it is done the next time."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[object]]
