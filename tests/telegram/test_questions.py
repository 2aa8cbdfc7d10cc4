"""What the conversation may ask Telegram."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import TryLater
from bot.telegram.inbox.slots import Slots
from bot.telegram.questions import Questions
from bot.telegram.rights import PictureRights
from tests.telegram.fake_telegram import Call, FakeTelegram

GROUP, ADA = -100_1, 11
NOW = datetime(2026, 3, 29, tzinfo=UTC)


def member(status: str) -> dict[str, object]:
    return {
        "status": status,
        "user": {"id": ADA, "is_bot": False, "first_name": "Ada"},
        "is_anonymous": False,
    }


class Rows:
    def __init__(self) -> None:
        self.known: dict[int, tuple[bool, datetime]] = {}

    async def picture_right(self, chat_id: int) -> tuple[bool, datetime] | None:
        return self.known.get(chat_id)

    async def note_picture_right(self, chat_id: int, *, takes: bool | None, now: datetime) -> None:
        self.known.pop(chat_id, None)
        if takes is not None:
            self.known[chat_id] = takes, now

    async def is_quiet(self, chat_id: int) -> bool:
        return chat_id == GROUP


def rights(telegram: FakeTelegram) -> PictureRights:
    return PictureRights(telegram.bot(), Rows(), lambda: NOW)


@pytest.mark.parametrize(("status", "expected"), [("creator", True), ("member", False), ("left", False)])
async def test_who_administers_a_group(status: str, expected: bool) -> None:
    telegram = FakeTelegram()
    telegram.will_return("getChatMember", member(status))
    assert await Questions(telegram.bot(), Slots(), rights(telegram)).is_admin(GROUP, ADA) is expected


async def test_whom_telegram_does_not_know_there_administers_nothing() -> None:
    telegram = FakeTelegram()
    telegram.will_refuse("getChatMember", 400, "Bad Request: PARTICIPANT_ID_INVALID")
    assert not await Questions(telegram.bot(), Slots(), rights(telegram)).is_admin(GROUP, ADA)


async def test_a_group_tells_where_it_has_moved() -> None:
    telegram = FakeTelegram()
    questions = Questions(telegram.bot(), Slots(), rights(telegram))
    assert await questions.moved_to(-5) is None
    telegram.will_refuse("sendChatAction", 403, "Forbidden: bot is not a member of the group chat")
    assert await questions.moved_to(-5) is None
    telegram.will_refuse("sendChatAction", 400, "Bad Request: upgraded", migrate_to_chat_id=GROUP)
    assert await questions.moved_to(-5) == GROUP


@pytest.mark.filterwarnings("ignore:.*attribute `retry_after`:DeprecationWarning")
async def test_what_telegram_does_not_say_may_be_asked_again() -> None:
    telegram = FakeTelegram()
    questions = Questions(telegram.bot(), Slots(), rights(telegram))
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
            await Questions(telegram.bot(), slots, rights(telegram)).is_admin(GROUP, ADA)


async def asking(telegram: FakeTelegram) -> Questions:
    """The questions of a bot that knows its own name."""
    bot = telegram.bot()
    await bot.initialize()
    return Questions(bot, Slots(), PictureRights(bot, Rows(), lambda: NOW))


MAY_NOT = {"can_send_photos": False, "can_send_documents": False}
PERMISSIONS = dict.fromkeys(
    (
        *("can_send_messages", "can_send_polls", "can_send_other_messages", "can_add_web_page_previews"),
        *("can_change_info", "can_invite_users", "can_pin_messages", "can_send_audios", "can_send_videos"),
        *("can_send_documents", "can_send_photos", "can_send_video_notes", "can_send_voice_notes"),
        *("can_manage_topics", "can_edit_tag", "can_react_to_messages"),
    ),
    True,
)


def group(**permissions: bool) -> dict[str, object]:
    return {
        "id": GROUP,
        "type": "supergroup",
        "title": "Friends",
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                *("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"),
                "gifts_from_channels",
            ),
            False,
        ),
        "permissions": PERMISSIONS | permissions,
    }


@pytest.mark.parametrize(
    ("own", "of_group", "takes"),
    [
        (member("member"), {}, True),
        (member("member"), MAY_NOT, False),
        (member("member"), {"can_send_photos": False}, True),  # it goes as a file
        ({**member("restricted"), **PERMISSIONS, **MAY_NOT, "is_member": True, "until_date": 0}, {}, False),
        ({**member("restricted"), **PERMISSIONS, "is_member": True, "until_date": 0}, MAY_NOT, True),
    ],
)
async def test_a_group_is_asked_whether_it_takes_pictures(
    own: dict[str, object], of_group: dict[str, bool], takes: bool
) -> None:
    telegram = FakeTelegram()
    telegram.will_return("getChatMember", own)
    telegram.will_return("getChat", group(**of_group))
    questions = await asking(telegram)
    assert await questions.takes_pictures(GROUP) is takes
    asked = telegram.methods
    assert await questions.takes_pictures(GROUP) is takes
    assert telegram.methods == asked  # it is known for a while


async def test_what_is_known_of_a_group_is_asked_anew_when_something_changes_there() -> None:
    telegram = FakeTelegram()
    bot = telegram.bot()
    await bot.initialize()
    at = [NOW]
    rows = Rows()
    known = PictureRights(bot, rows, lambda: at[0])
    questions = Questions(bot, Slots(), known)
    await known.refused(GROUP)
    assert not await questions.takes_pictures(GROUP)
    assert telegram.methods == []
    at[0] += timedelta(seconds=31)  # nobody tells of a group's own permissions
    telegram.will_return("getChatMember", member("member"))
    telegram.will_return("getChat", group())
    assert await questions.takes_pictures(GROUP)
    await questions.forget_rights(GROUP)
    telegram.will_return("getChatMember", member("member"))
    telegram.will_return("getChat", group(**MAY_NOT))
    assert not await questions.takes_pictures(GROUP)


async def test_a_group_that_cannot_be_asked_is_tried() -> None:
    telegram = FakeTelegram()
    questions = await asking(telegram)
    telegram.will_refuse("getChatMember", 500, "Internal Server Error")
    assert await questions.takes_pictures(GROUP)


@pytest.mark.parametrize(
    ("words", "there"),
    [
        ("message is not modified", True),
        ("message to edit not found", False),
        ("MESSAGE_ID_INVALID", False),
        ("message can't be edited", True),
    ],
)
async def test_a_message_that_is_there_cannot_be_changed_into_itself(words: str, there: bool) -> None:
    telegram = FakeTelegram()
    telegram.will_refuse("editMessageReplyMarkup", 400, f"Bad Request: {words}")
    assert await Questions(telegram.bot(), Slots(), rights(telegram)).has_message(GROUP, 5) is there
