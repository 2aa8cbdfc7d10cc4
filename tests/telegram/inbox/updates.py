"""Updates as Telegram sends them."""

from typing import Any

BOT = "nanobanana_bot"
PRIVATE = {"id": 4001, "type": "private", "first_name": "Ada"}
GROUP = {"id": -1002000000001, "type": "supergroup", "title": "Photos"}
SMALL_GROUP = {"id": -4001, "type": "group", "title": "Friends"}
ADA = {"id": 4001, "is_bot": False, "first_name": "Ada", "language_code": "fr-CA"}
BANANA = {"id": 1, "is_bot": True, "first_name": "Banana", "username": BOT}
PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60},
    {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 853},
    {"file_id": "medium", "file_unique_id": "m", "width": 320, "height": 213},
]
VIDEO = {"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9, "duration": 1}
STICKER = {
    "file_id": "st",
    "file_unique_id": "u",
    "type": "regular",
    "width": 512,
    "height": 512,
    "is_animated": False,
    "is_video": False,
}


def command_entities(text: str) -> list[dict[str, Any]]:
    first = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    return [{"type": "bot_command", "offset": 0, "length": len(first)}] if first else []


def message(
    text: str | None = None, caption: str | None = None, chat: dict[str, Any] = PRIVATE, **fields: Any
) -> dict[str, Any]:
    raw: dict[str, Any] = {"message_id": 70, "date": 1, "chat": chat, "from": ADA, **fields}
    if text is not None:
        raw |= {"text": text, "entities": command_entities(text)}
    if caption is not None:
        raw |= {"caption": caption, "caption_entities": command_entities(caption)}
    return raw


def press(data: str = "c:1", chat: dict[str, Any] = PRIVATE, **card: Any) -> dict[str, Any]:
    shown = message("a card", chat=chat, **{"message_id": 80, "from": BANANA, **card})
    return {"id": "p1", "from": ADA, "chat_instance": "i", "data": data, "message": shown}


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
