"""Which picture is meant, and which words: a row per rule, and per conflict between two rules."""

from dataclasses import replace

import pytest

from bot.conversation.incoming import Message, Picture, Replied
from bot.conversation.meaning import (
    EditAsked,
    Lacking,
    Latest,
    Meaning,
    PhotoSent,
    Recalled,
    Refused,
    SmallTalk,
    meaning_of,
)
from bot.core.errors import Reason
from bot.core.presets import full_prompt
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.wishes import Missing, PictureMeant, Question, Speaker, Wish
from tests.conversation.samples import ADA, OTHER_PHOTO, PHOTO, PRIVATE, in_group, message
from tests.factories import NOW

WORDS, PICTURE, CONSENT, COMMAND = Missing.WORDS, Missing.PICTURE, Missing.CONSENT, Missing.COMMAND
SPEAKER = Speaker(PRIVATE.id, None, ADA.id)
REPLIED = Replied(60, OTHER_PHOTO)
THAT = PictureMeant(OTHER_PHOTO, 60)
RESULT = PictureMeant(PhotoRef("result", PhotoKind.PHOTO), 61, parent="edit-1", step=2)
BEFORE = PictureMeant(PhotoRef("before", PhotoKind.PHOTO), 50)
WAITING, USED, LAST_RESULT = Latest(BEFORE, True), Latest(BEFORE, False), Latest(RESULT, False)


def asked_for(missing: Missing, words: str = "", picture: PictureMeant | None = None) -> Question:
    return Question(1, SPEAKER, 40, Wish("edit", words, picture), missing, NOW, message_id=41)


NOTHING = Recalled()
FOR_WORDS = asked_for(WORDS, picture=BEFORE)
FOR_A_PHOTO = asked_for(PICTURE, "make it red")
FOR_CONSENT = asked_for(CONSENT, "make it red", RESULT)
FOR_A_COMMAND = asked_for(COMMAND, picture=BEFORE)
TO_THE_QUESTION = Replied(41, is_ours=True)
BLUE = "make it blue"


def own(said: Message) -> PictureMeant:
    assert isinstance(said.picture, PhotoRef)
    return PictureMeant(said.picture, said.message_id)


CAPTION = message(words=BLUE, picture=PHOTO)
BARE = message(picture=PHOTO)
FORWARDED = message(words="sunset over the lake", picture=PHOTO, is_forwarded=True)
REPLY = message(words=BLUE, replied=REPLIED)
PLAIN = message(words=BLUE)


