"""The picture in a message: a photo that can be edited, or the reason why it cannot."""

from telegram import ExternalReplyInfo, Message

from bot.conversation.incoming import Picture
from bot.core.errors import Reason
from bot.core.requests import PhotoKind, PhotoRef
from bot.telegram.files import MAX_FILE_BYTES
from bot.telegram.inbox.raw_updates import encodable

SHORTEST_SIDE, LONGEST_RATIO = 32, 20
_IMAGE_ENDINGS = tuple(
    f".{name}"
    for name in "jpg jpeg png webp bmp tif tiff gif heic heif avif".split()  # noqa: SIM905
)
_OTHER_KINDS = (
    *("voice", "audio", "location", "venue", "contact", "poll", "dice", "game", "story"),
    *("invoice", "paid_media", "checklist", "giveaway", "giveaway_winners"),
)
"""What people send that holds no picture. Telegram's own notes about a chat are none of these."""


def picture_of(message: Message | ExternalReplyInfo, *, is_protected: bool = False) -> Picture:
    """The photo, image file or sticker that a message carries; a reason when it cannot be edited.

    `is_protected`: its chat does not let messages be forwarded or saved.
    """
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        photo = PhotoRef(
            largest.file_id,
            PhotoKind.PHOTO,
            has_spoiler=bool(message.has_media_spoiler),
            is_protected=is_protected,
            pixels=largest.width * largest.height,
        )
        return _size_problem(largest.width, largest.height) or photo
    if message.animation or message.video or message.video_note:
        return Reason.ANIMATED
    if sticker := message.sticker:
        moves = sticker.is_animated or sticker.is_video
        if moves:
            return Reason.ANIMATED
        return PhotoRef(
            sticker.file_id,
            PhotoKind.STICKER,
            is_protected=is_protected,
            pixels=sticker.width * sticker.height,
        )
    if document := message.document:
        name = document.file_name or ""
        if not (document.mime_type or "").startswith("image/") and not name.lower().endswith(_IMAGE_ENDINGS):
            return Reason.NOT_AN_IMAGE
        if (document.file_size or 0) > MAX_FILE_BYTES:
            return Reason.FILE_TOO_BIG
        return PhotoRef(
            document.file_id, PhotoKind.DOCUMENT, encodable(name) or None, is_protected=is_protected
        )
    return Reason.NO_PICTURE if any(getattr(message, kind, None) for kind in _OTHER_KINDS) else None


def _size_problem(width: int, height: int) -> Reason | None:
    short, long = sorted((width, height))
    if short < SHORTEST_SIDE:
        return Reason.TOO_SMALL
    return Reason.TOO_ELONGATED if long > LONGEST_RATIO * short else None
