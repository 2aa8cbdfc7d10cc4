"""What the page is shown of messages, chats and people, as JSON."""

from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.messages import Message
from bot.sandbox.telegram.person import Person
from bot.sandbox.telegram.values import Json
from bot.sandbox.telegram.world import TelegramWorld

_PREVIEW = 800
_FILES = ("animation", "document", "sticker")
_SERVICE = {
    "forum_topic_created": "A topic was made: {name}",
    "forum_topic_closed": "The topic was closed",
    "forum_topic_reopened": "The topic was opened again",
    "group_chat_created": "The group was made",
    "migrate_to_chat_id": "The group became a supergroup",
    "migrate_from_chat_id": "The group became a supergroup",
}


def message(seen: Message) -> Json:
    """A message as its chat shows it now."""
    raw = seen.raw
    return {
        "id": seen.message_id,
        "chat": seen.chat_id,
        "thread": seen.thread_id,
        "from": user(raw["from"]),
        "by_bot": seen.by_bot,
        "at": seen.sent_at,
        "text": seen.text,
        "entities": seen.entities,
        "is_edited": "edit_date" in raw,
        "is_silent": seen.is_silent,
        "reply": _reply(seen),
        "forwarded_from": raw.get("forward_origin", {}).get("sender_user", {}).get("first_name"),
        "album": raw.get("media_group_id"),
        "media": _media(raw),
        "is_spoiler": raw.get("has_media_spoiler") is True,
        "buttons": raw.get("reply_markup", {}).get("inline_keyboard", []),
        "asks": seen.markup if seen.asks_for_reply else None,
        "reactions": [{"who": who, "emoji": emoji} for who, emoji in seen.reactions.items()],
        "service": _service(raw) if seen.is_service else None,
    }


def _reply(seen: Message) -> Json | None:
    if seen.reply_to_message_id is None:
        return None
    target = seen.raw.get("reply_to_message", {})
    if target.get("message_id") != seen.reply_to_message_id:
        return {"id": seen.reply_to_message_id, "is_gone": True}
    media = _media(target)
    return {
        "id": target["message_id"],
        "from": user(target["from"]),
        "text": target.get("text") or target.get("caption") or "",
        "media": media,
    }


def _media(raw: Json) -> Json | None:
    """A photo with a smaller size to look at, a file with its thumbnail, or the name of something else."""
    if sizes := raw.get("photo"):
        largest = max(sizes, key=lambda size: size["width"] * size["height"])
        fitting = [each for each in sizes if max(each["width"], each["height"]) <= _PREVIEW]
        preview = max(fitting, key=lambda size: size["width"], default=largest)
        return {"kind": "photo", **_file(largest), "preview": preview["file_id"]}
    for kind in _FILES:
        if kind in raw:
            file = raw[kind]
            thumbnail = file.get("thumbnail")
            return {
                "kind": kind,
                **_file(file),
                "name": file.get("file_name", kind),
                "type": file.get("mime_type", ""),
                "preview": thumbnail and thumbnail["file_id"],
                "width": (thumbnail or file).get("width"),
                "height": (thumbnail or file).get("height"),
            }
    others = ("voice", "audio", "video", "video_note", "location", "contact", "poll", "dice")
    return next(({"kind": "other", "name": kind.replace("_", " ")} for kind in others if kind in raw), None)


def _file(size: Json) -> Json:
    return {
        "file": size["file_id"],
        "byte_count": size["file_size"],
        "width": size.get("width"),
        "height": size.get("height"),
    }


def _service(raw: Json) -> str:
    if members := raw.get("new_chat_members"):
        names = ", ".join(each["first_name"] for each in members)
        if members[0]["id"] == raw["from"]["id"]:
            return f"{names} joined"
        return f"{raw['from']['first_name']} added {names}"
    for name, sentence in _SERVICE.items():
        if name in raw:
            return sentence.format(name=(raw[name] if isinstance(raw[name], dict) else {}).get("name", ""))
    return "Something changed in the group"


def user(raw: Json) -> Json:
    return {"id": raw["id"], "name": raw["first_name"], "is_bot": raw.get("is_bot") is True}


def person(somebody: Person) -> Json:
    return {
        "id": somebody.id,
        "name": somebody.name,
        "language": somebody.user.get("language_code"),
        "has_blocked": somebody.private.record.bot_status == "kicked",
    }


def chat(world: TelegramWorld, seen: Chat) -> Json:
    """A chat without its messages."""
    record = seen.record
    return {
        "id": seen.id,
        "title": seen.title,
        "is_private": record.is_private,
        "is_forum": record.raw.get("is_forum") is True,
        "topics": [
            {"id": number, "name": name, "is_closed": number in record.closed}
            for number, name in record.topics.items()
        ],
        "members": [{**user(world.users[number]), "rank": rank} for number, rank in record.members.items()],
        "bot": record.bot_status,
        "withheld": sorted(record.withheld),
        "refuses": sorted(record.refuses),
        "privacy": world.privacy,
    }