@pytest.mark.parametrize(
    ("said", "recalled", "meant"),
    [
        # The photo in the message itself comes before everything else.
        (CAPTION, NOTHING, EditAsked("edit", BLUE, own(CAPTION))),
        (replace(CAPTION, replied=REPLIED), NOTHING, EditAsked("edit", BLUE, own(CAPTION))),
        (CAPTION, Recalled(open=FOR_A_PHOTO), EditAsked("edit", BLUE, own(CAPTION))),
        (CAPTION, Recalled(latest=LAST_RESULT), EditAsked("edit", BLUE, own(CAPTION))),
        (BARE, NOTHING, PhotoSent(PHOTO)),
        (FORWARDED, NOTHING, PhotoSent(PHOTO)),
        (replace(BARE, words="😍"), NOTHING, PhotoSent(PHOTO)),
        # A photo without words of its own answers the open question.
        (BARE, Recalled(open=FOR_A_PHOTO), EditAsked("edit", "make it red", own(BARE), FOR_A_PHOTO)),
        (BARE, Recalled(asked=FOR_A_PHOTO), EditAsked("edit", "make it red", own(BARE), FOR_A_PHOTO)),
        (
            FORWARDED,
            Recalled(open=FOR_A_PHOTO),
            EditAsked("edit", "make it red", own(FORWARDED), FOR_A_PHOTO),
        ),
        (BARE, Recalled(open=FOR_CONSENT), EditAsked("edit", "make it red", own(BARE), FOR_CONSENT)),
        (BARE, Recalled(open=FOR_WORDS), Lacking(Wish("edit", "", own(BARE)), WORDS, FOR_WORDS)),
        (BARE, Recalled(open=FOR_A_COMMAND), PhotoSent(PHOTO)),
        # A reply to a photo, to an edit, to a question.
        (REPLY, NOTHING, EditAsked("edit", BLUE, THAT)),
        (REPLY, Recalled(replied=RESULT), EditAsked("edit", BLUE, RESULT)),
        (REPLY, Recalled(latest=WAITING, open=FOR_WORDS), EditAsked("edit", BLUE, THAT)),
        (replace(REPLY, words="thanks!"), NOTHING, SmallTalk()),
        (
            message(words=BLUE, replied=TO_THE_QUESTION),
            Recalled(asked=FOR_WORDS, latest=LAST_RESULT),
            EditAsked("edit", BLUE, BEFORE, FOR_WORDS),
        ),
        (
            message(words=BLUE, replied=TO_THE_QUESTION),
            Recalled(asked=FOR_CONSENT),
            EditAsked("edit", BLUE, RESULT, FOR_CONSENT),
        ),
        (
            message(words=BLUE, replied=TO_THE_QUESTION),
            Recalled(asked=FOR_A_PHOTO),
            Lacking(Wish("edit", BLUE), PICTURE, FOR_A_PHOTO),
        ),
        # The open question, in private.
        (PLAIN, Recalled(open=FOR_WORDS, latest=LAST_RESULT), EditAsked("edit", BLUE, BEFORE, FOR_WORDS)),
        (PLAIN, Recalled(open=FOR_A_PHOTO), Lacking(Wish("edit", BLUE), PICTURE, FOR_A_PHOTO)),
        (PLAIN, Recalled(open=FOR_CONSENT), Lacking(Wish("edit", BLUE, RESULT), CONSENT, FOR_CONSENT)),
        (PLAIN, Recalled(open=FOR_A_COMMAND), EditAsked("edit", BLUE, BEFORE, FOR_A_COMMAND)),
        (message(words="thanks!"), Recalled(open=FOR_WORDS), SmallTalk()),
        # Words alone are a request only for a photo that waits for them.
        (PLAIN, Recalled(latest=WAITING), EditAsked("edit", BLUE, BEFORE)),
        (PLAIN, Recalled(latest=USED), Lacking(Wish("edit", BLUE, BEFORE), CONSENT)),
        (PLAIN, Recalled(latest=LAST_RESULT), Lacking(Wish("edit", BLUE, RESULT), CONSENT)),
        (PLAIN, NOTHING, Lacking(Wish("edit", BLUE), PICTURE)),
        (message(words="thanks, lovely!"), Recalled(latest=WAITING), SmallTalk()),
        (message(words="👍"), Recalled(latest=LAST_RESULT), SmallTalk()),
        # A comment belongs to the photo that was forwarded with it.
        (
            PLAIN,
            Recalled(photo_follows=True, latest=WAITING, open=FOR_WORDS),
            Lacking(Wish("edit", BLUE), PICTURE, is_silent=True),
        ),
        (message(words="wow"), Recalled(photo_follows=True), None),
        # Nothing at all.
        (message(), NOTHING, None),
        (message(replied=REPLIED), NOTHING, None),
    ],
)
def test_which_picture_plain_words_and_photos_mean(
    said: Message, recalled: Recalled, meant: Meaning | None
) -> None:
    assert meaning_of(said, None, recalled) == meant


SKETCH = message("sketch")


