"""The values that the Bot API sandbox hands out: messages as people see them, events, refusals."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


class Refused(Exception):
    """Telegram's answer to a call that it does not carry out."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(description: str, **parameters: int) -> Refused:
    """400, the usual refusal."""
    return Refused(400, f"Bad Request: {description}", **parameters)


def forbidden(description: str) -> Refused:
    """403: the bot may not write there."""
    return Refused(403, f"Forbidden: {description}")


def utf16_length(text: str) -> int:
    """Telegram counts offsets and lengths in UTF-16 code units."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def utf16_slice(text: str, entity: Json) -> str:
    """The part of a text that an entity covers."""
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return text.encode("utf-16-le")[start * 2 : end * 2].decode("utf-16-le")


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
    """A message as it stood when somebody looked; ask the chat again for its present state."""

    chat_id: int
    message_id: int
    thread_id: int | None
    sent_at: float
    raw: Json = field(repr=False)
    reply_to_message_id: int | None = None
    is_silent: bool = False
    by_bot: bool = False
    edit_count: int = 0
    history: tuple[Revision, ...] = ()
    read: Callable[[str], bytes] = field(repr=False, compare=False, default=lambda _: b"")

    @property
    def text(self) -> str:
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        return list(self.raw.get("entities") or self.raw.get("caption_entities") or [])

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
    def photo_size(self) -> tuple[int, int] | None:
        if not self.raw.get("photo"):
            return None
        largest = self._largest()
        return largest["width"], largest["height"]

    @property
    def document_name(self) -> str | None:
        name: str | None = self.raw.get("document", {}).get("file_name")
        return name

    @property
    def file_id(self) -> str | None:
        """Of the largest photo size, or of the document, animation or sticker."""
        if self.raw.get("photo"):
            largest: str = self._largest()["file_id"]
            return largest
        for kind in ("document", "animation", "sticker"):
            if kind in self.raw:
                file_id: str = self.raw[kind]["file_id"]
                return file_id
        return None

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
        elif kind := next((kind for kind in ("sticker", "animation") if kind in self.raw), None):
            parts.append(f"[{kind}]")
        if self.text:
            parts.append(self.text)
        elif "from" in self.raw and (service := _service(self.raw)):
            parts.append(f"<{service}>")
        parts += ["[" + " | ".join(button.label for button in row) + "]" for row in self.buttons]
        return " ".join(parts)

    def content(self) -> bytes:
        """The bytes of the largest photo size or of the file, as Telegram keeps them."""
        if self.file_id is None:
            raise LookupError(f"message {self.message_id} carries no file")
        return self.read(self.file_id)

    def _largest(self) -> Json:
        largest: Json = max(self.raw["photo"], key=lambda size: size["width"] * size["height"])
        return largest


def _service(raw: Json) -> str | None:
    names = (
        "forum_topic_created",
        "new_chat_members",
        "left_chat_member",
        "group_chat_created",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
    )
    return next((name.replace("_", " ") for name in names if name in raw), None)


EventKind = Literal["sent", "edited", "deleted", "action", "answered", "pressed", "membership"]


@dataclass(frozen=True)
class Event:
    """Something that happened in a chat; `text` is an action's name or an answer's words."""

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
