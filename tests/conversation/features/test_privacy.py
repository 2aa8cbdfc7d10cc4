from gettext import NullTranslations

import pytest

from bot.conversation.features.privacy import (
    KEPT_DAYS,
    KEPT_HOURS,
    buttons,
    deleted_text,
    group_text,
    privacy_text,
    question_buttons,
    question_text,
)
from bot.conversation.memory import KEEP
from bot.conversation.outgoing import Alert, ChangeText
from bot.core.stages import EditState
from bot.storage import retention
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PRIVATE, data_of, in_group, message, press
from tests.conversation.texts.samples import en, every_language, utf16_units
from tests.factories import STAGES
from tests.harness.chats import plain


@every_language
def test_the_texts_are_short_enough_to_be_read(t: NullTranslations) -> None:
    for text in (privacy_text(t), question_text(t), deleted_text(t), group_text(t)):
        assert 0 < utf16_units(plain(text)) <= 1100
    assert len(plain(group_text(t)).splitlines()) == 1


def test_what_is_said_is_what_is_done() -> None:
    assert retention.KEEP_UPDATES.days == KEPT_DAYS["updates"]
    assert retention.KEEP_EDITS.days == KEPT_DAYS["edits"]
    hours = {name: count * 3600 for name, count in KEPT_HOURS.items()}
    assert retention.KEEP_RESULTS.total_seconds() == hours["results"]
    for kept in (retention.KEEP_WISHES, retention.KEEP_ALBUMS, KEEP):
        assert kept.total_seconds() <= hours["memory"]


async def test_privacy_tells_what_is_stored_and_offers_to_delete_it() -> None:
    said = await Room().say(message("privacy"))
    assert (said.html, said.buttons) == (privacy_text(en()), buttons(en()))
    assert data_of(said.buttons) == ["erase:ask"]


async def test_in_a_group_there_is_the_way_to_the_private_chat_and_no_button_that_deletes() -> None:
    said = await Room().say(in_group("privacy"))
    assert (said.html, said.silent) == (group_text(en()), True)
    assert data_of(said.buttons) == ["https://t.me/nano_bot?start=privacy"]


async def test_nothing_is_deleted_before_it_was_asked_once_more() -> None:
    room = Room()
    pressed = press("erase:ask")
    asked = ChangeText(PRIVATE.id, pressed.message_id or 0, question_text(en()), question_buttons(en()))
    assert await room.handle(pressed) == (Alert(pressed.press_id), asked)
    kept = press("erase:keep")
    back = ChangeText(PRIVATE.id, kept.message_id or 0, privacy_text(en()), buttons(en()))
    assert await room.handle(kept) == (Alert(kept.press_id), back)
    assert data_of(question_buttons(en())) == ["erase:delete", "erase:keep"]
    assert not room.data.erased


async def test_what_runs_is_cancelled_before_everything_is_deleted() -> None:
    room = Room()
    mine = [
        room.has(chat_id=PRIVATE.id, requester_id=ADA.id),
        room.has(chat_id=GROUP.id, requester_id=ADA.id, stage=STAGES[EditState.READY]),
    ]
    others = room.has(chat_id=GROUP.id, requester_id=GRACE.id)
    pressed = press("erase:delete")
    done = ChangeText(PRIVATE.id, pressed.message_id or 0, deleted_text(en()))
    assert await room.handle(pressed) == (Alert(pressed.press_id), done)
    assert [room.edits[each.id].state for each in mine] == [EditState.CANCELLED] * 2
    assert room.woken == [each.id for each in mine]  # their cards say so
    assert room.edits[others.id].is_active
    assert room.data.erased == [(ADA.id, 0)]


@pytest.mark.parametrize("changes", [{"chat": GROUP}, {"message_id": None}])
async def test_a_press_from_elsewhere_deletes_nothing(changes: dict[str, object]) -> None:
    room = Room()
    await room.handle(press("erase:delete", **changes))
    assert not room.data.erased
