"""Reads a task's record, in every shape seen or documented, here and at kie.ai."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone

from bot.core.errors import Reason
from bot.core.provider import TaskDone, TaskFailed, TaskMissing, TaskRunning, TaskStatus
from bot.http.answers import (
    Envelope,
    Json,
    as_object,
    is_web_url,
    number,
    one_line,
    read_json,
    whole_number,
)
from bot.nanobanana.phrases import classify, may_pass

_NOT_FOUND, _UNPROCESSABLE = 404, 422
_SUCCESS, _FAILURES = 1, (2, 3)
_FLAGS = {"success": 1, "succeeded": 1, "completed": 1, "fail": 3, "failed": 3, "error": 3}
"""kie.ai's `state` as a `successFlag`; any other state is a running task."""
_MISSING_WORDS = ("null", "blank", "not found", "not exist", "14 days")
_NO_ERROR = ("", "null", "none", "success", "ok")
_LONGEST_TASK_SECONDS = 3600
_CHINA = timezone(timedelta(hours=8))
_MILLISECONDS_FROM = 100_000_000_000
_DEEPEST = 5
_RESULT_KEYS = ("resultImageUrl", "resultUrl", "resultUrls", "resultImageUrls")
_KEYS = (*_RESULT_KEYS, "images", "urls", "url", "data")
_REASONS_BY_CODE = {
    402: Reason.OUT_OF_CREDIT,
    413: Reason.BAD_REQUEST,
    433: Reason.OUT_OF_CREDIT,
    451: Reason.PHOTO_NOT_FETCHED,
}
_REFUSALS = frozenset(range(400, 500)) - {401, 403, 404, 408, 409, 425, 429, 455}
"""With these, the same request would be refused again."""


def task_status(envelope: Envelope) -> TaskStatus | None:
    """How the task is doing, or None if the answer does not say (an error, or unreadable).

    A result's URL means done, even against the flag, unless that says that the task has failed.
    """
    record = _record(envelope)
    flag = _flag(record)
    if flag in _FAILURES:
        return _failed(record, envelope)
    urls = result_urls(record) if flag == _SUCCESS or _made(record) else []
    if urls or (flag == _SUCCESS and not _error_text(record)):
        return TaskDone(tuple(urls), _seconds(record.get("createTime"), record.get("completeTime")))
    if flag == _SUCCESS:
        return _failed(record, envelope)
    if envelope.is_success and (record or isinstance(envelope.data, dict)):
        return TaskRunning()  # no flag, or an unknown one
    return TaskMissing() if _is_missing(envelope) else None


def parameters_text(envelope: Envelope) -> str:
    """What the task was asked for, as text: the create call's own JSON."""
    record = _record(envelope)
    return str(record.get("paramJson") or record.get("param") or "")


def _record(envelope: Envelope) -> dict[str, Json]:
    """The object with the task's fields: `data`, which may be JSON in a string, or the whole body."""
    inside = as_object(_unpacked(envelope.data))
    top = envelope.body or {}
    return top if not inside and ("successFlag" in top or "state" in top) else inside


def _flag(record: dict[str, Json]) -> int | None:
    state = record.get("state")
    if record.get("successFlag") is None and isinstance(state, str):
        return _FLAGS.get(state.strip().lower())
    return whole_number(record.get("successFlag"))


def _is_missing(envelope: Envelope) -> bool:
    if _NOT_FOUND in (envelope.code, envelope.http_status):
        return True
    if envelope.code == _UNPROCESSABLE:
        return any(word in envelope.text.lower() for word in _MISSING_WORDS)
    return envelope.is_success and envelope.body is not None and envelope.data is None


def _failed(record: dict[str, Json], envelope: Envelope) -> TaskFailed:
    text = _error_text(record) or ("" if envelope.is_success else envelope.text)
    code = whole_number(record.get("errorCode"))
    if code is None:
        code = whole_number(record.get("failCode"))
    reason = classify(text) or _REASONS_BY_CODE.get(code or 0)
    if reason is None:
        reason = Reason.POLICY if code in _REFUSALS and not may_pass(text) else Reason.SERVICE_DOWN
    return TaskFailed(reason, one_line(f"{code} {text}" if code is not None else text))


def _error_text(record: dict[str, Json]) -> str:
    texts = (record.get("errorMessage"), record.get("failMsg"))
    told = (text for text in texts if isinstance(text, str) and text.strip().lower() not in _NO_ERROR)
    return next(told, "")


def result_urls(record: dict[str, Json]) -> list[str]:
    """The result's URLs, best first, from every place where they have been seen or are documented."""
    origin = as_object(_unpacked(record.get("response"))).get("originImageUrl")
    return list(dict.fromkeys([*_made(record), *_urls([origin])]))


def _made(record: dict[str, Json]) -> list[str]:
    """All URLs but `originImageUrl`, which is there while the task still runs."""
    info = as_object(record.get("info"))
    places = (
        record.get("response"),
        *(info.get(key) for key in _RESULT_KEYS),
        *(record.get(key) for key in _RESULT_KEYS),
        record.get("resultJson"),
    )
    return list(_urls(places))


def _urls(values: Iterable[Json], depth: int = 0) -> Iterator[str]:
    """Every URL in strings, lists, objects and JSON inside strings, at most _DEEPEST levels down."""
    for value in values if depth < _DEEPEST else ():
        found = _unpacked(value)
        match found:
            case str() if is_web_url(found.strip()):
                yield found.strip()
            case list():
                yield from _urls(found, depth + 1)
            case dict():
                yield from _urls((found.get(key) for key in _KEYS), depth + 1)


def _unpacked(value: Json) -> Json:
    """The value; if it is a string that holds a JSON object or list, that object or list."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return read_json(value)
    return value


def _seconds(created: Json, completed: Json) -> float | None:
    """How long the task took by the provider's clock; None if that makes no sense."""
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
