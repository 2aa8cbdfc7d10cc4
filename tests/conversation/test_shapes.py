"""A shape before the words, wherever words can be."""

import pytest

from bot.conversation.incoming import Message, Replied
from bot.conversation.meaning import EditAsked, Lacking, Recalled, Refused, meaning_of
from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from bot.core.pictures import Size
from bot.core.presets import MAX_PROMPT_CHARACTERS
from bot.core.shapes import Ratio, Shape
from bot.core.stages import EditState, Failed
from bot.core.wishes import Missing
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, OTHER_PHOTO, PHOTO, PRIVATE, in_group, message, press
from tests.conversation.texts.samples import en
from tests.factories import NOW, STAGES

BLUE = "make it blue"


@pytest.mark.parametrize(
    ("asked", "command", "shape", "words"),
    [
        (message("edit", "16:9 make it blue", picture=PHOTO), "edit", Ratio(16, 9), BLUE),
        (message(words="4:5 make it blue", picture=PHOTO), "edit", Ratio(4, 5), BLUE),
        (message("sketch", "16:9", picture=PHOTO), "sketch", Ratio(16, 9), ""),
        (
            in_group("edit", "1024x1024 make it blue", replied=Replied(60, PHOTO)),
            "edit",
            Size(1024, 1024),
            BLUE,
        ),
        (
            message("background", "3000x2000 a beach", picture=PHOTO),
            "background",
            Size(3000, 2000),
            "a beach",
        ),
        (
            in_group(words="16:9 make it blue", replied=Replied(60, PHOTO), is_addressed=True),
            "edit",
            Ratio(16, 9),
            BLUE,
        ),
    ],
)
async def test_a_leading_shape_is_no_word(asked: Message, command: str, shape: Shape, words: str) -> None:
    made = await Room().admits(asked)
    assert (made.command, made.shape, made.words) == (command, shape, words)


async def test_plain_words_for_a_photo_that_waits_may_begin_with_a_shape() -> None:
    room = Room()
    await room.handle(message(picture=PHOTO))
    made = await room.admits(message(words="16:9 make it blue"))
    assert (made.shape, made.words, made.photos) == (Ratio(16, 9), BLUE, (PHOTO,))


async def test_a_shape_alone_is_asked_about_and_kept_for_the_words() -> None:
    room = Room()
    asked = await room.asks(message("edit", "16:9", picture=PHOTO))
    assert asked.html == "What shall I change?"
    room.wishes.arrived(900)
    made = await room.admits(message(words=BLUE))
    assert (made.shape, made.words, made.photos) == (Ratio(16, 9), BLUE, (PHOTO,))


async def test_a_shape_is_kept_for_the_photo_and_another_one_takes_its_place() -> None:
    room = Room()
    asked = await room.asks(message("edit", "16:9 make it blue"))
    assert asked.html == "Got it: <i>16:9 make it blue</i>\nNow send the photo."
    assert (await room.admits(message(picture=PHOTO))).shape == Ratio(16, 9)
    await room.asks(message("edit", "16:9", picture=PHOTO))
    assert (await room.admits(message(words="1:1 make it blue"))).shape == Ratio(1, 1)


async def test_each_photo_of_an_album_gets_the_shape_and_so_does_their_combination() -> None:
    for command, count in (("sketch", 2), ("combine", 1)):
        room = Room()
        parts = [message(command, "1:1 together", picture=PHOTO, album_id="7")]
        parts.append(message(picture=OTHER_PHOTO, album_id="7"))
        room.albums["7"] = parts
        await room.handle(parts[0])
        assert [edit.request.shape for edit in room.edits.values()] == [Ratio(1, 1)] * count


@pytest.mark.parametrize("words", ["1:21 make it blue", "0:9 make it blue", "100000x100000", "8x999 blue"])
async def test_a_shape_that_is_not_made_gets_a_sentence_and_nothing_is_asked_for(words: str) -> None:
    room = Room()
    said = await room.say(message("edit", words, picture=PHOTO))
    assert said.html == reason_sentence(en(), Reason.BAD_SHAPE)
    assert "32 to 10,000 pixels" in said.html
    assert not room.edits


async def test_again_keeps_the_shape_and_change_goes_on_from_the_new_picture() -> None:
    room = Room()
    done = room.has(
        chat_id=PRIVATE.id,
        requester_id=ADA.id,
        photos=(PHOTO,),
        shape=Ratio(16, 9),
        command="edit",
        words=BLUE,
        stage=STAGES[EditState.DELIVERED],
    )
    assert (await room.admits(press(f"a:{done.id}"))).shape == Ratio(16, 9)
    await room.asks(press(f"change:{done.id}"))
    changed = await room.admits(message(words="and a hat"))
    assert (changed.shape, changed.parent) == (None, done.id)


async def test_other_words_keep_the_shape() -> None:
    room = Room()
    failed = room.has(
        chat_id=PRIVATE.id,
        requester_id=ADA.id,
        language="en",
        photos=(PHOTO,),
        shape=Ratio(16, 9),
        command="edit",
        words=BLUE,
        stage=Failed(Reason.POLICY, NOW),
    )
    asked = await room.asks(press(f"words:{failed.id}"))
    assert "<i>16:9 make it blue</i>" in asked.html
    assert (await room.admits(message(words="make it green"))).shape == Ratio(16, 9)


def test_the_words_of_a_new_shape_are_counted_with_what_is_said_to_the_model_about_it() -> None:
    longest = "x" * MAX_PROMPT_CHARACTERS
    assert isinstance(meaning_of(message("edit", longest, picture=PHOTO), "edit", Recalled()), EditAsked)
    refused = meaning_of(message("edit", f"1:1 {longest}", picture=PHOTO), "edit", Recalled())
    assert isinstance(refused, Refused)
    new = meaning_of(message("imagine", f"1:1 {longest}"), "imagine", Recalled())
    assert isinstance(new, EditAsked)


def test_a_time_of_day_is_no_shape() -> None:
    meant = meaning_of(message(words="9:05 on the clock"), None, Recalled())
    assert isinstance(meant, Lacking)
    assert (meant.missing, meant.wish.words) == (Missing.PICTURE, "9:05 on the clock")
