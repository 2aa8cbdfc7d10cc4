"""Who may use the bot, and groups that became supergroups."""

import logging
from datetime import timedelta

import pytest

from bot.conversation.incoming import Chat, ChatMigrated
from bot.core.errors import TryLater
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PRIVATE, SUPERGROUP, in_group

ALLOWED = frozenset({GROUP.id, GRACE.id, -1_009_999_999_999})


def group_room() -> Room:
    return Room(allowed_chats=ALLOWED, admin_ids=frozenset({ADA.id}))


async def test_without_a_list_everybody_may() -> None:
    room = Room()
    assert await room.access.admits(GROUP, ADA.id)
    assert await room.access.admits(SUPERGROUP)
    assert not room.questions.asked


async def test_who_is_listed_may_and_nobody_else() -> None:
    room = Room(allowed_chats=ALLOWED)
    assert await room.access.admits(GROUP, ADA.id)
    assert await room.access.admits(Chat(GRACE.id, is_private=True), GRACE.id)
    assert not await room.access.admits(PRIVATE, ADA.id)
    assert not await room.access.admits(Chat(-4200, is_private=False), GRACE.id)


async def test_admins_may_in_private_always_and_elsewhere_as_everybody() -> None:
    room = group_room()
    assert await room.access.admits(PRIVATE, ADA.id)
    assert not await room.access.admits(PRIVATE)
    assert not await room.access.admits(Chat(-4200, is_private=False), ADA.id)


@pytest.mark.parametrize("told_by", [1, 2])
async def test_an_allowed_group_stays_allowed_as_a_supergroup_and_the_owner_reads_of_it_once(
    told_by: int, caplog: pytest.LogCaptureFixture
) -> None:
    room = group_room()
    with caplog.at_level(logging.WARNING):
        for number in range(told_by):
            await room.handle(ChatMigrated(number, GROUP.id, SUPERGROUP.id))
    assert await room.access.admits(SUPERGROUP, ADA.id)
    assert not room.questions.asked
    [warning] = [record.getMessage() for record in caplog.records]
    assert f"put {SUPERGROUP.id} into ALLOWED_CHATS" in warning


async def test_the_move_of_a_group_that_is_not_allowed_allows_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    room = group_room()
    with caplog.at_level(logging.WARNING):
        await room.handle(ChatMigrated(1, -4200, SUPERGROUP.id))
    assert not await room.access.admits(SUPERGROUP, ADA.id)
    assert not caplog.records


async def test_a_supergroup_that_nobody_told_of_is_found_by_asking() -> None:
    room = group_room()
    room.questions.moved[GROUP.id] = SUPERGROUP.id
    assert await room.access.admits(SUPERGROUP, ADA.id)
    assert await room.access.admits(SUPERGROUP, ADA.id)
    assert room.questions.asked == [GROUP.id]  # once, and only about what may have been a basic group
    assert room.memory.moves == {GROUP.id: SUPERGROUP.id}


async def test_a_foreign_supergroup_is_asked_about_once_a_day() -> None:
    room = group_room()
    for _ in range(3):
        assert not await room.access.admits(SUPERGROUP, ADA.id)
    assert room.questions.asked == [GROUP.id]
    room.now += timedelta(days=1, seconds=1)
    assert not await room.access.admits(SUPERGROUP, ADA.id)
    assert room.questions.asked == [GROUP.id] * 2


async def test_a_question_that_failed_is_asked_again() -> None:
    room = group_room()
    room.questions.error = TryLater(1)
    with pytest.raises(TryLater):
        await room.access.admits(SUPERGROUP, ADA.id)
    room.questions.error = None
    room.questions.moved[GROUP.id] = SUPERGROUP.id
    assert await room.access.admits(SUPERGROUP, ADA.id)


async def test_a_basic_group_is_not_asked_about() -> None:
    room = group_room()
    assert not await room.access.admits(Chat(-4200, is_private=False), ADA.id)
    assert not room.questions.asked


async def test_a_message_from_the_supergroup_is_answered_before_its_move_was_told() -> None:
    room = group_room()
    room.questions.moved[GROUP.id] = SUPERGROUP.id
    assert (await room.say(in_group("help", chat=SUPERGROUP))).to.chat_id == SUPERGROUP.id
