"""Which pictures in a message can be edited, and why others cannot."""

from typing import Any

import pytest

from bot.conversation.incoming import Replied
from bot.core.errors import Reason
from bot.core.requests import PhotoKind, PhotoRef
from tests.telegram.inbox.reading import A_PHOTO, said
from tests.telegram.inbox.updates import PHOTO, STICKER, VIDEO, document, replied

VOICE = {"file_id": "v", "file_unique_id": "w", "duration": 1}


@pytest.mark.parametrize(
    ("fields", "picture"),
    [
        ({"photo": PHOTO}, A_PHOTO),
        (
            {"photo": PHOTO, "has_media_spoiler": True},
            PhotoRef("large", PhotoKind.PHOTO, has_spoiler=True),
        ),
        ({"photo": [{**PHOTO[0], "width": 31}]}, Reason.TOO_SMALL),
        ({"photo": [{**PHOTO[0], "width": 1280, "height": 61}]}, Reason.TOO_ELONGATED),
        (
            {"document": document("image/png", "Holiday.png")},
            PhotoRef("doc", PhotoKind.DOCUMENT, "Holiday.png"),
        ),
        (
            {"document": document("application/octet-stream", "A.JPG")},
            PhotoRef("doc", PhotoKind.DOCUMENT, "A.JPG"),
        ),
        ({"document": document("application/pdf", "a.pdf")}, Reason.NOT_AN_IMAGE),
        ({"document": document("image/png", "a.png", 20_000_001)}, Reason.FILE_TOO_BIG),
        ({"sticker": STICKER}, PhotoRef("st", PhotoKind.STICKER)),
        ({"sticker": {**STICKER, "is_video": True}}, Reason.ANIMATED),
        ({"animation": VIDEO, "document": document("image/gif")}, Reason.ANIMATED),
        ({"video": VIDEO}, Reason.ANIMATED),
        ({"video_note": {**VIDEO, "length": 9}}, Reason.ANIMATED),
        ({"voice": VOICE}, Reason.NO_PICTURE),
        ({"audio": VOICE, "caption": "/sketch"}, Reason.NO_PICTURE),
        ({"location": {"longitude": 1.0, "latitude": 1.0}}, Reason.NO_PICTURE),
        ({"contact": {"phone_number": "1", "first_name": "Ben"}}, Reason.NO_PICTURE),
        ({"dice": {"value": 3, "emoji": "🎲"}}, Reason.NO_PICTURE),
        ({"delete_chat_photo": True}, None),
        ({"text": "hello"}, None),
    ],
)
def test_a_picture_is_one_that_can_be_edited_or_the_reason_why_not(
    fields: dict[str, Any], picture: object
) -> None:
    assert said(**fields).picture == picture
    if "text" not in fields:
        assert said(text="/sketch", reply_to_message=replied(**fields)).replied == Replied(60, picture)  # type: ignore[arg-type]


def test_a_photo_quoted_from_another_chat_has_no_message_here() -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    quoted = {"origin": origin, "photo": PHOTO, "has_media_spoiler": True}
    picture = PhotoRef("large", PhotoKind.PHOTO, has_spoiler=True)
    assert said(text="/sketch", external_reply=quoted).replied == Replied(None, picture)


def test_a_file_name_has_nothing_in_it_that_no_database_takes() -> None:
    assert said(document=document("image/png", "a\0b\ud83d.png")).picture == PhotoRef(
        "doc", PhotoKind.DOCUMENT, "ab.png"
    )


@pytest.mark.parametrize(
    "content", [{"photo": PHOTO}, {"sticker": STICKER}, {"document": document("image/png")}]
)
def test_what_may_not_be_saved_is_read_as_such(content: dict[str, Any]) -> None:
    def protected(picture: object) -> bool:
        assert isinstance(picture, PhotoRef)
        return picture.is_protected

    assert protected(said(**content, has_protected_content=True).picture)
    assert not protected(said(**content).picture)
    answered = said(text="/oil", has_protected_content=True, reply_to_message=replied(**content)).replied
    assert answered is not None
    assert protected(answered.picture)


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "a.heif", "b.avif"])
def test_what_phones_send_as_files_is_a_picture(name: str) -> None:
    kind = document("application/octet-stream", name)
    assert isinstance(said(document=kind).picture, PhotoRef)
