import asyncio
from contextlib import aclosing
from datetime import timedelta

from bot.core.edits import Extra
from bot.core.requests import PhotoKind, PhotoRef
from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from tests.factories import CHAT_ID, NO_LIMITS, NOW, edit

PHOTO = PhotoRef("AgAC", PhotoKind.DOCUMENT, "été.png")
STICKER = PhotoRef("CAAC", PhotoKind.STICKER)


async def test_a_chat_is_told_once_that_it_is_not_allowed(chats: Chats) -> None:
    told = await asyncio.gather(*(chats.tell_not_allowed(CHAT_ID, NOW) for _ in range(20)))
    assert sorted(told) == [False] * 19 + [True]
    assert await chats.tell_not_allowed(8, NOW)


async def test_a_chat_that_asked_before_is_told_too(chats: Chats, store: SqlEditStore) -> None:
    await store.admit(edit(), NO_LIMITS, NOW)
    assert await chats.tell_not_allowed(CHAT_ID, NOW)
    assert not await chats.tell_not_allowed(CHAT_ID, NOW)


async def test_small_talk_is_answered_once_an_hour(chats: Chats) -> None:
    assert await chats.answers_small_talk(CHAT_ID, NOW)
    assert not await chats.answers_small_talk(CHAT_ID, NOW + timedelta(minutes=59))
    assert await chats.answers_small_talk(8, NOW)
    assert await chats.answers_small_talk(CHAT_ID, NOW + timedelta(hours=1))


async def test_equal_refusals_are_told_once_a_minute(chats: Chats) -> None:
    told = [
        await chats.tell_refusal(CHAT_ID, "limit", 70 + number, NOW + timedelta(seconds=seconds))
        for number, seconds in enumerate((0, 20, 59, 60, 119, 120))
    ]
    assert told == [True, False, False, True, False, True]
    assert await chats.tell_refusal(CHAT_ID, "away", 90, NOW)
    assert await chats.tell_refusal(8, "limit", 90, NOW)


async def test_the_refusal_of_one_message_may_be_told_again_until_it_has_arrived(chats: Chats) -> None:
    assert [await chats.tell_refusal(CHAT_ID, "limit", 70, NOW) for _ in range(2)] == [True, True]


async def test_of_many_replicas_one_tells_a_refusal(chats: Chats) -> None:
    told = await asyncio.gather(*(chats.tell_refusal(CHAT_ID, "limit", 70 + n, NOW) for n in range(20)))
    assert sorted(told) == [False] * 19 + [True]


async def test_one_picture_stands_for_its_album(chats: Chats) -> None:
    assert await chats.is_first_of_album(CHAT_ID, "13579", 41, NOW)
    assert not await chats.is_first_of_album(CHAT_ID, "13579", 42, NOW)
    assert not await chats.is_first_of_album(CHAT_ID, "13579", 40, NOW)
    assert await chats.is_first_of_album(CHAT_ID, "24680", 43, NOW)
    assert await chats.is_first_of_album(8, "13579", 44, NOW)


async def test_an_update_that_is_handled_twice_is_the_first_of_its_album_twice(chats: Chats) -> None:
    assert [await chats.is_first_of_album(CHAT_ID, "13579", 41, NOW) for _ in range(2)] == [True, True]
    assert [await chats.is_first_of_album(CHAT_ID, "13579", 42, NOW) for _ in range(2)] == [False, False]


