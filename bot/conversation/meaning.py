"""What a message asks for, and for which photo. Pure functions."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.conversation.incoming import Message, Picture
from bot.core.edits import PhotoRef
from bot.core.errors import Reason
from bot.core.presets import EDIT, MAX_PROMPT_CHARACTERS, full_prompt, preset


@dataclass(frozen=True, slots=True)
class EditAsked:
    """A complete edit: what to do with which photo. The result replies to `photo_message_id`."""

    command: str
    words: str
    photo: PhotoRef
    photo_message_id: int


@dataclass(frozen=True, slots=True)
class PhotoMissing:
    """An edit without a photo. In private, it means the one that was sent a moment ago."""

    command: str
    words: str


@dataclass(frozen=True, slots=True)
class PhotoSent:
    """A photo in private, without words."""

    photo: PhotoRef


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that cannot be done as it is. `prompt_length` is in characters, for a prompt too long."""

    reason: Reason
    command: str
    prompt_length: int = 0


Meaning: TypeAlias = EditAsked | PhotoMissing | PhotoSent | Refused


def of_plain(message: Message) -> Meaning | None:
    """A private message without a command: a caption, a reply to a photo, or words after a photo mean /edit.

    The caption of a forwarded photo is somebody else's text, not a request. None if there is nothing to do.
    """
    if isinstance(message.picture, Reason):
        return Refused(message.picture, EDIT)
    if message.picture is not None and (not message.words or message.is_forwarded):
        return PhotoSent(message.picture)
    return of_command(message, EDIT) if message.words else None


def of_command(message: Message, command: str) -> Meaning:
    """The edit that a command asks for, with its words and photo, or what is missing or wrong."""
    picture, photo_message_id = _picture_meant(message)
    if isinstance(picture, Reason):
        return Refused(picture, command)
    known = preset(command)
    if not message.words and (known is None or known.needs_words):
        return Refused(Reason.NO_PROMPT, command)
    length = len(full_prompt(command, message.words))
    if length > MAX_PROMPT_CHARACTERS:
        return Refused(Reason.PROMPT_TOO_LONG, command, prompt_length=length)
    if picture is None:
        return PhotoMissing(command, message.words)
    return EditAsked(command, message.words, picture, photo_message_id)


def _picture_meant(message: Message) -> tuple[Picture, int]:
    """The message's own picture, or that of the message it replies to; and the message to reply to."""
    if message.picture is not None or message.replied is None:
        return message.picture, message.message_id
    return message.replied.picture, message.replied.message_id or message.message_id
