"""Reads what the NanoBanana API answers: every shape seen or documented, and never an exception."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from bot.core.errors import Reason
from bot.core.ports import TaskDone, TaskFailed, TaskMissing, TaskRunning, TaskStatus
from bot.nanobanana.requests import Json

_OK = 200
_NOT_FOUND, _UNPROCESSABLE = 404, 422
_SUCCESS, _FAILURES = 1, (2, 3)
_MISSING_WORDS = ("null", "blank", "not found", "not exist", "14 days")
_LONGEST_TASK_SECONDS = 3600
_CHINA = timezone(timedelta(hours=8))
_MILLISECONDS_FROM = 100_000_000_000
_LONGEST_TASK_ID = 200
_LONGEST_TEXT = 200

_WORDS: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (
        Reason.POLICY,
        (
            "policy",
            "flagged",
            "sensitive",
            "prohibited",
            "safety",
            "violat",
            "nsfw",
            "moderation",
            "filtered out",
        ),
    ),
    (
        Reason.PHOTO_NOT_FETCHED,
        ("fetch failed", "image url", "invalid image", "download", "access settings", "file upload"),
    ),
    (Reason.OUT_OF_CREDIT, ("credit", "insufficient", "top up", "balance")),
    (Reason.COULD_NOT_GENERATE, ("could not generate",)),
)
_REASONS_BY_CODE = {402: Reason.OUT_OF_CREDIT, 433: Reason.OUT_OF_CREDIT, 451: Reason.PHOTO_NOT_FETCHED}


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer. `code` is the body's own where it has one, for HTTP 200 is often an error."""

    http_status: int
    code: int
    body: dict[str, Json] | None

    @property
    def data(self) -> Json:
        return None if self.body is None else self.body.get("data")

    @property
    def text(self) -> str:
        """The provider's own words, whole: to classify, not to log."""
        body = self.body or {}
        texts = (
            body.get("msg"),
            body.get("message"),
            _object(self.data).get("errorMessage"),
            body.get("error"),
        )
        return next((text for text in texts if isinstance(text, str) and text), "")


def read_envelope(http_status: int, content: bytes) -> Envelope:
    """The envelope of section code/msg/data; anything that is no JSON object has no body."""
    try:
        parsed: Json = json.loads(content)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        return Envelope(http_status, http_status, None)
    code = _whole_number(parsed.get("code"))
    return Envelope(http_status, http_status if code is None else code, parsed)


def task_id(envelope: Envelope) -> str | None:
    """The new task's id: an opaque word."""
    data = _object(envelope.data)
    for value in (data.get("taskId"), data.get("task_id"), (envelope.body or {}).get("taskId")):
        if (
            isinstance(value, str)
            and value.isascii()
            and value.isprintable()
            and " " not in value
            and 0 < len(value) <= _LONGEST_TASK_ID
            and value not in ("null", "undefined")
        ):
            return value
    return None


def task_status(envelope: Envelope) -> TaskStatus | None:
    """How the task is doing, or None when the answer does not tell (an error, or unreadable)."""
    record = _object(envelope.data)
    flag = _whole_number(record.get("successFlag"))
    if flag in _FAILURES:
        return _failed(record)
    if flag == _SUCCESS:
        return TaskDone(
            tuple(result_urls(record)), _seconds(record.get("createTime"), record.get("completeTime"))
        )
    if envelope.code == _OK and isinstance(envelope.data, dict):
        return TaskRunning()  # no flag, or one that nobody knows
    return TaskMissing() if _is_missing(envelope) else None


def _is_missing(envelope: Envelope) -> bool:
    if _NOT_FOUND in (envelope.code, envelope.http_status):
        return True
    if envelope.code == _UNPROCESSABLE:
        return any(word in envelope.text.lower() for word in _MISSING_WORDS)
    return envelope.code == _OK and envelope.body is not None and envelope.data is None


def _failed(record: dict[str, Json]) -> TaskFailed:
    message = record.get("errorMessage")
    text = message if isinstance(message, str) else ""
    code = _whole_number(record.get("errorCode"))
    reason = classify(text) or _REASONS_BY_CODE.get(code or 0, Reason.SERVICE_DOWN)
    return TaskFailed(reason, one_line(f"{code} {text}" if code is not None else text))


def classify(text: str) -> Reason | None:
    """What a failure's text means; its code does not tell, as codes overlap."""
    lowered = text.lower()
    return next((reason for reason, words in _WORDS if any(word in lowered for word in words)), None)


def result_urls(record: dict[str, Json]) -> list[str]:
    """The result's URLs, best first, from every place where one has been seen or may turn up."""
    response, info = _object(record.get("response")), _object(record.get("info"))
    unpacked = _unpacked(record.get("resultJson"))
    places = (
        response.get("resultImageUrl"),
        response.get("resultUrls"),
        response.get("resultImageUrls"),
        response.get("images"),
        info.get("resultImageUrl"),
        record.get("resultImageUrl"),
        unpacked.get("resultUrls"),
        response.get("originImageUrl"),
    )
    return list(dict.fromkeys(_urls(places)))


def _urls(values: Iterable[Json]) -> Iterator[str]:
    for value in values:
        match value:
            case str() if is_web_url(value.strip()):
                yield value.strip()
            case list():
                yield from _urls(item.get("url") if isinstance(item, dict) else item for item in value)


def is_web_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _unpacked(value: Json) -> dict[str, Json]:
    """`resultJson` is JSON inside a string, or an object after all."""
    return (
        (read_envelope(_OK, value.encode(errors="replace")).body or {})
        if isinstance(value, str)
        else _object(value)
    )


def _seconds(created: Json, completed: Json) -> float | None:
    """How long the task took by the provider's clock; a time never decides anything else."""
    start, end = _timestamp(created), _timestamp(completed)
    if start is None or end is None or not 0 < end - start < _LONGEST_TASK_SECONDS:
        return None
    return end - start


def _timestamp(value: Json) -> float | None:
    """Seconds since the epoch from `YYYY-MM-DD HH:MM:SS` (China's clock), or from epoch (milli)seconds."""
    number = _number(value)
    if number is not None:
        return number / 1000 if number > _MILLISECONDS_FROM else number
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=_CHINA)).timestamp()
    except (ValueError, OverflowError):
        return None  # "24:00:00" has been seen


def credits_left(envelope: Envelope) -> float | None:
    """The account's balance: a bare number, perhaps a fraction, perhaps wrapped in an object."""
    data = envelope.data
    if isinstance(data, dict):
        data = data.get("credits", data.get("credit"))
    return _number(data)


def one_line(text: str) -> str:
    """A provider's text made fit for the log: one short line without URLs, whose paths may be secrets."""
    words = " ".join(re.sub(r"\w+://\S+", "<url>", text).split())
    return "".join(letter for letter in words if letter.isprintable())[:_LONGEST_TEXT]


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _number(value: Json) -> float | None:
    """A finite number, also in a string; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _whole_number(value: Json) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number.is_integer() else None