@pytest.mark.parametrize(
    ("said", "recalled", "meant"),
    [
        (message("sketch", picture=PHOTO), Recalled(open=FOR_A_PHOTO), None),
        (message("sketch", replied=REPLIED), NOTHING, EditAsked("sketch", "", THAT)),
        (in_group("sketch", "in red", replied=REPLIED), NOTHING, EditAsked("sketch", "in red", THAT)),
        (in_group("sketch", replied=Replied(41, is_ours=True)), Recalled(replied=RESULT), RESULT),
        (message("sketch", replied=TO_THE_QUESTION), Recalled(asked=FOR_CONSENT), RESULT),
        (SKETCH, Recalled(latest=WAITING), BEFORE),
        (SKETCH, Recalled(latest=USED), BEFORE),
        (SKETCH, Recalled(latest=LAST_RESULT), RESULT),
        (SKETCH, NOTHING, Lacking(Wish("sketch"), PICTURE)),
        (in_group("sketch"), NOTHING, Lacking(Wish("sketch"), PICTURE)),
        (message("edit"), Recalled(latest=LAST_RESULT), Lacking(Wish("edit", "", RESULT), WORDS)),
        (message("background"), NOTHING, Lacking(Wish("background"), WORDS)),
        (message("edit", BLUE), NOTHING, Lacking(Wish("edit", BLUE), PICTURE)),
    ],
)
def test_which_picture_a_command_means(
    said: Message, recalled: Recalled, meant: Meaning | PictureMeant | None
) -> None:
    command = said.command
    assert command is not None
    if meant is None or isinstance(meant, PictureMeant):
        meant = EditAsked(command, said.words, meant or own(said))
    assert meaning_of(said, command, recalled) == meant


def test_words_are_kept_as_they_were_written() -> None:
    said = message("edit", "🎨 make it\nblue", picture=PHOTO)
    assert meaning_of(said, "edit", NOTHING) == EditAsked("edit", "🎨 make it\nblue", own(said))


def test_a_photo_quoted_from_another_chat_is_edited_where_it_was_asked() -> None:
    said = message("sketch", replied=Replied(None, OTHER_PHOTO))
    meant = EditAsked("sketch", "", PictureMeant(OTHER_PHOTO, said.message_id))
    assert meaning_of(said, "sketch", NOTHING) == meant


@pytest.mark.parametrize(
    "picture",
    [
        PhotoRef("file", PhotoKind.DOCUMENT, "Holiday.png"),
        PhotoRef("sticker", PhotoKind.STICKER),
        PhotoRef("hidden", PhotoKind.PHOTO, has_spoiler=True),
    ],
)
def test_a_picture_of_any_kind_is_edited_as_it_came(picture: PhotoRef) -> None:
    said = message("sketch", picture=picture)
    assert meaning_of(said, "sketch", NOTHING) == EditAsked("sketch", "", own(said))
    answering = in_group("cartoon", replied=Replied(60, picture))
    meant = EditAsked("cartoon", "", PictureMeant(picture, 60))
    assert meaning_of(answering, "cartoon", NOTHING) == meant


@pytest.mark.parametrize("command", ["edit", "background"])
@pytest.mark.parametrize("picture", [PHOTO, None])
def test_words_that_are_needed_and_missing_are_asked_for(command: str, picture: Picture) -> None:
    said = message(command, picture=picture)
    wish = Wish(command, "", own(said) if picture else None)
    assert meaning_of(said, command, NOTHING) == Lacking(wish, WORDS)


def test_a_prompt_that_is_too_long_is_refused_with_its_length() -> None:
    found = meaning_of(message("edit", "x" * 1501, picture=PHOTO), "edit", NOTHING)
    assert found == Refused(Reason.PROMPT_TOO_LONG, prompt_length=1501)
    assert isinstance(meaning_of(message("edit", "x" * 1500, picture=PHOTO), "edit", NOTHING), EditAsked)
    styled = meaning_of(message("sketch", "x" * 1500, picture=PHOTO), "sketch", NOTHING)
    length = len(full_prompt("sketch", "x" * 1500))
    assert styled == Refused(Reason.PROMPT_TOO_LONG, prompt_length=length)
    after_a_result = meaning_of(message(words="x" * 1501), None, Recalled(latest=LAST_RESULT))
    assert after_a_result == Refused(Reason.PROMPT_TOO_LONG, prompt_length=1501)


@pytest.mark.parametrize("reason", [Reason.NOT_AN_IMAGE, Reason.ANIMATED, Reason.TOO_SMALL])
def test_what_cannot_be_edited_is_refused_whatever_was_said(reason: Reason) -> None:
    for said in (message("sketch", picture=reason), in_group("sketch", replied=Replied(60, reason))):
        assert meaning_of(said, "sketch", NOTHING) == Refused(reason)
    for said in (
        message(picture=reason),
        message(words=BLUE, picture=reason),
        message(words=BLUE, replied=Replied(60, reason)),
    ):
        assert meaning_of(said, None, NOTHING) == Refused(reason)
