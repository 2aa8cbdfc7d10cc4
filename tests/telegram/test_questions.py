"""What the conversation may ask Telegram."""

import asyncio

import pytest

from bot.core.errors import TryLater
from bot.telegram.inbox.slots import Slots
from bot.telegram.questions import Questions
from tests.telegram.fake_telegram import Call, FakeTelegram

GROUP, ADA = -100_1, 11


def member(status: str) -> dict[str, object]:
    return {
        "status": status,
        "user": {"id": ADA, "is_bot": False, "first_name": "Ada"},
        "is_anonymous": False,
    }


@pytest.mark.parametrize(("status", "expected"), [("creator", True), ("member", False), ("left", False)])
async def test_who_administers_a_group(status: str, expected: bool) -> None:
    telegram = FakeTelegram()
    telegram.will_return("getChatMember", member(status))
    assert await Questions(telegram.bot(), Slots()).is_admin(GROUP, ADA) is expected


async def test_whom_telegram_does_not_know_there_administers_nothing() -> None:
    telegram = FakeTelegram()
    telegram.will_refuse("getChatMember", 400, "Bad Request: PARTICIPANT_ID_INVALID")
    assert not await Questions(telegram.bot(), Slots()).is_admin(GROUP, ADA)


async def test_a_group_tells_where_it_has_moved() -> None:
    telegram = FakeTelegram()
    questions = Questions(telegram.bot(), Slots())
    assert await questions.moved_to(-5) is None
    telegram.will_refuse("sendChatAction", 403, "Forbidden: bot is not a member of the group chat")
    assert await questions.moved_to(-5) is None
    telegram.will_refuse("sendChatAction", 400, "Bad Request: upgraded", migrate_to_chat_id=GROUP)
    assert await questions.moved_to(-5) == GROUP


@pytest.mark.filterwarnings("ignore:.*attribute `retry_after`:DeprecationWarning")
async def test_what_telegram_does_not_say_may_be_asked_again() -> None:
    telegram = FakeTelegram()
    questions = Questions(telegram.bot(), Slots())
    for code in (429, 500, 401, 413):
        telegram.will_refuse("getChatMember", code, "too large")
        with pytest.raises(TryLater):
            await questions.is_admin(GROUP, ADA)


async def test_a_question_that_is_never_answered_ends_and_holds_no_slot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.telegram.questions._LONGEST_SECONDS", 0.01)
    telegram, slots = FakeTelegram(), Slots(1)

    async def never(_: Call) -> None:
        async with slots.taken():  # the one who asks has left it
            await asyncio.Event().wait()

    telegram.before = never
    async with slots.taken():
        with pytest.raises(TryLater):
            await Questions(telegram.bot(), slots).is_admin(GROUP, ADA)
