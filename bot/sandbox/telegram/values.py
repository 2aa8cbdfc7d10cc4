"""What every part of the Bot API sandbox uses: JSON, refusals, UTF-16 offsets, a clock, a signal."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Clock = Callable[[], float]


class Refused(Exception):
    """Telegram's answer to a call that it does not carry out."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(description: str, **parameters: int) -> Refused:
    """400, the usual refusal."""
    return Refused(400, f"Bad Request: {description}", **parameters)


def forbidden(description: str) -> Refused:
    """403: the bot may not write there."""
    return Refused(403, f"Forbidden: {description}")


def too_fast(seconds: int) -> Refused:
    """429: flood control."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def utf16_length(text: str) -> int:
    """Telegram counts offsets and lengths in UTF-16 code units."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def utf16_slice(text: str, entity: Json) -> str:
    """The part of a text that an entity covers."""
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return text.encode("utf-16-le")[start * 2 : end * 2].decode("utf-16-le")


def present(**fields: object) -> Json:
    """The fields that have a value; the Bot API leaves the others out."""
    return {name: value for name, value in fields.items() if value}


class Signal:
    """Wakes everybody who waits, each time it fires."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def fire(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, timeout: float | None) -> None:  # noqa: ASYNC109 - passing is no error here
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):  # wait_for of Python 3.11 may swallow a cancellation
                await self._event.wait()
