"""Logging to standard error, as text or JSON, with tokens and keys removed from every line."""

import json
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

_BOT_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")
_REDACTED = "[redacted]"
_CHATTY = {
    "httpx": logging.WARNING,  # a line for each call, with the token in Telegram's URLs
    "httpcore": logging.INFO,
    "apscheduler": logging.ERROR,  # two lines per look, and a warning when a look is still running
    "aiosqlite": logging.INFO,
    "alembic": logging.WARNING,  # two lines each time that a revision is looked up
    "uvicorn.error": logging.ERROR,  # its starts and stops, and a line for each request that is none
    "uvicorn.access": logging.WARNING,  # the paths hold unguessable names
    "PIL": logging.INFO,
    "telegram": logging.INFO,  # every call with what it says: prompts, names, the webhook's secret
}

_WORDS_ARE_ENOUGH = ("telegram.ext.Updater", "telegram.request.BaseRequest")
"""They log a traceback when Telegram is away or answers with a web page: leave it out."""


class RedactingFormatter(logging.Formatter):
    """Formats a record with its traceback, without secrets and anything that looks like a bot token."""

    def __init__(self, form: Literal["text", "json"], secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        self._form = form
        known = [secret for secret in secrets if secret]
        known += [json.dumps(secret, ensure_ascii=False)[1:-1] for secret in known]  # as _json has them
        self._secrets = sorted(known, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record) if self._form == "text" else self._json(record)
        return self.redact(text)

    def redact(self, text: str) -> str:
        """The text without any secret."""
        for secret in self._secrets:
            text = text.replace(secret, _REDACTED)
        return _BOT_TOKEN.sub(_REDACTED, text)

    def _json(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def set_up_logging(level: str, form: Literal["text", "json"], secrets: Iterable[str]) -> None:
    """Send all logs of the process through one redacting handler."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(form, secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _WORDS_ARE_ENOUGH:
        logging.getLogger(name).addFilter(_without_traceback)
    for name, floor in _CHATTY.items():
        logging.getLogger(name).setLevel(max(floor, root.level))


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True
