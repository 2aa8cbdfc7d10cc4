"""The grammar, on messages as the conversation gets them."""

import pytest

from bot.conversation.incoming import Picture, Replied
from bot.conversation.meaning import (
    EditAsked,
    PhotoMissing,
    PhotoSent,
    Refused,
    of_command,
    of_plain,
)
from bot.core.edits import PhotoKind, PhotoRef
from bot.core.errors import Reason
from bot.core.presets import full_prompt
from tests.conversation.samples import OTHER_PHOTO, PHOTO, in_group, message

REPLIED = Replied(60, OTHER_PHOTO)
STICKER = PhotoRef("sticker", PhotoKind.STICKER)
FILE = PhotoRef("file", PhotoKind.DOCUMENT, "Holiday.png")
SPOILER = PhotoRef("hidden", PhotoKind.PHOTO, has_spoiler=True)


def test_a_command_in_a_photos_caption_is_an_edit_of_it() -> None:
    for asked in (
        message("edit", "make it blue", picture=PHOTO),
        in_group("edit", "make it blue", picture=PHOTO),
    ):
        assert of_command(asked, "edit") == EditAsked("edit", "make it blue", PHOTO, asked.message_id)


def test_words_are_kept_as_they_were_written() -> None:
    asked = message("edit", "🎨 make it\nblue", picture=PHOTO)
    assert of_command(asked, "edit") == EditAsked("edit", "🎨 make it\nblue", PHOTO, asked.message_id)


def test_a_command_that_answers_somebody_elses_photo_edits_that_one() -> None:
    asked = in_group("sketch", replied=REPLIED)
    assert of_command(asked, "sketch") == EditAsked("sketch", "", OTHER_PHOTO, 60)


def test_a_photo_of_its_own_comes_before_the_one_that_is_answered() -> None:
    asked = message("sketch", picture=PHOTO, replied=REPLIED)
    assert of_command(asked, "sketch") == EditAsked("sketch", "", PHOTO, asked.message_id)


def test_a_photo_quoted_from_another_chat_is_edited_where_it_was_asked() -> None:
    asked = message("sketch", replied=Replied(None, OTHER_PHOTO))
    assert of_command(asked, "sketch") == EditAsked("sketch", "", OTHER_PHOTO, asked.message_id)


@pytest.mark.parametrize("picture", [FILE, STICKER, SPOILER])
def test_a_picture_of_any_kind_is_edited_as_it_came(picture: PhotoRef) -> None:
    own = message("sketch", picture=picture)
    assert of_command(own, "sketch") == EditAsked("sketch", "", picture, own.message_id)
    answering = in_group("cartoon", replied=Replied(60, picture))
    assert of_command(answering, "cartoon") == EditAsked("cartoon", "", picture, 60)


def test_in_private_a_bare_photo_waits_for_what_to_do_with_it() -> None:
    assert of_plain(message(picture=PHOTO)) == PhotoSent(PHOTO)


def test_in_private_a_plain_caption_is_the_prompt() -> None:
    asked = message(words="make it blue", picture=PHOTO)
    assert of_plain(asked) == EditAsked("edit", "make it blue", PHOTO, asked.message_id)


def test_in_private_words_that_answer_a_photo_are_meant_for_it() -> None:
    assert of_plain(message(words="make it blue", replied=REPLIED)) == EditAsked(
        "edit", "make it blue", OTHER_PHOTO, 60
    )


def test_in_private_plain_words_are_meant_for_the_photo_before() -> None:
    assert of_plain(message(words="make it blue")) == PhotoMissing("edit", "make it blue")
    assert of_command(message("sketch"), "sketch") == PhotoMissing("sketch", "")


def test_a_message_that_says_and_shows_nothing_means_nothing() -> None:
    assert of_plain(message()) is None
    assert of_plain(message(replied=REPLIED)) is None


def test_the_caption_of_a_forwarded_photo_is_somebody_elses() -> None:
    asked = message(words="sunset over the lake", picture=PHOTO, is_forwarded=True)
    assert of_plain(asked) == PhotoSent(PHOTO)


@pytest.mark.parametrize("command", ["edit", "background"])
@pytest.mark.parametrize("picture", [PHOTO, None])
def test_a_prompt_that_is_needed_and_missing_is_asked_for(command: str, picture: Picture) -> None:
    assert of_command(message(command, picture=picture), command) == Refused(Reason.NO_PROMPT, command)


def test_a_prompt_that_is_too_long_is_refused_with_its_length() -> None:
    found = of_command(message("edit", "x" * 1501, picture=PHOTO), "edit")
    assert found == Refused(Reason.PROMPT_TOO_LONG, "edit", prompt_length=1501)
    assert isinstance(of_command(message("edit", "x" * 1500, picture=PHOTO), "edit"), EditAsked)
    styled = of_command(message("sketch", "x" * 1500, picture=PHOTO), "sketch")
    length = len(full_prompt("sketch", "x" * 1500))
    assert styled == Refused(Reason.PROMPT_TOO_LONG, "sketch", prompt_length=length)


@pytest.mark.parametrize("reason", [Reason.NOT_AN_IMAGE, Reason.ANIMATED, Reason.TOO_SMALL])
def test_what_cannot_be_edited_is_refused_whatever_was_said(reason: Reason) -> None:
    assert of_command(message("sketch", picture=reason), "sketch") == Refused(reason, "sketch")
    assert of_command(message("edit", picture=reason), "edit") == Refused(reason, "edit")
    assert of_command(in_group("sketch", replied=Replied(60, reason)), "sketch") == Refused(reason, "sketch")
    assert of_plain(message(picture=reason)) == Refused(reason, "edit")
    assert of_plain(message(words="make it blue", picture=reason)) == Refused(reason, "edit")
