"""What goes out, as frozen values. `telegram/outbox` sends them. All texts are HTML, except for alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.core.edits import Edit
from bot.core.requests import PhotoRef


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `data` is at most 64 bytes."""

    text: str
    data: str


@dataclass(frozen=True, slots=True)
class LinkButton:
    """A button that opens a web address or another chat."""

    text: str
    url: str


Buttons: TypeAlias = tuple[tuple[Button | LinkButton, ...], ...]
"""Rows of buttons."""
_PER_ROW = 3


def in_rows(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    """Buttons of short texts, three in a row."""
    return tuple(tuple(buttons[start : start + _PER_ROW]) for start in range(0, len(buttons), _PER_ROW))


@dataclass(frozen=True, slots=True)
class Destination:
    """A chat, a topic in it, and the message to reply to.

    If the topic is closed or gone, the chat itself is used; if the message is gone, there is no reply.
    """

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """A new message. Of those with the same `merge` in one group within a minute only the first is sent.

    `protected`: it may not be forwarded or saved, and nor may what it is changed into.
    """

    to: Destination
    html: str
    buttons: Buttons = ()
    silent: bool = False
    merge: str = ""
    protected: bool = False


@dataclass(frozen=True, slots=True)
class SayWithPicture:
    """A new message with a picture above its text (1024 characters at most).

    If Telegram does not take the picture, the text comes alone.
    """

    to: Destination
    picture: bytes
    html: str
    buttons: Buttons = ()
    silent: bool = False


@dataclass(frozen=True, slots=True)
class SayWithFile:
    """A new message with a file of ours, silent."""

    to: Destination
    name: str
    content: bytes
    html: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, remembered as `question_id`.

    With a `placeholder` (64 characters) the app opens a reply, which the bot gets to see in groups too;
    without one there are buttons. `merge` as in `Say`.
    """

    to: Destination
    html: str
    question_id: int
    placeholder: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    merge: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """The answer to a press, in plain text: a line at the top, or with `popup` a window to close."""

    press_id: str
    text: str = ""
    popup: bool = False


@dataclass(frozen=True, slots=True)
class ChangeText:
    """A new text and new buttons for one of the bot's messages."""

    chat_id: int
    message_id: int
    html: str
    buttons: Buttons = ()


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a message, if it is still there."""

    chat_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class SendFiles:
    """The kept results of delivered edits, byte for byte, as one message or album of files, silently.

    If Telegram refuses them, `otherwise` is sent instead.
    """

    edits: tuple[Edit, ...]
    otherwise: Say


@dataclass(frozen=True, slots=True)
class SendComparison:
    """A delivered edit's photo and result in one picture with `labels`, as a silent reply to the result.

    If it cannot be made or sent, `otherwise` is sent instead.
    """

    edit: Edit
    html: str
    labels: tuple[str, str]
    otherwise: Say


@dataclass(frozen=True, slots=True)
class SendPicture:
    """A new message with a picture that Telegram has."""

    to: Destination
    picture: PhotoRef
    html: str
    buttons: Buttons = ()
    silent: bool = False


@dataclass(frozen=True, slots=True)
class ChangePicture:
    """Another picture that Telegram has, with its text and buttons, in one of the bot's messages."""

    chat_id: int
    message_id: int
    picture: PhotoRef
    html: str
    buttons: Buttons = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the group."""

    chat_id: int


Outgoing: TypeAlias = (
    Say
    | SayWithPicture
    | SayWithFile
    | Ask
    | Alert
    | ChangeText
    | Delete
    | SendFiles
    | SendComparison
    | SendPicture
    | ChangePicture
    | Leave
)
