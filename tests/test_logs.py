import json
import logging

import pytest

from bot.logs import RedactingFormatter

TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
KEY = "0123456789abcdef0123456789abcdef"


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("bot", logging.INFO, __file__, 1, message, arguments, info)


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_reaches_a_line(form: object) -> None:
    formatter = RedactingFormatter("json" if form == "json" else "text", [KEY, ""])
    try:
        raise ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe with {KEY}")
    except ValueError as error:
        line = formatter.format(record("calling %s with %s", f"/bot{TOKEN}/sendPhoto", KEY, error=error))
    assert TOKEN not in line
    assert KEY not in line
    assert "ValueError" in line


def test_a_secret_with_quotes_in_it_reaches_no_json_line() -> None:
    odd = 'pass"word\\é'
    line = RedactingFormatter("json", [odd]).format(record("opened with %s", odd))
    assert json.loads(line)["message"] == "opened with [redacted]"


def test_json_lines_are_json_and_keep_the_message() -> None:
    entry = json.loads(RedactingFormatter("json", []).format(record("edit %s: received", "ab12")))
    assert entry["message"] == "edit ab12: received"
    assert entry["level"] == "INFO"
