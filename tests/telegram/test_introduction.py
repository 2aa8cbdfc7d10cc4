"""Telegram is told about the bot until it knows, whatever it answers."""

from functools import partial

import pytest

from bot.telegram.inbox.polling import ALLOWED_UPDATES
from bot.telegram.inbox.webhook import set_webhook, webhook_secret
from bot.telegram.introduction import WEBHOOK, Introduction
from bot.telegram.menu import descriptions
from tests.telegram.fake_telegram import Call, FakeTelegram

pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`:DeprecationWarning")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.introduction._FIRST_PAUSE", 0.0)


async def test_telegram_is_told_where_updates_go_until_it_has_heard() -> None:
    telegram = FakeTelegram()
    telegram.will_refuse("setWebhook", 429, "Too Many Requests: retry after 1", retry_after=1)
    for code in (500, 502, 401, 409, 400):
        telegram.will_refuse("setWebhook", code, "not now")
    hook = partial(set_webhook, telegram.bot(), "https://bot.example", webhook_secret("1:a"))
    introduction = Introduction([(WEBHOOK, hook)])
    assert introduction.untold == [WEBHOOK]
    await introduction.run()
    assert introduction.untold == []
    assert len(telegram.of("setWebhook")) == 7
    told = telegram.of("setWebhook")[-1]
    assert told["url"] == "https://bot.example/telegram"
    assert tuple(told["allowed_updates"]) == ALLOWED_UPDATES
    assert "edited_message" in ALLOWED_UPDATES


async def test_an_answer_that_nobody_can_read_ends_nothing() -> None:
    telegram = FakeTelegram()
    telegram.will_return("getMyDescription", True)
    telegram.will_return("getMyDescription", [])
    for _ in range(2):
        telegram.will_return("getMyDescription", {"description": "mine"})
        telegram.will_return("getMyShortDescription", {"short_description": "mine"})
    introduction = Introduction(descriptions(telegram.bot(), ("en",), lambda _: ("", "")))
    await introduction.run()
    assert introduction.untold == []


async def test_what_telegram_refuses_keeps_nothing_else_from_it() -> None:
    telegram = FakeTelegram()
    bot = telegram.bot()
    seen = list[list[str]]()

    async def look(call: Call) -> None:
        if call.method == "close" and len(telegram.of("close")) > 1:
            seen.append(introduction.untold)

    telegram.before = look
    telegram.will_refuse("close", 400, "Bad Request: BOT_COMMAND_INVALID")
    introduction = Introduction([("first", bot.close), ("second", bot.log_out)])
    await introduction.run()
    assert seen == [["first"]]
