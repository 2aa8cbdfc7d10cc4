"""What Telegram keeps about chats: who is in them, what the bot may do there, which buttons were pressed."""

from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.telegram.messages import Message
from bot.sandbox.telegram.values import Json, Signal

BotStatus = Literal["absent", "member", "administrator", "restricted", "kicked", "left"]

GROUP_ANONYMOUS_BOT: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
_PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages",
    "can_manage_topics",
)  # fmt: skip
PERMISSION_FOR = {
    "text messages": "can_send_messages",
    "photos": "can_send_photos",
    "documents": "can_send_documents",
}
_RIGHTS = (
    "can_be_edited", "can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users",
    "can_restrict_members", "can_pin_messages", "can_promote_members", "can_manage_video_chats",
    "can_post_stories", "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
    "is_anonymous",
)  # fmt: skip
_NEVER = frozenset({"can_be_edited", "can_promote_members", "is_anonymous"})


@dataclass
class ChatRecord:
    """A chat, who is in it, and what is visible there now.

    `refuses` holds the kinds that members may not send; `withheld` the rights that the bot itself lacks, as
    an administrator or as a restricted member; `closed` the topics in which members cannot write.
    """

    raw: Json
    bot_status: BotStatus = "absent"
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    messages: dict[int, Message] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    withheld: frozenset[str] = frozenset()
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
        return self.bot_status in {"member", "administrator", "restricted"}

    @property
    def permissions(self) -> Json:
        """What members may do here: a `ChatPermissions` object."""
        refused = {PERMISSION_FOR[kind] for kind in self.refuses}
        return {name: name not in refused for name in _PERMISSIONS}

    def bot_may(self, right: str) -> bool:
        """Whether the bot has an administrator's right here."""
        return self.bot_status == "administrator" and right not in self.withheld | _NEVER

    def bot_may_send(self, kind: str) -> bool:
        """Whether the bot may send `photos`, for example: the group's rules, then those for itself."""
        if self.bot_status == "administrator" or not kind:
            return True
        return kind not in self.refuses and PERMISSION_FOR[kind] not in self.withheld

    def bot_as_member(self, bot: Json) -> Json:
        """The bot's own `ChatMember` object."""
        return member(bot, self.bot_status, self.withheld)


@dataclass
class Query:
    """A press on a button and, later, the bot's answer to it."""

    query_id: str
    created_at: float
    who: str
    chat_id: int
    answer: Json | None = None


def member(user: Json, status: str, withheld: frozenset[str] = frozenset()) -> Json:
    """A `ChatMember` object; an administrator or restricted member has all rights but those withheld."""
    facts: dict[str, Json] = {
        "creator": {"is_anonymous": False},
        "administrator": {right: right not in withheld | _NEVER for right in _RIGHTS},
        "kicked": {"until_date": 0},
        "restricted": {
            "is_member": True,
            "can_edit_tag": False,
            "can_react_to_messages": True,
            **{name: name not in withheld for name in _PERMISSIONS},
            "until_date": 0,
        },
    }
    return {"user": user, "status": "left" if status == "absent" else status, **facts.get(status, {})}
