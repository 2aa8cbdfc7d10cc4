"""Photos that wait for words, and questions that wait for answers, on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.requests import PhotoKind, PhotoRef
from bot.core.wishes import Collected, Missing, PictureMeant, Question, Speaker, Wish
from bot.storage.database import Database
from bot.storage.wishes import SqlWishes
from tests.factories import CHAT_ID, NOW, REQUESTER_ID

PHOTO = PhotoRef("AgAC", PhotoKind.DOCUMENT, "été.png", has_spoiler=True)
STICKER = PhotoRef("CAAC", PhotoKind.STICKER)
ADA = Speaker(CHAT_ID, None, REQUESTER_ID)
SECOND, UPDATE = timedelta(seconds=1), 912_345_678_901
PICTURE = PictureMeant(PHOTO, 3_000_000_000, parent="edit-1", step=4)
ASKED = Question(UPDATE, ADA, 3_000_000_001, Wish("background", "a “beach” 🏖", PICTURE), Missing.CONSENT, NOW)


@pytest.fixture
def wishes(database: Database) -> SqlWishes:
    return SqlWishes(database)


async def test_the_last_photo_is_remembered_with_its_moment(wishes: SqlWishes) -> None:
    await wishes.remember_photos(ADA, Collected((PictureMeant(PHOTO, 3_000_000_000),), NOW))
    assert await wishes.remembered_photos(ADA, NOW) == Collected((PictureMeant(PHOTO, 3_000_000_000),), NOW)
    await wishes.remember_photos(ADA, Collected((PictureMeant(STICKER, 3_000_000_001),), NOW + SECOND))
    kept = await wishes.remembered_photos(ADA, NOW)
    assert kept == Collected((PictureMeant(STICKER, 3_000_000_001),), NOW + SECOND)
    assert await wishes.remembered_photos(ADA, NOW + 2 * SECOND) is None


@pytest.mark.parametrize(
    "other", [replace(ADA, chat_id=8), replace(ADA, thread_id=4), replace(ADA, person_id=5)]
)
async def test_what_is_remembered_is_one_persons_in_one_chat_and_topic(
    wishes: SqlWishes, other: Speaker
) -> None:
    await wishes.remember_photos(ADA, Collected((PictureMeant(PHOTO, 81),), NOW))
    await wishes.ask(ASKED)
    assert await wishes.remembered_photos(other, NOW) is None
    assert await wishes.open_question(other, NOW, 1) is None
    await wishes.remember_photos(other, Collected((PictureMeant(STICKER, 82),), NOW))
    assert await wishes.remembered_photos(ADA, NOW) == Collected((PictureMeant(PHOTO, 81),), NOW)
    assert await wishes.close_questions(other, 7) == []
    assert await wishes.open_question(ADA, NOW, 1) == ASKED


async def test_an_album_is_remembered_whole_and_in_order(wishes: SqlWishes) -> None:
    album = Collected((PictureMeant(STICKER, 83), PICTURE), NOW, is_album=True)
    await wishes.remember_photos(ADA, album)
    assert await wishes.remembered_photos(ADA, NOW) == album


async def test_a_question_may_be_about_several_pictures(wishes: SqlWishes) -> None:
    wish = Wish("edit", "blue", PICTURE, (PictureMeant(STICKER, 83), PictureMeant(PHOTO, 84)))
    asked = replace(ASKED, wish=wish, missing=Missing.MANNER)
    await wishes.ask(asked)
    assert await wishes.question(asked.id) == asked


async def test_a_question_is_found_by_its_id_its_message_and_who_was_asked(wishes: SqlWishes) -> None:
    await wishes.ask(ASKED)
    assert await wishes.question_at(CHAT_ID, 90) is None
    await wishes.note_question(ASKED.id, 90)
    arrived = replace(ASKED, message_id=90)
    assert await wishes.question(ASKED.id) == arrived
    assert await wishes.question_at(CHAT_ID, 90) == arrived
    assert await wishes.question_at(8, 90) is None
    assert await wishes.question_for(CHAT_ID, ASKED.asked_for) == arrived
    assert await wishes.open_question(ADA, NOW, 1) == arrived
    assert await wishes.open_question(ADA, NOW + SECOND, 1) is None


async def test_a_question_may_have_no_picture_and_a_topic(wishes: SqlWishes) -> None:
    asked = replace(
        ASKED, speaker=replace(ADA, thread_id=7), wish=Wish("edit", "blue"), missing=Missing.PICTURE
    )
    await wishes.ask(asked)
    assert await wishes.question(asked.id) == asked


async def test_an_answered_question_is_open_only_to_the_update_that_answered_it(wishes: SqlWishes) -> None:
    older = replace(ASKED, id=UPDATE - 5, asked_for=70)
    await wishes.ask(older)
    await wishes.ask(ASKED)
    await wishes.answered(ASKED.id, 41)
    handled_again = await wishes.open_question(ADA, NOW, 41)
    assert handled_again == replace(ASKED, answered_by=41)
    assert await wishes.open_question(ADA, NOW, 42) == older
    assert await wishes.question(ASKED.id) == handled_again


async def test_a_question_is_answered_by_one_update_which_may_come_again(wishes: SqlWishes) -> None:
    await wishes.ask(ASKED)
    assert await wishes.answered(UPDATE, UPDATE + 1)
    assert await wishes.answered(UPDATE, UPDATE + 1)
    assert not await wishes.answered(UPDATE, UPDATE + 2)
    assert (await wishes.question(UPDATE)) == replace(ASKED, answered_by=UPDATE + 1)


async def test_a_question_takes_the_place_of_one_for_the_same_message(wishes: SqlWishes) -> None:
    await wishes.ask(ASKED)
    await wishes.ask(replace(ASKED, id=UPDATE + 1))
    assert await wishes.question(ASKED.id) is None
    await wishes.ask(replace(ASKED, id=UPDATE + 2, speaker=replace(ADA, person_id=5)))
    assert await wishes.question(UPDATE + 1) is not None


async def test_a_question_that_is_asked_again_keeps_the_message_it_was_sent_as(wishes: SqlWishes) -> None:
    await wishes.ask(ASKED)
    await wishes.note_question(ASKED.id, 90)
    await wishes.ask(replace(ASKED, missing=Missing.PICTURE))
    assert await wishes.question(ASKED.id) == replace(ASKED, missing=Missing.PICTURE, message_id=90)


async def test_closed_questions_are_not_waited_for_and_found_by_a_reply(wishes: SqlWishes) -> None:
    await wishes.ask(replace(ASKED, id=1, asked_for=71))
    await wishes.ask(replace(ASKED, id=2, asked_for=72))
    await wishes.answered(2, 41)
    for _ in range(2):  # an update may be handled again
        assert [each.id for each in await wishes.close_questions(ADA, 43)] == [1]
    assert await wishes.close_questions(ADA, 44) == []
    assert await wishes.open_question(ADA, NOW, 44) is None
    closed = await wishes.question(1)
    assert closed is not None
    assert closed.answered_by == 43


async def test_old_photos_and_questions_are_forgotten(wishes: SqlWishes) -> None:
    await wishes.remember_photos(ADA, Collected((PictureMeant(PHOTO, 81),), NOW))
    await wishes.ask(ASKED)
    await wishes.forget_before(NOW)
    assert await wishes.remembered_photos(ADA, NOW) is not None
    await wishes.forget_before(NOW + SECOND)
    assert await wishes.remembered_photos(ADA, NOW) is None
    assert await wishes.question(ASKED.id) is None
