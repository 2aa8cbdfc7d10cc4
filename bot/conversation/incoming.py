"""What comes in, as frozen values. This is all that this room knows about Telegram's updates.

`telegram/inbox` makes them. A command is already parsed and known to be for this bot, and a photo is
already a `PhotoRef`, or the reason why it cannot be edited.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from bot.core.errors import Reason
from bot.core.requests import PhotoRef
from bot.core.wishes import Speaker

Picture: TypeAlias = PhotoRef | Reason | None
"""What a message contains: a photo, the reason why it cannot be edited, or no picture."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A private chat or a group. `may_have_moved`: a supergroup, which may once have been a basic group.

    `title` is a group's, to be shown.
    """

    id: int
    is_private: bool
    may_have_moved: bool = False
    title: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote or pressed: a person, or a chat or channel that writes in its own name.

    `language` is one that the bot speaks. Other bots (`is_bot`) get no answer. `name` is to be shown.
    """

    id: int
    language: str
    is_bot: bool = False
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Replied:
    """The message that was replied to. `message_id` is None if it is in another chat. `is_ours`: the bot
    wrote it; then `button` is the data of its first button, if it has one.
    """

    message_id: int | None
    picture: Picture = None
    is_ours: bool = False
    button: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One message of an album."""

    message_id: int
    picture: Picture


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a chat.

    `command` is in lower case, without the slash and the bot's name; None if there is none for this bot.
    `words` is the rest, or the whole text. `album_id` is the same for all parts of an album. `is_addressed`:
    it names the bot (the name is not among the words). `album` has the parts after the first, once they are
    all there.
    """

    update_id: int
    chat: Chat
    thread_id: int | None
    message_id: int
    sender: Sender
    sent_at: datetime
    command: str | None = None
    words: str = ""
    picture: Picture = None
    replied: Replied | None = None
    album_id: str | None = None
    is_forwarded: bool = False
    is_addressed: bool = False
    album: tuple[Part, ...] = ()

    @property
    def speaker(self) -> Speaker:
        """Whose words and photos it belongs with."""
        return Speaker(self.chat.id, self.thread_id, self.sender.id)


@dataclass(frozen=True, slots=True)
class Surplus:
    """A message of a chat that had sent more than `kept` at once: those after them were dropped."""

    message: Message
    kept: int


@dataclass(frozen=True, slots=True)
class EditedMessage:
    """A message that its author has edited; `message` is the new version."""

    message: Message


@dataclass(frozen=True, slots=True)
class Press:
    """A button under one of the bot's messages was pressed. `replied` is what that message replies to.

    `message_id` is None if Telegram no longer says which message.
    """

    update_id: int
    press_id: str
    chat: Chat
    thread_id: int | None
    message_id: int | None
    sender: Sender
    data: str
    replied: Replied | None = None

    @property
    def speaker(self) -> Speaker:
        """Who pressed it, in this chat and topic."""
        return Speaker(self.chat.id, self.thread_id, self.sender.id)


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    """The bot was added to a chat, or is no longer in it (removed, or blocked by the person).

    `joined`: it was not in this group before; never for a channel. `is_admin`: it sees every message there.
    """

    update_id: int
    chat: Chat
    sender: Sender
    is_member: bool
    joined: bool = False
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class ChatMigrated:
    """A group became a supergroup with another id. Both chats send this, in any order."""

    update_id: int
    old_chat_id: int
    new_chat_id: int


Incoming: TypeAlias = Message | Surplus | EditedMessage | Press | MembershipChanged | ChatMigrated
