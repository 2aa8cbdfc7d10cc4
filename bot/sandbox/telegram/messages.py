"""Messages as Telegram keeps them and people see them, and the events that happen to them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.telegram.values import Json

CONTENT_FIELDS = (
    "text", "entities", "photo", "document", "animation", "sticker", "voice", "audio", "video", "video_note",
    "location", "contact", "poll", "dice", "caption", "caption_entities", "show_caption_above_media",
    "has_media_spoiler", "link_preview_options", "reply_markup",
)  # fmt: skip
MEDIA = ("photo", "animation", "document", "sticker", "voice", "audio", "video", "video_note")
_TOLD = ("location", "contact", "poll", "dice")
_SERVICE = (
    "forum_topic_created", "forum_topic_closed", "forum_topic_reopened", "new_chat_members",
    "left_chat_member", "group_chat_created", "migrate_to_chat_id", "migrate_from_chat_id",
)  # fmt: skip


@dataclass(frozen=True)
class Button:
    """One inline button; a button that opens a link has `url` and no data."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Revision:
    """What a message said before an edit at `at`."""

    at: float
    text: str


@dataclass(frozen=True)
class Message:
    """A message as it was at one moment; ask the chat again for its present state.

    `markup` is a keyboard that is not part of the message but of the person's screen, such as ForceReply;
    `reactions` are emoji by the id of who reacted.
    """

    raw: Json = field(repr=False)
    sent_at: float
    reply_to_message_id: int | None = None
    is_silent: bool = False
    by_bot: bool = False
    markup: Json = field(default_factory=dict)
    history: tuple[Revision, ...] = ()
    reactions: dict[int, str] = field(default_factory=dict)
    read: Callable[[str], bytes] = field(repr=False, compare=False, default=lambda _: b"")

    @property
    def chat_id(self) -> int:
        chat_id: int = self.raw["chat"]["id"]
        return chat_id

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
    def edit_count(self) -> int:
        return len(self.history)

    @property
    def text(self) -> str:
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        return list(self.raw.get("entities") or self.raw.get("caption_entities") or [])

    @property
    def content_fields(self) -> Json:
        """What an edit may replace."""
        return {name: self.raw[name] for name in CONTENT_FIELDS if name in self.raw}

    @property
    def is_service(self) -> bool:
        return not self.content_fields

    @property
    def carries_media(self) -> bool:
        return any(name in self.raw for name in MEDIA)

    @property
    def sender_name(self) -> str:
        name: str = self.raw["from"]["first_name"]
        return name

    @property
    def buttons(self) -> list[list[Button]]:
        rows = self.raw.get("reply_markup", {}).get("inline_keyboard", [])
        return [
            [Button(each["text"], each.get("callback_data"), each.get("url")) for each in row] for row in rows
        ]

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]

    @property
    def asks_for_reply(self) -> bool:
        """The person's client opens a reply to this message by itself (ForceReply)."""
        return self.markup.get("force_reply") is True

    def asks(self, user_id: int) -> bool:
        """The same for this person: a selective ForceReply is for whom it replies to or mentions."""
        chosen = {each["user"]["id"] for each in self.entities if each["type"] == "text_mention"}
        chosen.add(self.raw.get("reply_to_message", {}).get("from", {}).get("id"))
        everybody = self.raw["chat"]["type"] == "private" or not self.markup.get("selective")
        return self.asks_for_reply and (everybody or user_id in chosen)

    @property
    def kind(self) -> str:
        """`text`, `photo`, `document`, `voice` and so on; a GIF is an `animation`."""
        return next((kind for kind in (*MEDIA, *_TOLD) if kind in self.raw), "text")

    @property
    def photo_size(self) -> tuple[int, int] | None:
        largest = self._largest_photo()
        return (largest["width"], largest["height"]) if largest else None

    @property
    def document_name(self) -> str | None:
        name: str | None = self.raw.get("document", {}).get("file_name")
        return name

    @property
    def file_id(self) -> str | None:
        """Of the largest photo size, or of the one file."""
        file = self._largest_photo() or next((self.raw[kind] for kind in MEDIA if kind in self.raw), {})
        file_id: str | None = file.get("file_id")
        return file_id

    @property
    def line(self) -> str:
        """The message on one line, for transcripts."""
        parts = [f"#{self.message_id}", f"{self.sender_name}:"]
        if self.reply_to_message_id is not None:
            parts.append(f"(to #{self.reply_to_message_id})")
        if self.photo_size:
            parts.append("[photo {}x{}]".format(*self.photo_size))
        elif self.document_name is not None:
            parts.append(f"[file {self.document_name}]")
        elif self.kind != "text":
            parts.append(f"[{self.kind.replace('_', ' ')}]")
        if self.text:
            parts.append(self.text)
        parts += [f"<{name.replace('_', ' ')}>" for name in _SERVICE if name in self.raw]
        parts += ["[" + " | ".join(button.label for button in row) + "]" for row in self.buttons]
        if self.asks_for_reply:
            parts.append(f"[reply: {self.markup.get('input_field_placeholder', '')}]")
        return " ".join(parts + sorted(set(self.reactions.values())))

    def content(self) -> bytes:
        """The bytes of the largest photo size or of the file, as Telegram keeps them."""
        if self.file_id is None:
            raise LookupError(f"message {self.message_id} carries no file")
        return self.read(self.file_id)

    def _largest_photo(self) -> Json:
        sizes: list[Json] = self.raw.get("photo") or []
        return max(sizes, key=lambda size: size["width"] * size["height"], default={})


EventKind = Literal["sent", "edited", "deleted", "action", "answered", "pressed", "reacted", "membership"]


@dataclass(frozen=True)
class Event:
    """Something that happened in a chat; `text` is an action's name, an answer's words or a reaction."""

    at: float
    kind: EventKind
    who: str
    chat_id: int
    message: Message | None = None
    text: str = ""


class Events(list[Event]):
    """Everything that happened so far; listeners hear of each thing as it happens."""

    def __init__(self) -> None:
        super().__init__()
        self._listeners: list[Callable[[Event], None]] = []

    def listen(self, callback: Callable[[Event], None]) -> None:
        self._listeners.append(callback)

    def emit(self, event: Event) -> None:
        self.append(event)
        for listener in list(self._listeners):
            listener(event)
