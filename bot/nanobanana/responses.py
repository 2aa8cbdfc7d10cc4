"""Reads what the NanoBanana API answers: every shape seen or documented, and never an exception."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone

from bot.core.errors import Reason
from bot.core.ports import TaskDone, TaskFailed, TaskMissing, TaskRunning, TaskStatus
from bot.http.answers import Envelope, Json, as_object, is_web_url, number, one_line, read_json, whole_number

_NOT_FOUND, _UNPROCESSABLE = 404, 422
_SUCCESS, _FAILURES = 1, (2, 3)
_MISSING_WORDS = ("null", "blank", "not found", "not exist", "14 days")
_LONGEST_TASK_SECONDS = 3600
_CHINA = timezone(timedelta(hours=8))
_MILLISECONDS_FROM = 100_000_000_000
_LONGEST_TASK_ID = 200

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


def task_id(envelope: Envelope) -> str | None:
    """The new task's id: an opaque word."""
    data = as_object(envelope.data)
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
    record = as_object(envelope.data)
    flag = whole_number(record.get("successFlag"))
    if flag in _FAILURES:
        return _failed(record)
    if flag == _SUCCESS:
        return TaskDone(
            tuple(result_urls(record)), _seconds(record.get("createTime"), record.get("completeTime"))
        )
    if envelope.is_success and isinstance(envelope.data, dict):
        return TaskRunning()  # no flag, or one that nobody knows
    return TaskMissing() if _is_missing(envelope) else None


def _is_missing(envelope: Envelope) -> bool:
    if _NOT_FOUND in (envelope.code, envelope.http_status):
        return True
    if envelope.code == _UNPROCESSABLE:
        return any(word in envelope.text.lower() for word in _MISSING_WORDS)
    return envelope.is_success and envelope.body is not None and envelope.data is None


def _failed(record: dict[str, Json]) -> TaskFailed:
    message = record.get("errorMessage")
    text = message if isinstance(message, str) else ""
    code = whole_number(record.get("errorCode"))
    reason = classify(text) or _REASONS_BY_CODE.get(code or 0, Reason.SERVICE_DOWN)
    return TaskFailed(reason, one_line(f"{code} {text}" if code is not None else text))


def classify(text: str) -> Reason | None:
    """What a failure's text means; its code does not tell, as codes overlap."""
    lowered = text.lower()
    return next((reason for reason, words in _WORDS if any(word in lowered for word in words)), None)


def result_urls(record: dict[str, Json]) -> list[str]:
    """The result's URLs, best first, from every place where one has been seen or may turn up."""
    response, info = as_object(record.get("response")), as_object(record.get("info"))
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


def _unpacked(value: Json) -> dict[str, Json]:
    """`resultJson` is JSON inside a string, or an object after all."""
    return as_object(read_json(value) if isinstance(value, str) else value)


def _seconds(created: Json, completed: Json) -> float | None:
    """How long the task took by the provider's clock; a time never decides anything else."""
    start, end = _timestamp(created), _timestamp(completed)
    if start is None or end is None or not 0 < end - start < _LONGEST_TASK_SECONDS:
        return None
    return end - start


def _timestamp(value: Json) -> float | None:
    """Seconds since the epoch from `YYYY-MM-DD HH:MM:SS` (China's clock), or from epoch (milli)seconds."""
    epoch = number(value)
    if epoch is not None:
        return epoch / 1000 if epoch > _MILLISECONDS_FROM else epoch
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
    return number(data)
