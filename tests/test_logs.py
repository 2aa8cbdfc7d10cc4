import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import _CHATTY, RedactingFormatter, set_up_logging
from bot.telegram.inbox.webhook import set_webhook, webhook_secret
from tests.telegram.fake_telegram import FakeTelegram

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


@pytest.fixture
def loggers_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, names = root.handlers[:], ("", *_CHATTY)
    levels = {name: logging.getLogger(name).level for name in names}
    yield
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("loggers_as_before")
async def test_no_call_of_the_librarys_is_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """It would hold what people write, their names, and the webhook's secret."""
    set_up_logging("DEBUG", "text", [])
    logging.getLogger("bot.anything").debug("this is")
    bot = FakeTelegram().bot()
    await set_webhook(bot, "https://bot.example", webhook_secret("1:a"))
    await bot.send_message(7, "a private wish")
    written = capsys.readouterr().err
    assert "this is" in written
    assert "private wish" not in written
    assert webhook_secret("1:a") not in written
