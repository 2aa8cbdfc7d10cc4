"""What goes out, as frozen values. `telegram/outbox` sends them; all texts are HTML, except for alerts."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.core.edits import Edit


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `data` is at most 64 bytes."""

    text: str
    data: str


Buttons: TypeAlias = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A chat, its topic, and the message there that is replied to.

    What the topic or the message no longer takes goes nearby: to the chat, or without a reply.
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
class Ask:
    """A question whose answer is heard: the app opens a reply to it, with `placeholder` in the field."""

    to: Destination
    html: str
    placeholder: str


@dataclass(frozen=True, slots=True)
class Alert:
    """The answer to a press, plain text: a line at the top, or with `popup` a window to be dismissed."""

    press_id: str
    text: str = ""
    popup: bool = False


@dataclass(frozen=True, slots=True)
class ChangeText:
    """New words and buttons for a message of the bot's."""

    chat_id: int
    message_id: int
    html: str
    buttons: Buttons = ()


@dataclass(frozen=True, slots=True)
class Delete:
    """A message that goes; nothing happens where it is gone already."""

    chat_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class SendFile:
    """The untouched bytes of a delivered edit's result, as a file in reply to its photo.

    `otherwise` is said in its place where Telegram refuses it.
    """

    edit: Edit
    content: bytes
    otherwise: Say


@dataclass(frozen=True, slots=True)
class Leave:
    """The bot leaves the group."""

    chat_id: int


Outgoing: TypeAlias = Say | Ask | Alert | ChangeText | Delete | SendFile | Leave
