"""Where the API is, how it is reached, and the key to it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.http.proxies import DIRECT, Proxies


@dataclass(frozen=True, slots=True)
class Account:
    """`clock` returns monotonic seconds, for the pauses that the API asks for."""

    api_url: str
    api_key: str = field(repr=False)
    proxies: Proxies = DIRECT
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        object.__setattr__(self, "api_url", self.api_url.rstrip("/"))
        object.__setattr__(self, "api_key", self.api_key.strip())
