import asyncio
from datetime import timedelta

from bot.core.edits import PhotoKind, PhotoRef
from bot.storage.chats import Chats
from bot.storage.edits import SqlEditStore
from tests.factories import CHAT_ID, NO_LIMITS, NOW, REQUESTER_ID, edit

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


async def test_the_last_photo_is_remembered(chats: Chats) -> None:
    await chats.remember_photo(CHAT_ID, REQUESTER_ID, 3_000_000_000, PHOTO, NOW)
    assert await chats.remembered_photo(CHAT_ID, REQUESTER_ID, NOW) == (3_000_000_000, PHOTO)
    await chats.remember_photo(CHAT_ID, REQUESTER_ID, 3_000_000_001, STICKER, NOW)
    kept = await chats.remembered_photo(CHAT_ID, REQUESTER_ID, NOW)
    assert kept == (3_000_000_001, STICKER)
    assert kept[1].kind is PhotoKind.STICKER


async def test_a_photo_is_remembered_for_a_while(chats: Chats) -> None:
    await chats.remember_photo(CHAT_ID, REQUESTER_ID, 81, PHOTO, NOW)
    assert await chats.remembered_photo(CHAT_ID, REQUESTER_ID, NOW + timedelta(microseconds=1)) is None


async def test_a_photo_is_remembered_for_its_sender_chat_and_topic(chats: Chats) -> None:
    await chats.remember_photo(CHAT_ID, REQUESTER_ID, 81, PHOTO, NOW)
    await chats.remember_photo(CHAT_ID, REQUESTER_ID, 82, STICKER, NOW, thread_id=4)
    assert await chats.remembered_photo(CHAT_ID, 5, NOW) is None
    assert await chats.remembered_photo(8, REQUESTER_ID, NOW) is None
    assert await chats.remembered_photo(CHAT_ID, REQUESTER_ID, NOW, thread_id=5) is None
    assert await chats.remembered_photo(CHAT_ID, REQUESTER_ID, NOW) == (81, PHOTO)
    assert await chats.remembered_photo(CHAT_ID, REQUESTER_ID, NOW, thread_id=4) == (82, STICKER)


async def test_old_photos_are_forgotten(chats: Chats) -> None:
    await chats.remember_photo(CHAT_ID, 1, 81, PHOTO, NOW - timedelta(seconds=1))
    await chats.remember_photo(CHAT_ID, 2, 82, PHOTO, NOW)
    assert await chats.forget_photos_before(NOW) == 1
    assert await chats.remembered_photo(CHAT_ID, 1, NOW - timedelta(days=1)) is None
    assert await chats.remembered_photo(CHAT_ID, 2, NOW) is not None
