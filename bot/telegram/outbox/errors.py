"""Translates python-telegram-bot's errors into the core's, in one place."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.core.errors import BotError, ChatGone, ChatMoved, EditFailed, OutcomeUnknown, Reason, TryLater

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_GONE = (
    "chat not found",
    "user is deactivated",
    "user not found",
    "group chat was deactivated",
    "peer_id_invalid",
    "user_is_blocked",
    "channel_private",
)
_NO_RIGHT = ("rights", "_forbidden")
_TOKEN_REFUSED_SECONDS, _FLOOD_SECONDS, _OTHERWISE_SECONDS = 5.0, 5.0, 3.0
_REPEAT_SECONDS = 1.0


@contextlib.contextmanager
def translated(*, small: bool = False, repeatable: bool = False) -> Iterator[None]:
    """Turn python-telegram-bot's errors into the core's.

    `small`: the call cannot be too large, so a "too large" comes from something in between: TryLater.
    `repeatable`: making it twice does no harm, so an unknown outcome is TryLater.
    """
    try:
        yield
    except TelegramError as error:
        if small and is_too_large(error):
            raise _away(_OTHERWISE_SECONDS, "too large") from error
        translation = _translation(error)
        if repeatable and isinstance(translation, OutcomeUnknown):
            raise _away(_REPEAT_SECONDS, str(translation)) from error
        raise translation from error


def _translation(error: TelegramError) -> BotError:
    """BadRequest is a NetworkError, so it is matched first."""
    match error:
        case RetryAfter():
            return TryLater(retry_seconds(error), "flood control", Reason.TELEGRAM_LIMIT)
        case ChatMigrated():
            return ChatMoved(error.new_chat_id)
        case Forbidden() if lacks_right(error):
            return EditFailed(Reason.CANNOT_SEND, error.message)
        case Forbidden():
            return ChatGone(error.message)
        case BadRequest() if is_gone(error):
            return ChatGone(error.message)
        case BadRequest() | NetworkError() if is_refused(error):
            return EditFailed(Reason.CANNOT_SEND, error.message)
        case InvalidToken():
            return _away(_TOKEN_REFUSED_SECONDS, "Telegram refuses the bot token")
        case TimedOut() | NetworkError() if not isinstance(error.__cause__, _NEVER_SENT):
            too_many = "too many requests" in error.message.lower()
            if too_many:
                return TryLater(_FLOOD_SECONDS, "flood control", Reason.TELEGRAM_LIMIT)
            return OutcomeUnknown(type(error).__name__)
    return _away(_OTHERWISE_SECONDS, type(error).__name__)


def _away(wait_seconds: float, detail: str) -> TryLater:
    return TryLater(wait_seconds, detail, Reason.TELEGRAM_AWAY)


def retry_seconds(error: RetryAfter) -> float:
    """How long flood control lasts."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def is_refusal(error: BaseException | None, *texts: str) -> bool:
    """Whether `error` is a BadRequest that says one of `texts` (lower case)."""
    return isinstance(error, BadRequest) and any(text in error.message.lower() for text in texts)


def is_gone(error: Exception) -> bool:
    """Whether the error says that nobody is in the chat, or no longer."""
    return is_refusal(error, *_GONE)


def lacks_right(error: BaseException | None) -> bool:
    """Whether the error says that the bot is in the chat but lacks the right."""
    return isinstance(error, TelegramError) and any(text in error.message.lower() for text in _NO_RIGHT)


def is_refused(error: Exception) -> bool:
    """Whether Telegram, or a proxy in front of it, will never take the message as it is."""
    if isinstance(error, BadRequest):
        return not is_gone(error)
    return is_too_large(error)


def is_too_large(error: Exception) -> bool:
    """Whether the call was too large for Telegram or a proxy in front of it."""
    return isinstance(error, NetworkError) and "too large" in error.message.lower()
