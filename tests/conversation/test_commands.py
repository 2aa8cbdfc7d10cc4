"""The grammar, on messages as Telegram sends them."""

from typing import Any

import pytest
from telegram import Message

from bot.conversation.commands import (
    Asked,
    CommandAsked,
    EditAsked,
    PhotoMissing,
    PhotoSent,
    Refused,
    parse,
    requester_id,
)
from bot.core.edits import PhotoKind, PhotoRef
from bot.core.errors import Reason

BOT = "nanobanana_bot"
PRIVATE = {"id": 4001, "type": "private", "first_name": "Ada"}
GROUP = {"id": -1002000000001, "type": "supergroup", "title": "Photos"}
ADA = {"id": 4001, "is_bot": False, "first_name": "Ada"}
PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60},
    {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 853},
    {"file_id": "medium", "file_unique_id": "m", "width": 320, "height": 213},
]
A_PHOTO = PhotoRef("large", PhotoKind.PHOTO)


def command_entities(text: str) -> list[dict[str, Any]]:
    first = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    return [{"type": "bot_command", "offset": 0, "length": len(first)}] if first else []


def message(
    text: str | None = None,
    caption: str | None = None,
    chat: dict[str, Any] = PRIVATE,
    message_id: int = 70,
    **fields: Any,
) -> Message:
    raw: dict[str, Any] = {"message_id": message_id, "date": 1, "chat": chat, "from": ADA, **fields}
    if text is not None:
        raw |= {"text": text, "entities": command_entities(text)}
    if caption is not None:
        raw |= {"caption": caption, "caption_entities": command_entities(caption)}
    return Message.de_json(raw, None)


def asked(**fields: Any) -> Asked | None:
    return parse(message(**fields), BOT)


def document(mime_type: str, file_name: str = "a.bin", file_size: int = 1000) -> dict[str, Any]:
    return {
        "file_id": "doc",
        "file_unique_id": "d",
        "mime_type": mime_type,
        "file_name": file_name,
        "file_size": file_size,
    }


def replied(**fields: Any) -> dict[str, Any]:
    return {"message_id": 60, "date": 1, "chat": GROUP, "from": {**ADA, "id": 9}, **fields}


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
def test_a_command_in_a_photos_caption_is_an_edit_of_the_largest_size(chat: dict[str, Any]) -> None:
    assert asked(caption="/edit make it blue", photo=PHOTO, chat=chat) == EditAsked(
        "edit", "make it blue", A_PHOTO, 70
    )


def test_words_after_an_emoji_are_cut_where_telegram_counts() -> None:
    assert asked(caption="/edit 🎨 make it\nblue", photo=PHOTO) == EditAsked(
        "edit", "🎨 make it\nblue", A_PHOTO, 70
    )


def test_a_command_that_answers_somebody_elses_photo_edits_that_one() -> None:
    found = asked(text="/sketch@NanoBanana_Bot", chat=GROUP, reply_to_message=replied(photo=PHOTO))
    assert found == EditAsked("sketch", "", A_PHOTO, 60)


def test_a_photo_quoted_from_another_chat_is_edited_where_it_was_asked() -> None:
    quoted = {"origin": {"type": "hidden_user", "date": 1, "sender_user_name": "x"}, "photo": PHOTO}
    assert asked(text="/sketch", external_reply=quoted) == EditAsked("sketch", "", A_PHOTO, 70)


def test_an_image_file_keeps_its_name() -> None:
    found = asked(caption="/sketch", document=document("image/png", "Holiday.png"))
    assert found == EditAsked("sketch", "", PhotoRef("doc", PhotoKind.DOCUMENT, "Holiday.png"), 70)


def test_a_static_sticker_that_is_answered_is_edited() -> None:
    sticker = {
        "file_id": "st",
        "file_unique_id": "u",
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    }
    found = asked(text="/cartoon", chat=GROUP, reply_to_message=replied(sticker=sticker))
    assert found == EditAsked("cartoon", "", PhotoRef("st", PhotoKind.STICKER), 60)
    moving = replied(sticker={**sticker, "is_video": True})
    assert asked(text="/cartoon", chat=GROUP, reply_to_message=moving) == Refused(Reason.ANIMATED, "cartoon")


