"""Reads answers: the body up to a cap, and no exception for any content."""

import email.utils
import json
import math
import re
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import httpx

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

LONGEST_ANSWER_BYTES = 2 * 1024 * 1024
"""For an API's answers; files have their own limits."""
_LONGEST_TEXT = 200
_LONGEST_WAIT_SECONDS = 600.0
"""A service that asks for a longer pause is called again after this."""
_SHORTEST_KEY = 8
"""A shorter one may be part of any word."""


class BodyTooLong(Exception):
    """A body with more bytes than is allowed."""


async def capped(chunks: AsyncIterable[bytes], most_bytes: int) -> bytes:
    """The whole body. Raises BodyTooLong once it exceeds `most_bytes`; the rest is not read."""
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > most_bytes:
            raise BodyTooLong
    return bytes(content)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer with `code`, `msg` and `data`. `code` is the body's if it has one, because an error often
    comes with HTTP 200. `retry_after`: seconds to wait before the next call.
    """

    http_status: int
    code: int
    body: dict[str, Json] | None
    retry_after: float | None = None

    @property
    def is_success(self) -> bool:
        return self.code == httpx.codes.OK

    @property
    def has_code(self) -> bool:
        """Whether the application itself answered, not a gateway in front of it."""
        return whole_number(as_object(self.body).get("code")) is not None

    @property
    def data(self) -> Json:
        return None if self.body is None else self.body.get("data")

    @property
    def text(self) -> str:
        """The service's own message, uncut: to classify, not to log."""
        body = self.body or {}
        texts = (
            body.get("msg"),
            body.get("message"),
            as_object(self.data).get("errorMessage"),
            body.get("error"),
        )
        return next((text for text in texts if isinstance(text, str) and text), "")


def read_envelope(http_status: int, content: bytes, headers: Mapping[str, str] | None = None) -> Envelope:
    """The envelope. `body` is None if the content is not a JSON object."""
    parsed = read_json(content)
    body = parsed if isinstance(parsed, dict) else None
    code = whole_number(as_object(body).get("code"))
    wait = _retry_after(as_object(body), headers or {})
    return Envelope(http_status, http_status if code is None else code, body, wait)


def _retry_after(body: dict[str, Json], headers: Mapping[str, str]) -> float | None:
    """Seconds from the body, or else from the header, which has seconds or a date."""
    places = (body, as_object(body.get("data")))
    told = [number(place.get(key)) for place in places for key in ("retry_after", "retryAfter")]
    told += [number(headers.get("Retry-After")), _until(headers)]
    wait = next((seconds for seconds in told if seconds is not None and seconds > 0), None)
    return None if wait is None else min(wait, _LONGEST_WAIT_SECONDS)


def _until(headers: Mapping[str, str]) -> float | None:
    """Seconds from the answer's `Date` to its `Retry-After` date: our clock does not matter."""
    try:
        now, then = (email.utils.parsedate_to_datetime(headers[name]) for name in ("Date", "Retry-After"))
        return (then - now).total_seconds()
    except (KeyError, ValueError, TypeError):
        return None


async def read_answer(response: httpx.Response, *, hide: str = "") -> Envelope:
    """Read a response and close it. Raises BodyTooLong and httpx's errors.

    `hide` is the API key: a refusal may quote it, and its text goes to the log.
    """
    try:
        content = await capped(response.aiter_bytes(), LONGEST_ANSWER_BYTES)
    finally:
        await response.aclose()
    if len(hide) >= _SHORTEST_KEY:
        content = content.replace(hide.encode(), b"<key>")
    return read_envelope(response.status_code, content, response.headers)


def read_json(content: str | bytes) -> Json:
    """The parsed JSON; None if it is not valid."""
    try:
        parsed: Json = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return parsed


def as_object(value: Json) -> dict[str, Json]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def number(value: Json) -> float | None:
    """A finite number, also from a string; None for anything else, true and false included."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole_number(value: Json) -> int | None:
    """A number without a fraction, also from a string; else None."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() else None


def is_web_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def one_line(text: str) -> str:
    """A service's text for the log: one short line, without URLs, because their paths may be secret."""
    words = " ".join(re.sub(r"\w+://\S+", "<url>", text).split())
    return "".join(letter for letter in words if letter.isprintable())[:_LONGEST_TEXT]
