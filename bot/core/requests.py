"""What somebody asks for: the photos, the words, and how the result is to be."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.pictures import Size
from bot.core.shapes import Shape, with_shape


class PhotoKind(StrEnum):
    """How the photo was sent. The result is sent the same way (for a sticker, as a file)."""

    PHOTO = "photo"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class PhotoRef:
    """A photo as Telegram names it: an id, never a URL.

    `has_spoiler`: it was sent covered. `is_protected`: it may not be forwarded or saved. So is the reply.
    `pixels`: how many it has, where Telegram tells that before it is fetched.
    """

    file_id: str
    kind: PhotoKind
    file_name: str | None = None
    has_spoiler: bool = False
    is_protected: bool = False
    pixels: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, parsed, before it is accepted.

    `command` is `edit` or a preset's name, `words` what the person wrote after it. The result replies to
    `photo_message_id`, the status card to `request_message_id`; for a caption they are the same. Without
    `photos` a new picture is made from the words alone. `parent` is the id of the edit whose result is
    changed: then the first photo is that result as Telegram has it. `step` counts the edits from the first
    photo to this one. `shape` is that of the result, where it is not the photo's own. `resolution` is the
    model's, where one was asked for.

    An album asks for a series: `series_count` edits with the same `update_id`, numbered from 1.
    """

    update_id: int
    chat_id: int
    thread_id: int | None
    request_message_id: int
    photo_message_id: int
    requester_id: int
    language: str
    command: str
    words: str
    photos: tuple[PhotoRef, ...]
    parent: str | None = None
    step: int = 1
    series_number: int = 1
    series_count: int = 1
    shape: Shape | None = None
    resolution: str | None = None

    @property
    def photo(self) -> PhotoRef | None:
        """The photo whose size the result gets, unless a shape was asked for."""
        return self.photos[0] if self.photos else None

    @property
    def kind(self) -> PhotoKind:
        """How the result is sent."""
        return self.photos[0].kind if self.photos else PhotoKind.PHOTO

    @property
    def has_spoiler(self) -> bool:
        return bool(self.photos) and self.photos[0].has_spoiler

    @property
    def is_protected(self) -> bool:
        return bool(self.photos) and self.photos[0].is_protected

    @property
    def pixels(self) -> int | None:
        """How many pixels the result is to have; 0 for as many as are painted, None while it is not known."""
        if isinstance(self.shape, Size):
            return self.shape.pixels
        return self.photos[0].pixels if self.photos else 0

    @property
    def said(self) -> str:
        """The shape and the words, as they were written."""
        return with_shape(self.shape, self.words)

    @property
    def is_private(self) -> bool:
        """Telegram gives people positive ids and groups negative ones."""
        return self.chat_id > 0

    def asks_the_same(self, other: "Request") -> bool:
        """Whether both ask for the same edit of the same photos, each alone or in as long a series."""
        return _what(self) == _what(other)


def _what(request: Request) -> tuple[object, ...]:
    of_model = request.shape, request.resolution
    return (request.photos, request.command, request.words, request.series_count, *of_model)
