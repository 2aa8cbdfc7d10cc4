"""What a message asks to be done to which photo. Pure."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.conversation.incoming import Message, Picture
from bot.core.edits import PhotoRef
from bot.core.errors import Reason
from bot.core.presets import EDIT, MAX_PROMPT_CHARACTERS, full_prompt, preset


@dataclass(frozen=True, slots=True)
class EditAsked:
    """An edit, complete: what to do to which photo. The reply goes to `photo_message_id`."""

    command: str
    words: str
    photo: PhotoRef
    photo_message_id: int


@dataclass(frozen=True, slots=True)
class PhotoMissing:
    """An edit without a photo: in private, one that was sent a moment ago is meant."""

    command: str
    words: str


@dataclass(frozen=True, slots=True)
class PhotoSent:
    """A photo in private with nothing said about it yet."""

    photo: PhotoRef


@dataclass(frozen=True, slots=True)
class Refused:
    """Something was asked that cannot be done as it stands."""

    reason: Reason
    command: str
    prompt_length: int = 0


Meaning: TypeAlias = EditAsked | PhotoMissing | PhotoSent | Refused


def of_plain(message: Message) -> Meaning | None:
    """In private no command is needed: a caption, an answer to a photo, or words after one, mean `/edit`.

    The caption of a forwarded photo is somebody else's text, not a request.
    """
    if isinstance(message.picture, Reason):
        return Refused(message.picture, EDIT)
    if message.picture is not None and (not message.words or message.is_forwarded):
        return PhotoSent(message.picture)
    return of_command(message, EDIT) if message.words else None


def of_command(message: Message, command: str) -> Meaning:
    """What an edit's command means, with its words and the message's or the answered message's photo."""
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
    """The message's own picture, or else that of the message it answers, and the message to reply to."""
    if message.picture is not None or message.replied is None:
        return message.picture, message.message_id
    return message.replied.picture, message.replied.message_id or message.message_id
