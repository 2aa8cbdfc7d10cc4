"""Translates the API's error codes, and calls that were cut, into the errors of the core."""

import httpx

from bot.core.errors import (
    BotError,
    EditFailed,
    GatewayDown,
    OperatorNeeded,
    OutcomeUnknown,
    Reason,
    TryLater,
)
from bot.http.answers import Envelope, one_line
from bot.nanobanana.phrases import classify

_OPERATOR_CODES = {
    401: Reason.ACCESS_DENIED,
    402: Reason.OUT_OF_CREDIT,
    403: Reason.ACCESS_DENIED,
    433: Reason.OUT_OF_CREDIT,
    505: Reason.ACCESS_DENIED,
}
_STOPS_A_CHECK = frozenset({401, 402, 403})
_BAD_REQUEST, _UNPROCESSABLE, _RATE_LIMITED = 400, 422, 429
_PHOTO_NOT_FETCHED, _MAINTENANCE = 451, 455
_BROKEN, _GENERATION_FAILED = 500, 501
_NOT_TAKEN = frozenset({408, 503, 521, 523})
"""Whether the application or a gateway says so: the call was not started."""
_GATEWAY_PAGES = range(502, 600)
_TEXT_DECIDES = frozenset({_BAD_REQUEST, _UNPROCESSABLE, _BROKEN, _GENERATION_FAILED})
_CLIENT_ERRORS = range(300, 500)
_WAITS = {_RATE_LIMITED: 10.0, _MAINTENANCE: 60.0}
_SHORT_WAIT_SECONDS = 5.0

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NEVER_SENT = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


def refused_create(envelope: Envelope) -> BotError:
    """The error for a create call whose answer is not a new task."""
    code, detail = envelope.code, _detail(envelope)
    reason = _OPERATOR_CODES.get(code)
    if reason is not None:
        return OperatorNeeded(reason, detail)
    if code in _TEXT_DECIDES and envelope.body is not None:
        told = classify(envelope.text)
        if told in (Reason.OUT_OF_CREDIT, Reason.BAD_REQUEST):
            return OperatorNeeded(told, detail)
        if told is not None:
            return EditFailed(told, detail)
    if code in _WAITS:
        return _later(envelope)
    if code == _PHOTO_NOT_FETCHED:
        return EditFailed(Reason.PHOTO_NOT_FETCHED, detail)
    if code == _GENERATION_FAILED and envelope.body is not None:
        return EditFailed(Reason.COULD_NOT_GENERATE, detail)
    if code in _NOT_TAKEN or (code == _BROKEN and envelope.body is not None):
        return _later(envelope)
    if code in _CLIENT_ERRORS:
        return OperatorNeeded(Reason.BAD_REQUEST, detail)
    kind = GatewayDown if code in _GATEWAY_PAGES and not envelope.has_code else OutcomeUnknown
    return kind(f"create was answered with {detail}")


def refused_question(envelope: Envelope) -> BotError:
    """The error for a question: it can be asked again, unless the key is refused."""
    if envelope.code in _STOPS_A_CHECK:
        return OperatorNeeded(_OPERATOR_CODES[envelope.code], _detail(envelope))
    return _later(envelope)


def _later(envelope: Envelope) -> TryLater:
    """Wait as long as the API asks for, or else as long as is usual for the code."""
    usual = _WAITS.get(envelope.code, _SHORT_WAIT_SECONDS)
    return TryLater(usual if envelope.retry_after is None else envelope.retry_after, _detail(envelope))


def cut_create(error: Exception) -> BotError:
    """The error for a create call without a readable answer: the task may exist once the call was sent."""
    if isinstance(error, _NEVER_SENT):
        return OperatorNeeded(Reason.BAD_REQUEST, f"the call cannot be made: {type(error).__name__}")
    if isinstance(error, _NOT_SENT):
        return TryLater(_SHORT_WAIT_SECONDS, f"create was not sent: {type(error).__name__}")
    return OutcomeUnknown(f"create was cut: {type(error).__name__}")


def cut_question(error: Exception) -> BotError:
    """The error for a question without a readable answer."""
    return TryLater(_SHORT_WAIT_SECONDS, f"no answer: {type(error).__name__}")


def _detail(envelope: Envelope) -> str:
    parts = [f"code {envelope.code}"]
    if envelope.http_status != envelope.code:
        parts.append(f"(HTTP {envelope.http_status})")
    if envelope.body is None:
        parts.append("without a JSON object")
    elif envelope.text:
        parts.append(one_line(envelope.text))
    return " ".join(parts)
