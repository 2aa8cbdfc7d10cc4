"""The grammar: what a message asks of the bot, if anything. Pure; the only reader of Telegram's messages."""

from dataclasses import dataclass

from telegram import ExternalReplyInfo, Message, MessageEntity

from bot.core.edits import PhotoKind, PhotoRef
from bot.core.errors import Reason
from bot.core.pictures import Size
from bot.core.presets import EDIT, MAX_PROMPT_CHARACTERS, full_prompt, preset

MAX_FILE_BYTES = 20_000_000
"""Telegram lets bots fetch no more (its own constant is a little larger; this is the safe side)."""
SHORTEST_SIDE, LONGEST_RATIO = 32, 20
_IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")
PLAIN_COMMANDS = frozenset({"start", "help", "styles", "status", "cancel", "limits"})


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
class CommandAsked:
    """One of the commands that need no photo, or in private one that nobody knows."""

    name: str


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


Asked = EditAsked | PhotoMissing | CommandAsked | PhotoSent | Refused


def parse(message: Message, username: str) -> Asked | None:
    """What a new message asks of the bot called `username`; None is "nothing": not addressed to it."""
    if _is_nobodys_request(message):
        return None
    private = message.chat.type == message.chat.PRIVATE
    command, words = _command(message, username)
    if command is None:
        return _plain_message(message, words) if private else None
    if command == EDIT or preset(command):
        return _edit(message, command, words)
    if command in PLAIN_COMMANDS or private:
        return CommandAsked(command)
    return None


def requester_id(message: Message) -> int:
    """Who asked: the person, or the chat or channel in whose name they wrote."""
    if message.sender_chat is not None:
        return message.sender_chat.id
    return message.from_user.id if message.from_user else message.chat.id


def _is_nobodys_request(message: Message) -> bool:
    sender = message.from_user
    is_bot = sender is not None and sender.is_bot and message.sender_chat is None
    return is_bot or bool(message.is_automatic_forward)


def _command(message: Message, username: str) -> tuple[str | None, str]:
    """The command that opens a text or caption, if it is for this bot, and what follows it."""
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    first = next((e for e in entities if e.type == MessageEntity.BOT_COMMAND and e.offset == 0), None)
    if first is None:
        return None, text.strip()
    units = text.encode("utf-16-le")  # entity lengths count UTF-16 units
    length = 2 * first.length
    name, _, addressee = units[:length].decode("utf-16-le")[1:].partition("@")
    if addressee and addressee.lower() != username.lower():
        return None, ""
    return name.lower(), units[length:].decode("utf-16-le", errors="ignore").strip()


def _plain_message(message: Message, words: str) -> Asked | None:
    """In private no command is needed: a caption, an answer to a photo, or words after one, mean `/edit`.

    The caption of a forwarded photo is somebody else's text, not a request.
    """
    own = photo_of(message)
    if isinstance(own, Reason):
        return Refused(own, EDIT)
    if own is not None and (not words or message.forward_origin is not None):
        return PhotoSent(own)
    return _edit(message, EDIT, words) if words else None


def _edit(message: Message, command: str, words: str) -> Asked:
    found, photo_message_id = _find_photo(message)
    if isinstance(found, Reason):
        return Refused(found, command)
    known = preset(command)
    if not words and (known is None or known.needs_words):
        return Refused(Reason.NO_PROMPT, command)
    length = len(full_prompt(command, words))
    if length > MAX_PROMPT_CHARACTERS:
        return Refused(Reason.PROMPT_TOO_LONG, command, prompt_length=length)
    if found is None:
        return PhotoMissing(command, words)
    return EditAsked(command, words, found, photo_message_id)


def _find_photo(message: Message) -> tuple[PhotoRef | Reason | None, int]:
    """The photo meant and the message to reply to: the message's own, or else of the message it answers."""
    own = photo_of(message)
    if own is not None:
        return own, message.message_id
    if message.reply_to_message is not None:
        return photo_of(message.reply_to_message), message.reply_to_message.message_id
    if message.external_reply is not None:
        return photo_of(message.external_reply), message.message_id
    return None, message.message_id


def photo_of(message: Message | ExternalReplyInfo) -> PhotoRef | Reason | None:
    """The photo, image file or sticker that a message carries; a reason when it cannot be edited."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        problem = size_problem(Size(largest.width, largest.height))
        return problem or PhotoRef(largest.file_id, PhotoKind.PHOTO)
    if message.animation or message.video or message.video_note:
        return Reason.ANIMATED
    if sticker := message.sticker:
        moves = sticker.is_animated or sticker.is_video
        return Reason.ANIMATED if moves else PhotoRef(sticker.file_id, PhotoKind.STICKER)
    if document := message.document:
        name = document.file_name or ""
        if not (document.mime_type or "").startswith("image/") and not name.lower().endswith(_IMAGE_ENDINGS):
            return Reason.NOT_AN_IMAGE
        if (document.file_size or 0) > MAX_FILE_BYTES:
            return Reason.FILE_TOO_BIG
        return PhotoRef(document.file_id, PhotoKind.DOCUMENT, name or None)
    return None


def size_problem(size: Size) -> Reason | None:
    """Why a photo of this size cannot be edited, as far as its size tells."""
    short, long = sorted((size.width, size.height))
    if short < SHORTEST_SIDE:
        return Reason.TOO_SMALL
    return Reason.TOO_ELONGATED if long > LONGEST_RATIO * short else None