async def test_of_an_album_that_comes_to_many_replicas_at_once_one_picture_is_the_first(url: str) -> None:
    async with aclosing(Database.open(url)) as here, aclosing(Database.open(url)) as there:
        replicas = Chats(here), Chats(there)
        firsts = await asyncio.gather(
            *(replicas[n % 2].is_first_of_album(CHAT_ID, "13579", n // 2, NOW) for n in range(20))
        )
    assert sum(firsts) == 2  # one update, which came to both
    assert firsts[0::2] == firsts[1::2]


async def test_albums_are_forgotten_after_a_while(chats: Chats) -> None:
    assert await chats.is_first_of_album(CHAT_ID, "13579", 41, NOW - timedelta(seconds=1))
    assert await chats.is_first_of_album(CHAT_ID, "24680", 42, NOW)
    assert await chats.forget_albums_before(NOW) == 1
    assert await chats.is_first_of_album(CHAT_ID, "13579", 43, NOW)
    assert not await chats.is_first_of_album(CHAT_ID, "24680", 44, NOW)


async def test_a_chat_has_every_id_that_it_once_had(chats: Chats, store: SqlEditStore) -> None:
    assert await chats.origins(-1003) == frozenset()
    await store.follow_chat(-2, -1003)
    await store.follow_chat(-1, -2)
    await store.follow_chat(-7, -1008)
    await store.follow_chat(-1, -2)
    assert await chats.origins(-1003) == {-1, -2}
    assert await chats.origins(-2) == {-1}
    assert await chats.origins(-1008) == {-7}


async def test_moves_in_a_circle_come_to_an_end(chats: Chats, store: SqlEditStore) -> None:
    await store.follow_chat(-1, -2)
    await store.follow_chat(-2, -1)
    assert await chats.origins(-1) == {-2}


async def test_a_move_that_was_checked_is_known_until_the_check_is_old(
    chats: Chats, store: SqlEditStore
) -> None:
    await store.admit(edit(), NO_LIMITS, NOW)  # it has a row already
    assert not await chats.has_checked_move(CHAT_ID, NOW - timedelta(days=1))
    await chats.note_move_check(CHAT_ID, NOW)
    assert await chats.has_checked_move(CHAT_ID, NOW)
    assert not await chats.has_checked_move(CHAT_ID, NOW + timedelta(microseconds=1))
    assert not await chats.has_checked_move(8, NOW - timedelta(days=1))


async def test_what_a_chat_was_told_and_when_its_move_was_checked_are_two_things(chats: Chats) -> None:
    await chats.note_move_check(CHAT_ID, NOW)
    assert await chats.tell_not_allowed(CHAT_ID, NOW)
    assert await chats.has_checked_move(CHAT_ID, NOW)
    assert not await chats.tell_not_allowed(CHAT_ID, NOW + timedelta(days=9))


async def test_what_a_chat_takes_is_known_and_it_is_told_once_an_hour(chats: Chats) -> None:
    assert await chats.picture_right(CHAT_ID) is None
    await chats.note_picture_right(CHAT_ID, takes=False, now=NOW)
    assert await chats.picture_right(CHAT_ID) == (False, NOW)
    told = await asyncio.gather(*(chats.tell_no_pictures(CHAT_ID, NOW) for _ in range(5)))
    assert sorted(told) == [False] * 4 + [True]
    await chats.note_picture_right(CHAT_ID, takes=False, now=NOW)
    assert not await chats.tell_no_pictures(CHAT_ID, NOW + timedelta(minutes=59))
    assert await chats.tell_no_pictures(CHAT_ID, NOW + timedelta(hours=1))
    await chats.note_picture_right(CHAT_ID, takes=True, now=NOW)
    assert await chats.picture_right(CHAT_ID) == (True, NOW)
    await chats.note_picture_right(CHAT_ID, takes=None, now=NOW)
    assert await chats.picture_right(CHAT_ID) is None
    await chats.note_picture_right(CHAT_ID, takes=False, now=NOW)
    assert await chats.tell_no_pictures(CHAT_ID, NOW)


async def test_each_extra_of_an_edit_is_sent_by_itself(chats: Chats) -> None:
    assert all([await chats.claim_extra("e1", extra, NOW) for extra in Extra])
    await chats.note_extra("e1", Extra.FILE, 900)
    assert [await chats.sent_extra("e1", extra) for extra in Extra] == [900, None]
    await chats.forget_extra("e1", Extra.FILE)
    assert [await chats.claim_extra("e1", extra, NOW) for extra in Extra] == [True, False]


async def test_one_of_many_presses_sends_the_file(chats: Chats) -> None:
    claims = await asyncio.gather(*(chats.claim_extra("e1", Extra.FILE, NOW) for _ in range(30)))
    assert sorted(claims) == [False] * 29 + [True]
    assert await chats.sent_extra("e1", Extra.FILE) is None
    assert await chats.claim_extra("e1", Extra.FILE, NOW + timedelta(minutes=10))  # the first one was cut
    await chats.note_extra("e1", Extra.FILE, 3_000_000_000)
    assert await chats.sent_extra("e1", Extra.FILE) == 3_000_000_000
    assert not await chats.claim_extra("e1", Extra.FILE, NOW + timedelta(days=1))
    await chats.forget_extra("e1", Extra.FILE)
    assert await chats.claim_extra("e1", Extra.FILE, NOW)
    assert await chats.forget_extras_before(NOW) == 0
    assert await chats.forget_extras_before(NOW + timedelta(seconds=1)) == 1


async def test_a_part_is_late_when_the_others_have_been_taken(chats: Chats) -> None:
    await chats.is_first_of_album(CHAT_ID, "13579", 41, NOW)
    assert not await chats.is_late_part(CHAT_ID, "13579", 43)
    assert await chats.is_album_open(CHAT_ID, "13579")
    assert not await chats.is_album_open(CHAT_ID, "24680")
    await chats.settle_album(CHAT_ID, "13579", 42)
    assert not await chats.is_late_part(CHAT_ID, "13579", 42)
    assert not await chats.is_album_open(CHAT_ID, "13579")
    assert await chats.is_late_part(CHAT_ID, "13579", 43)
    assert not await chats.is_late_part(CHAT_ID, "24680", 43)
    assert not await chats.is_late_part(8, "13579", 43)


async def test_a_group_is_as_quiet_as_its_admins_last_said(chats: Chats, store: SqlEditStore) -> None:
    assert not await chats.is_quiet(CHAT_ID)
    await chats.set_quiet(CHAT_ID, is_quiet=True)
    assert await chats.is_quiet(CHAT_ID)
    assert not await chats.is_quiet(8)
    await store.follow_chat(CHAT_ID, -1_010)
    assert await chats.is_quiet(-1_010)
    await store.follow_chat(CHAT_ID, -1_010)  # both chats tell of the move
    await chats.set_quiet(-1_010, is_quiet=False)
    assert not await chats.is_quiet(-1_010)


async def test_of_those_who_find_an_extra_gone_one_sends_it_again(chats: Chats) -> None:
    await chats.claim_extra("e1", Extra.FILE, NOW)
    await chats.note_extra("e1", Extra.FILE, 900)
    assert not await chats.claim_extra("e1", Extra.FILE, NOW, gone=899)
    claims = await asyncio.gather(*(chats.claim_extra("e1", Extra.FILE, NOW, gone=900) for _ in range(9)))
    assert sorted(claims) == [False] * 8 + [True]
    assert await chats.sent_extra("e1", Extra.FILE) is None
