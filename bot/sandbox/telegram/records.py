"""What the sandbox's Telegram keeps: messages, chats with their members, presses on buttons."""

from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.telegram.updates import Signal
from bot.sandbox.telegram.values import Json, Revision

BotStatus = Literal["absent", "member", "administrator", "kicked", "left"]

CONTENT_FIELDS = (
    "text",
    "entities",
    "photo",
    "document",
    "animation",
    "sticker",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "link_preview_options",
    "reply_markup",
)
GROUP_ANONYMOUS_BOT: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


@dataclass
class Record:
    """A message as Telegram keeps it; `raw` holds everything but the message it replies to."""

    chat: "ChatRecord"
    raw: Json
    sent_at: float
    reply_to: int | None = None
    is_silent: bool = False
    by_bot: bool = False
    edit_count: int = 0
    history: list[Revision] = field(default_factory=list)

    @property
    def message_id(self) -> int:
        message_id: int = self.raw["message_id"]
        return message_id

    @property
    def thread_id(self) -> int | None:
        """The forum topic; None in General and outside forums."""
        thread_id: int | None = self.raw.get("message_thread_id")
        return thread_id

    @property
    def text(self) -> str:
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        return list(self.raw.get("entities") or self.raw.get("caption_entities") or [])

    @property
    def is_service(self) -> bool:
        return not any(name in self.raw for name in CONTENT_FIELDS)


@dataclass
class ChatRecord:
    """A chat, who is in it, and what is visible there now."""

    raw: Json
    bot_status: BotStatus = "absent"
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    records: dict[int, Record] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    migrated_to: int | None = None
    last_message_id: int = 0
    changed: Signal = field(default_factory=Signal)

    @property
    def id(self) -> int:
        chat_id: int = self.raw["id"]
        return chat_id

    @property
    def type(self) -> str:
        chat_type: str = self.raw["type"]
        return chat_type

    @property
    def title(self) -> str:
        title: str = self.raw.get("title") or self.raw["first_name"]
        return title

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    @property
    def bot_is_in(self) -> bool:
        return self.bot_status in {"member", "administrator"}


@dataclass
class Query:
    """A press on a button and, later, the bot's answer to it."""

    query_id: str
    created_at: float
    who: str
    chat_id: int
    answer: Json | None = None


_RIGHTS = (
    "can_be_edited",
    "can_manage_chat",
    "can_change_info",
    "can_delete_messages",
    "can_invite_users",
    "can_restrict_members",
    "can_pin_messages",
    "can_promote_members",
    "can_manage_video_chats",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
    "is_anonymous",
)
_WITHHELD = {"can_be_edited", "can_promote_members", "is_anonymous"}


def member(user: Json, status: str) -> Json:
    """A `ChatMember` object."""
    status = "left" if status == "absent" else status
    raw: Json = {"user": user, "status": status}
    if status == "creator":
        raw["is_anonymous"] = False
    elif status == "administrator":
        raw |= {right: right not in _WITHHELD for right in _RIGHTS}
    elif status == "kicked":
        raw["until_date"] = 0
    return raw
