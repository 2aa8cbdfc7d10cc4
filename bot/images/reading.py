"""Opening what a stranger sent: the format by its first bytes, every limit from the header, then the pixels.

The formats' readers are called directly, not through `Image.open`: the allow-list is ours, no other plugin is
ever loaded, and Pillow's process-wide pixel limit and its warning have no say.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from bot.core.errors import PhotoRefused, Reason
from bot.core.pictures import ImageFormat, Size
from bot.images.colour import READABLE_MODES, plain
from bot.images.containers import bmp, gif, isobmff, jpeg, png, tiff, webp
from bot.images.containers.container import Container
from bot.images.orientation import UPRIGHT, is_sideways, read_orientation
from bot.images.readers import READERS

MAX_PIXELS = 50_000_000
MIN_SIDE = 32
"""Pixels; the shorter side of anything smaller has nothing to edit."""
MAX_RATIO = 20.0
"""Longer side over shorter; Telegram takes no photo beyond it."""
MIN_SURPLUS = 1.5
"""The sides of a JPEG that is decoded at a fraction, over what is needed: 44 dB from a full decoding, where
quality 90 alone is 37 dB. At 2, a camera's 48 megapixels would be decoded whole, for 2,048 pixels a side.
"""

_WALKS: dict[ImageFormat, Callable[[bytes], Container]] = {
    ImageFormat.JPEG: jpeg.walk,
    ImageFormat.PNG: png.walk,
    ImageFormat.WEBP: webp.walk,
    ImageFormat.BMP: bmp.walk,
    ImageFormat.TIFF: tiff.walk,
    ImageFormat.GIF: gif.walk,
    ImageFormat.HEIF: Container,
    ImageFormat.AVIF: Container,
}
_TURNED_BY_THE_READER = frozenset({ImageFormat.TIFF, ImageFormat.HEIF})
_TIFF_SUBFILE_TYPE = 254
_TIFF_DNG_VERSION = 50706


@dataclass(frozen=True, slots=True)
class Still:
    """One still image within the limits: pixels not decoded yet, EXIF `orientation` not applied."""

    image: ImageFile
    format: ImageFormat
    orientation: int
    icc_profile: bytes | None
    size: Size
    """As seen upright. The image's own size changes when it is decoded at a fraction."""

    @property
    def pixels(self) -> int:
        return self.size.width * self.size.height

    @property
    def has_alpha(self) -> bool:
        """Whether there is an alpha channel or a transparent colour; every pixel may still be opaque."""
        return self.image.has_transparency_data or "transparency" in self.image.info


@dataclass(frozen=True, slots=True)
class Decoded:
    """Pixels in mode L, LA, RGB, RGBA or CMYK, not turned upright.

    The picture fills `extent`, in pixels from the top left corner: a JPEG decoded at a fraction of its size
    ends between two pixels.
    """

    image: Image.Image
    extent: tuple[float, float]


def sniff(content: bytes) -> ImageFormat | None:
    """The format that the first bytes announce, None if it is not one of ours."""
    if content.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if content.startswith(png.SIGNATURE):
        return ImageFormat.PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if content.startswith((b"GIF87a", b"GIF89a")):
        return ImageFormat.GIF
    if content.startswith(tiff.STARTS):
        return ImageFormat.TIFF
    if content.startswith(b"BM") and int.from_bytes(content[14:18], "little") in bmp.HEADERS:
        return ImageFormat.BMP
    return isobmff.brand(content)


@contextmanager
def _damage_is_unreadable() -> Iterator[None]:
    """Pillow's parsers raise nearly anything on damaged files; none of that gets past here."""
    try:
        yield
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise PhotoRefused(Reason.TOO_LARGE) from error
    except Exception as error:
        raise PhotoRefused(Reason.UNREADABLE) from error


def open_still(content: bytes) -> Still:
    """Read the header and hold it against every limit, without decoding a pixel. Raises PhotoRefused.

    Taken: JPEG (an MPO's first picture), PNG, WebP, GIF, BMP, HEIF, AVIF, and the first page of a TIFF;
    neither moving pictures nor camera raw files. The size is what is seen after EXIF orientation. A file cut
    off behind its header passes here and is refused by `decode`.
    """
    if not content:
        raise PhotoRefused(Reason.UNREADABLE)
    image_format = sniff(content)
    if image_format is None:
        raise PhotoRefused(Reason.NOT_AN_IMAGE)
    with _damage_is_unreadable():
        container = _WALKS[image_format](content)
        if container.size:
            _check_size(*container.size)
        image = READERS[image_format](BytesIO(container.content))
    _check_size(*image.size)
    _check_kind(image, image_format)
    image.info.pop("xmp", None)  # Pillow would turn a TIFF by it
    exif = container.exif or image.info.get("exif", b"")
    orientation = UPRIGHT if image_format in _TURNED_BY_THE_READER else read_orientation(exif)
    profile = container.icc_profile or image.info.get("icc_profile")
    size = Size(*reversed(image.size)) if is_sideways(orientation) else Size(*image.size)
    return Still(image, image_format, orientation, profile, size)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise PhotoRefused(Reason.TOO_LARGE)
    if min(width, height) < MIN_SIDE:
        raise PhotoRefused(Reason.TOO_SMALL)
    if max(width, height) > MAX_RATIO * min(width, height):
        raise PhotoRefused(Reason.TOO_ELONGATED)


def _check_kind(image: ImageFile, image_format: ImageFormat) -> None:
    with _damage_is_unreadable():
        moves = image_format is ImageFormat.AVIF and getattr(image, "is_animated", False)
        is_raw = isinstance(image, TiffImageFile) and _is_camera_raw(image)
    if moves:
        raise PhotoRefused(Reason.ANIMATED)
    if is_raw:
        raise PhotoRefused(Reason.NOT_AN_IMAGE)
    if image.mode not in READABLE_MODES:
        raise PhotoRefused(Reason.UNSUPPORTED)


def _is_camera_raw(image: TiffImageFile) -> bool:
    """DNG, NEF and ARW are TIFFs whose first page is a thumbnail, which nobody wants edited."""
    subfile_type = image.tag_v2.get(_TIFF_SUBFILE_TYPE, 0)
    is_thumbnail = isinstance(subfile_type, int) and subfile_type & 1
    return bool(is_thumbnail) or _TIFF_DNG_VERSION in image.tag_v2


def decode(still: Still, enough: Size) -> Decoded:
    """Decode the pixels; a JPEG at a half, a quarter or an eighth if that is MIN_SURPLUS times `enough`.

    `enough` is measured as the file lies, not upright. Raises PhotoRefused(UNREADABLE) if the file is cut off
    or damaged.
    """
    image = still.image
    with _damage_is_unreadable():
        drafted = image.draft(None, (round(MIN_SURPLUS * enough.width), round(MIN_SURPLUS * enough.height)))
        image.load()
        pixels = plain(image)
    width, height = drafted[1][2:] if drafted else image.size
    return Decoded(pixels, (width, height))