@pytest.mark.parametrize("text", ["/edit@other_bot blue", "/sketch@other_bot"])
@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
def test_another_bots_command_is_never_answered(text: str, chat: dict[str, Any]) -> None:
    assert asked(caption=text, photo=PHOTO, chat=GROUP) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "nice picture"},
        {"caption": "look at this", "photo": PHOTO},
        {"photo": PHOTO},
        {"text": "please /edit this"},
        {"text": "/roll 20"},
        {"text": "@nanobanana_bot edit this", "reply_to_message": replied(photo=PHOTO)},
    ],
)
def test_in_a_group_nothing_happens_unless_a_command_of_the_bot_opens_the_message(
    fields: dict[str, Any],
) -> None:
    assert asked(chat=GROUP, **fields) is None


def test_in_private_a_bare_photo_waits_for_what_to_do_with_it() -> None:
    assert asked(photo=PHOTO) == PhotoSent(A_PHOTO)


def test_in_private_a_plain_caption_is_the_prompt() -> None:
    assert asked(caption="make it blue", photo=PHOTO) == EditAsked("edit", "make it blue", A_PHOTO, 70)


def test_in_private_plain_words_are_meant_for_the_photo_before() -> None:
    assert asked(text="make it blue") == PhotoMissing("edit", "make it blue")
    assert asked(text="/sketch") == PhotoMissing("sketch", "")


@pytest.mark.parametrize("text", ["/edit", "/edit   ", "/background"])
def test_a_prompt_that_is_needed_and_missing_is_asked_for(text: str) -> None:
    found = asked(caption=text, photo=PHOTO)
    assert isinstance(found, Refused)
    assert found.reason is Reason.NO_PROMPT


def test_a_prompt_that_is_too_long_is_refused_with_its_length() -> None:
    found = asked(caption="/edit " + "x" * 1501, photo=PHOTO)
    assert found == Refused(Reason.PROMPT_TOO_LONG, "edit", prompt_length=1501)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"document": document("application/pdf", "a.pdf")}, Reason.NOT_AN_IMAGE),
        ({"document": document("image/png", "a.png", 20_000_001)}, Reason.FILE_TOO_BIG),
        ({"photo": [{**PHOTO[0], "width": 31}]}, Reason.TOO_SMALL),
        ({"photo": [{**PHOTO[0], "width": 1280, "height": 61}]}, Reason.TOO_ELONGATED),
        (
            {"animation": {"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9, "duration": 1}},
            Reason.ANIMATED,
        ),
        (
            {"video": {"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9, "duration": 1}},
            Reason.ANIMATED,
        ),
    ],
)
def test_what_cannot_be_edited_is_refused_before_anything_is_fetched(
    fields: dict[str, Any], reason: Reason
) -> None:
    assert asked(caption="/sketch", **fields) == Refused(reason, "sketch")


def test_an_image_is_known_by_its_name_where_the_type_is_missing() -> None:
    found = asked(caption="/sketch", document=document("application/octet-stream", "A.JPG"))
    assert isinstance(found, EditAsked)


@pytest.mark.parametrize("name", ["start", "help", "styles", "status", "cancel", "limits"])
def test_plain_commands_work_everywhere(name: str) -> None:
    assert asked(text=f"/{name}", chat=GROUP) == CommandAsked(name)
    assert asked(text=f"/{name.upper()}@{BOT} x") == CommandAsked(name)


def test_who_writes_in_a_chats_name_is_that_chat() -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    fields: dict[str, Any] = {"from": anonymous, "sender_chat": GROUP}
    written = message(text="/sketch", chat=GROUP, **fields)
    assert requester_id(written) == GROUP["id"]
    assert parse(written, BOT) == PhotoMissing("sketch", "")


def test_other_bots_and_forwarded_channel_posts_start_nothing() -> None:
    robot = {"id": 5, "is_bot": True, "first_name": "Robot"}
    assert asked(caption="/sketch", photo=PHOTO, chat=GROUP, **{"from": robot}) is None
    assert asked(caption="/sketch", photo=PHOTO, chat=GROUP, is_automatic_forward=True) is None
