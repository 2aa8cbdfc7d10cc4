"""Several photos: albums, photos one after the other, and one picture from all of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.incoming import EditedMessage, Message, Replied
from bot.conversation.outgoing import Alert, Ask, ChangeText, Delete, Say
from bot.conversation.texts import alerts, questions
from bot.core.errors import Reason
from bot.core.limits import Refusal
from bot.core.requests import PhotoKind, PhotoRef, Request
from bot.core.stages import Delivered
from tests.conversation.fakes import Room
from tests.conversation.samples import OTHER_PHOTO, PHOTO, PRIVATE, data_of, in_group, message, press
from tests.conversation.texts.samples import HOURLY, en
from tests.factories import NOW, RESULT, TASK

BLUE, ALBUM = "make it blue", "77"
PAINTED = PhotoRef("painted", PhotoKind.PHOTO)


def photo(number: int) -> PhotoRef:
    return PhotoRef(f"photo-{number}", PhotoKind.PHOTO)


def album(room: Room, *captions: str, command: str | None = None, chat: bool = False) -> list[Message]:
    """The parts of an album in the order in which they come; the caption with words has the command."""
    make = in_group if chat else message
    parts = [
        make(command if words else None, words, picture=photo(number), album_id=ALBUM)
        for number, words in enumerate(captions)
    ]
    room.albums[ALBUM] = parts
    return parts


async def handled(room: Room, parts: list[Message]) -> list[object]:
    return [each for part in parts for each in await room.handle(part)]


def asked_of(room: Room) -> list[Request]:
    return [edit.request for edit in room.edits.values()]


@pytest.mark.parametrize("captions", [("in red", "", ""), ("", "", "in red"), ("", "in red", "")])
async def test_every_photo_of_an_album_with_a_command_is_edited(captions: tuple[str, ...]) -> None:
    room = Room()
    parts = album(room, *captions, command="sketch")
    assert await handled(room, parts) == []
    made = asked_of(room)
    assert [(each.command, each.words) for each in made] == [("sketch", "in red")] * 3
    assert [each.photo for each in made] == [photo(0), photo(1), photo(2)]
    assert [each.photo_message_id for each in made] == [part.message_id for part in parts]
    assert len({each.update_id for each in made}) == 1


async def test_a_plain_caption_of_an_album_in_private_is_the_prompt_for_each() -> None:
    room = Room()
    assert await handled(room, album(room, "", BLUE)) == []
    assert [each.words for each in asked_of(room)] == [BLUE, BLUE]


async def test_the_parts_may_come_in_any_order_and_be_handled_again() -> None:
    room = Room()
    parts = album(room, "in red", "", "", command="sketch")
    for _ in range(2):
        await handled(room, parts[::-1])
    assert [each.photo for each in asked_of(room)] == [photo(0), photo(1), photo(2)]


async def test_in_a_group_the_part_with_the_command_speaks_for_the_album() -> None:
    room = Room()
    assert await handled(room, album(room, "", "in red", "", command="sketch", chat=True)) == []
    assert len(room.edits) == 3
    quiet = Room()
    assert await handled(quiet, album(quiet, "", "look at this", chat=True)) == []
    assert not quiet.edits


async def test_where_only_the_captioned_part_is_seen_that_one_is_edited() -> None:
    room = Room()
    await room.admits(in_group("sketch", picture=PHOTO, album_id=ALBUM))


async def test_an_album_without_words_is_asked_about_once_and_a_style_is_for_each() -> None:
    room = Room()
    [asked] = await handled(room, album(room, "", "", ""))
    assert isinstance(asked, Ask)
    assert asked.html == questions.several(en(), 3)
    button = next(each for row in asked.buttons for each in row if each.data.endswith("-sketch"))
    _, deleted = await room.handle(press(button.data, message_id=90))
    assert deleted == Delete(PRIVATE.id, 90)
    assert [(each.command, each.photo) for each in asked_of(room)] == [("sketch", photo(n)) for n in range(3)]


async def test_words_after_an_album_ask_whether_each_or_together() -> None:
    room = Room()
    await handled(room, album(room, "", ""))
    asked = await room.asks(message(words=BLUE))
    assert asked.html == "2 photos: <i>make it blue</i>"
    [[each, together]] = asked.buttons
    assert (each.text, together.text) == ("✨ Each one", "🧩 Combine")
    await room.handle(press(together.data, message_id=90))
    [made] = asked_of(room)
    assert (made.command, made.words, made.photos) == ("combine", BLUE, (photo(0), photo(1)))


async def test_each_one_edits_each_one() -> None:
    room = Room()
    await handled(room, album(room, "", ""))
    [[each, _]] = (await room.asks(message(words=BLUE))).buttons
    await room.handle(press(each.data, message_id=90))
    assert [made.photos for made in asked_of(room)] == [(photo(0),), (photo(1),)]


async def test_a_command_after_an_album_is_for_each_photo() -> None:
    room = Room()
    await handled(room, album(room, "", ""))
    assert await room.handle(message("oil")) == ()
    assert [made.photo for made in asked_of(room)] == [photo(0), photo(1)]


async def test_what_is_no_still_picture_in_an_album_is_left_out_with_a_word() -> None:
    room = Room()
    parts = album(room, "in red", "", "", command="sketch")
    parts[1] = replace(parts[1], picture=Reason.ANIMATED)
    [said] = await handled(room, parts)
    assert isinstance(said, Say)
    assert said.html == "I leave out 1 part of the album: I edit still pictures only."
    assert [made.photo for made in asked_of(room)] == [photo(0), photo(2)]


async def test_an_album_of_videos_is_refused_once() -> None:
    room = Room()
    parts = [replace(part, picture=Reason.ANIMATED) for part in album(room, "", "")]
    room.albums[ALBUM] = parts
    [said] = await handled(room, parts)
    assert isinstance(said, Say)
    assert "I can only edit still pictures" in said.html


async def test_a_part_that_comes_when_the_others_are_taken_speaks_for_itself() -> None:
    room = Room()
    parts = album(room, "in red", "", command="sketch")
    await handled(room, parts)
    late = message(picture=photo(9), album_id=ALBUM)
    assert (await room.asks(late)).buttons
    assert len(room.edits) == 2


async def test_a_caption_that_is_added_to_an_album_later_counts_for_all_of_it() -> None:
    room = Room()
    parts = album(room, "", "")
    await handled(room, parts)
    corrected = replace(parts[0], update_id=1_000_000, command="sketch")
    room.albums[ALBUM] = [corrected, parts[1]]
    await room.handle(EditedMessage(corrected))
    assert [made.photo for made in asked_of(room)] == [photo(0), photo(1)]
    assert await room.handle(EditedMessage(replace(corrected, update_id=1_000_001, command="oil"))) == ()
    assert len(room.edits) == 2


async def test_a_caption_that_changes_while_the_parts_are_waited_for_is_not_a_second_request() -> None:
    """Another replica waits. It finds the new words in the inbox."""
    room = Room()
    parts = album(room, "in red", "", command="sketch")
    await room.memory.is_first_of_album(PRIVATE.id, ALBUM, parts[0].update_id, NOW)
    corrected = replace(parts[0], update_id=1_000_000, words="in blue")
    room.albums[ALBUM] = [corrected, parts[1]]
    assert await room.handle(EditedMessage(corrected)) == ()
    assert not room.edits
    await room.handle(parts[0])
    assert [made.words for made in asked_of(room)] == ["in blue", "in blue"]


async def test_in_a_group_too_the_words_are_those_of_the_last_correction() -> None:
    room = Room()
    parts = album(room, "in red", "", command="sketch", chat=True)
    room.albums[ALBUM] = [replace(parts[0], words="in blue"), parts[1]]
    await room.handle(parts[0])
    assert [made.words for made in asked_of(room)] == ["in blue", "in blue"]


async def test_a_caption_on_another_part_does_not_edit_again_what_was_edited() -> None:
    room = Room()
    parts = album(room, "in red", "", "", command="sketch")
    await handled(room, parts)
    room.edits.popitem()  # as if the limit had left the last part
    corrected = replace(parts[2], update_id=1_000_000, words="and a hat")
    room.albums[ALBUM] = [*parts[:2], corrected]
    await room.handle(EditedMessage(corrected))
    assert [each.photo for each in asked_of(room)] == [photo(0), photo(1), photo(2)]


async def test_a_command_for_an_album_that_is_handled_again_asks_for_nothing_more() -> None:
    """A process ended in the middle of it, and one of its edits is delivered by now."""
    room = Room()
    await handled(room, album(room, "", "", ""))
    command = message("sketch")
    await room.handle(command)
    _, second, _ = room.edits.values()
    room.now += timedelta(minutes=1)
    room.edits[second.id] = replace(second, stage=Delivered(TASK, RESULT, 80, room.now, PAINTED))
    await room.handle(command)
    assert [each.photo for each in asked_of(room)] == [photo(0), photo(1), photo(2)]


async def test_an_album_is_one_series_with_one_request() -> None:
    room = Room()
    parts = album(room, "in red", "", "", command="sketch")
    await handled(room, parts)
    made = asked_of(room)
    assert [(each.series_number, each.series_count) for each in made] == [(1, 3), (2, 3), (3, 3)]
    assert {each.request_message_id for each in made} == {parts[0].message_id}
    assert len(room.woken) == 3


async def test_an_album_for_which_the_places_do_not_do_is_refused_whole() -> None:
    room = Room()
    room.service.places = 2
    [said] = await handled(room, album(room, "in red", "", "", command="sketch"))
    assert isinstance(said, Say)
    assert not room.edits
    assert "3 photos, 2 places left. There is one for each" in said.html
    assert [button.text for button in said.buttons[0]] == ["First 2 now", "⏳ All in 5 min"]
    room.service.places = None
    await room.handle(message("sketch", "in red"))
    assert [made.photo for made in asked_of(room)] == [photo(0), photo(1), photo(2)]


async def test_the_first_of_an_album_begin_and_the_rest_is_refused_anew() -> None:
    room = Room()
    room.service.places = 2
    [said] = await handled(room, album(room, "in red", "", "", "", command="sketch"))
    assert isinstance(said, Say)
    pressed = press(data_of(said.buttons)[0], message_id=90)
    told, changed = await room.handle(pressed)
    assert isinstance(told, Alert)
    assert told.text == alerts.started(en())
    assert isinstance(changed, ChangeText)
    assert "2 photos, no place left" in changed.html
    assert [(made.photo, made.series_count) for made in asked_of(room)] == [(photo(0), 2), (photo(1), 2)]
    assert await room.handle(pressed) == (told, changed)
    assert len(room.edits) == 2
    room.service.places = None
    await room.handle(press(data_of(changed.buttons)[0]))
    assert [made.photo for made in asked_of(room)] == [photo(number) for number in range(4)]
    assert [made.series_number for made in asked_of(room)] == [1, 2, 1, 2]


async def test_more_presses_of_first_never_begin_the_rest_twice() -> None:
    room = Room()
    room.service.places = 2
    [said] = await handled(room, album(room, "in red", "", "", "", command="sketch"))
    assert isinstance(said, Say)
    for places in (2, None, None):
        room.service.places = places
        await room.handle(press(data_of(said.buttons)[0]))
    assert [made.photo for made in asked_of(room)] == [photo(number) for number in range(4)]


async def test_all_of_an_album_is_held() -> None:
    room = Room()
    room.service.refusal = Refusal(HOURLY, NOW + timedelta(minutes=5))
    [said] = await handled(room, album(room, "in red", "", command="sketch"))
    assert isinstance(said, Say)
    told, gone = await room.handle(press(data_of(said.buttons)[0], message_id=90))
    assert isinstance(told, Alert)
    assert isinstance(gone, Delete)
    assert told.text == "I hold 2 places for you. /status shows them."
    assert [(made.state, made.request.series_count) for made in room.edits.values()] == [("held", 2)] * 2


async def test_an_album_that_will_never_have_so_many_places_can_only_be_begun() -> None:
    room = Room()
    room.service.refusal = Refusal(HOURLY, left=1)
    [said] = await handled(room, album(room, "in red", "", command="sketch"))
    assert isinstance(said, Say)
    assert [button.text for button in said.buttons[0]] == ["First one now"]


async def test_an_album_combines_into_one_picture() -> None:
    room = Room()
    assert await handled(room, album(room, "", "put this dress on her", command="combine")) == []
    [made] = asked_of(room)
    assert (made.photos, made.words) == ((photo(0), photo(1)), "put this dress on her")


async def test_a_photo_in_reply_to_a_photo_combines_in_the_order_of_the_messages() -> None:
    made = await Room().admits(
        in_group("combine", "put this dress on her", picture=PHOTO, replied=Replied(60, OTHER_PHOTO))
    )
    assert made.photos == (OTHER_PHOTO, PHOTO)
    assert made.photo_message_id == 60


async def test_a_photo_in_reply_to_what_shows_a_result_combines_with_that_result() -> None:
    """A comparison has two pictures in it: nobody means those."""
    room = Room()
    parent = room.has(chat_id=PRIVATE.id, stage=Delivered(TASK, RESULT, 80, NOW, PAINTED))
    page = Replied(95, OTHER_PHOTO, is_ours=True, button=f"change:{parent.id}")
    made = await room.admits(message("combine", BLUE, picture=PHOTO, replied=page))
    assert (made.photos, made.photo_message_id, made.parent) == ((PAINTED, PHOTO), 80, parent.id)


async def test_photos_sent_one_after_the_other_are_collected_for_combine() -> None:
    room = Room()
    for number in range(2):
        await room.handle(message(picture=photo(number)))
    made = await room.admits(message("combine", BLUE))
    assert made.photos == (photo(0), photo(1))


async def test_plain_words_after_two_single_photos_are_for_the_last_one() -> None:
    room = Room()
    for number in range(2):
        await room.handle(message(picture=photo(number)))
    assert (await room.admits(message(words=BLUE))).photos == (photo(1),)


async def test_photos_of_more_than_ten_minutes_ago_are_not_collected() -> None:
    room = Room()
    await room.handle(message(picture=photo(0)))
    room.now += timedelta(minutes=10, seconds=1)
    await room.handle(message(picture=photo(1)))
    assert len(room.wishes.photos[message().speaker].pictures) == 1


async def test_combine_with_one_photo_asks_for_the_other_one() -> None:
    room = Room()
    asked = await room.asks(message("combine", BLUE, picture=PHOTO))
    assert asked.html == "That is one photo. Send me the other one as the answer to this."
    made = await room.admits(message(picture=OTHER_PHOTO))
    assert (made.command, made.photos, made.words) == ("combine", (PHOTO, OTHER_PHOTO), BLUE)


async def test_combine_without_words_asks_how() -> None:
    asked = await Room().asks(message("combine", picture=PHOTO))
    assert (asked.html, asked.placeholder) == ("How shall I combine them?", "put this dress on her")


async def test_combine_with_nothing_asks_for_an_album() -> None:
    room = Room()
    asked = await room.asks(message("combine", BLUE))
    assert asked.html == "Which photos? Send two or more as an album, as the answer to this."
    assert await handled(room, album(room, "", "")) == []
    assert asked_of(room)[0].photos == (photo(0), photo(1))


async def test_more_photos_than_the_model_takes_are_refused_before_anything_is_paid() -> None:
    room = Room()
    [said] = await handled(room, album(room, BLUE, "", "", "", command="combine"))
    assert isinstance(said, Say)
    assert said.html == "I can combine 3 photos at most. Send fewer."
    assert not room.edits


async def test_too_many_photos_are_not_combined_by_a_button_either() -> None:
    room = Room()
    await handled(room, album(room, "", "", "", ""))
    [[_, together]] = (await room.asks(message(words=BLUE))).buttons
    told = await room.alert(press(together.data))
    assert told.popup
    assert isinstance(told, Alert)
    assert not room.edits
