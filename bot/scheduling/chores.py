"""Work that is repeated at a fixed interval and belongs to no single edit."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chore:
    """Work done at the start and then every `seconds`. If it fails, it is tried again the next time."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[object]]
