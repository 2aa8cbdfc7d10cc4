"""Opening what a stranger sent: the format by its first bytes, every limit from the header, then the pixels.

The formats' readers are called directly, not through `Image.open`: the allow-list is ours, no other plugin is
ever loaded, and Pillow's process-wide pixel limit and its warning have no say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bot.core.errors import PhotoRefused, Reason
from bot.core.pictures import ImageFormat, Photo, Size
from bot.images.colour import GREY_16, plain
from bot.images.orientation import UPRIGHT, is_sideways, png_exif, read_orientation

MAX_PIXELS = 50_000_000
MIN_SIDE = 32
"""Pixels; the shorter side of anything smaller has nothing to edit."""
MAX_RATIO = 20.0
"""Longer side over shorter; Telegram takes no photo beyond it."""

_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_TIFF_SUBFILE_TYPE = 254
_TIFF_DNG_VERSION = 50706


class _Jpeg(JpegImageFile):
    """A JPEG's first picture; the others of a phone's multi-picture file are depth maps and the like."""

    def _read_dpi_from_exif(self) -> None:
        """Not needed, and damaged EXIF would warn."""


_READERS: dict[ImageFormat, type[ImageFile]] = {
    ImageFormat.JPEG: _Jpeg,
    ImageFormat.PNG: PngImageFile,
    ImageFormat.WEBP: WebPImageFile,
    ImageFormat.BMP: BmpImageFile,
    ImageFormat.TIFF: TiffImageFile,
    ImageFormat.GIF: GifImageFile,
}


@dataclass(frozen=True, slots=True)
class Still:
    """One still image within the limits: pixels not decoded yet, EXIF `orientation` not applied."""

    image: ImageFile
    format: ImageFormat
    orientation: int

    @property
    def size(self) -> Size:
        """As seen upright."""
        width, height = self.image.size
        return Size(height, width) if is_sideways(self.orientation) else Size(width, height)

    @property
    def has_alpha(self) -> bool:
        """Whether there is an alpha channel or a transparent colour; every pixel may still be opaque."""
        return self.image.mode not in GREY_16 and self.image.has_transparency_data

    @property
    def icc_profile(self) -> bytes | None:
        return self.image.info.get("icc_profile")


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
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageFormat.PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if content.startswith((b"GIF87a", b"GIF89a")):
        return ImageFormat.GIF
    if content.startswith(_TIFF_STARTS):
        return ImageFormat.TIFF
    if content.startswith(b"BM") and int.from_bytes(content[14:18], "little") in _BMP_HEADERS:
        return ImageFormat.BMP
    return None


@contextmanager
def _damage_is_unreadable() -> Iterator[None]:
    """Pillow's parsers raise nearly anything on damaged files; none of that gets past here."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoRefused(Reason.TOO_LARGE) from error
    except Exception as error:
        raise PhotoRefused(Reason.UNREADABLE) from error


def inspect(content: bytes) -> Photo:
    """What a photo's header tells, without decoding a pixel. Raises PhotoRefused.

    Taken: JPEG (an MPO's first picture), PNG, WebP, GIF, BMP, and the first page of a TIFF; neither moving
    pictures nor camera raw files. The size is what is seen after EXIF orientation. A file cut off behind its
    header passes here and is refused by `prepare`.
    """
    still = open_still(content)
    return Photo(size=still.size, format=still.format, has_alpha=still.has_alpha)


def open_still(content: bytes) -> Still:
    """Read the header and hold it against every limit. Raises PhotoRefused."""
    if not content:
        raise PhotoRefused(Reason.UNREADABLE)
    image_format = sniff(content)
    if image_format is None:
        raise PhotoRefused(Reason.NOT_AN_IMAGE)
    with _damage_is_unreadable():
        image = _READERS[image_format](BytesIO(content))
    _check_size(*image.size)
    with _damage_is_unreadable():
        moves = image_format is not ImageFormat.TIFF and getattr(image, "is_animated", False)
        is_raw = isinstance(image, TiffImageFile) and _is_camera_raw(image)
    if moves:
        raise PhotoRefused(Reason.ANIMATED)
    if is_raw:
        raise PhotoRefused(Reason.NOT_AN_IMAGE)
    image.info.pop("xmp", None)  # Pillow would turn a TIFF by it
    return Still(image, image_format, _orientation(image, image_format, content))


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise PhotoRefused(Reason.TOO_LARGE)
    if min(width, height) < MIN_SIDE:
        raise PhotoRefused(Reason.TOO_SMALL)
    if max(width, height) > MAX_RATIO * min(width, height):
        raise PhotoRefused(Reason.TOO_ELONGATED)


def _is_camera_raw(image: TiffImageFile) -> bool:
    """DNG, NEF and ARW are TIFFs whose first page is a thumbnail, which nobody wants edited."""
    subfile_type = image.tag_v2.get(_TIFF_SUBFILE_TYPE, 0)
    is_thumbnail = isinstance(subfile_type, int) and subfile_type & 1
    return bool(is_thumbnail) or _TIFF_DNG_VERSION in image.tag_v2


def _orientation(image: ImageFile, image_format: ImageFormat, content: bytes) -> int:
    if image_format is ImageFormat.TIFF:
        return UPRIGHT  # Pillow turns TIFFs itself, in the header's size as well
    if image_format is ImageFormat.PNG:
        return read_orientation(png_exif(content))
    return read_orientation(image.info.get("exif", b""))


def decode(still: Still, enough: Size) -> Decoded:
    """Decode the pixels; a JPEG at a half, a quarter or an eighth if that is still twice `enough`.

    `enough` is measured as the file lies, not upright. Raises PhotoRefused(UNREADABLE) if the file is cut off
    or damaged, or its kind of pixel has no one look (floating point, 32-bit integers, LAB).
    """
    image = still.image
    with _damage_is_unreadable():
        drafted = image.draft(None, (2 * enough.width, 2 * enough.height))
        image.load()
        pixels = plain(image)
    if pixels is None:
        raise PhotoRefused(Reason.UNREADABLE)
    width, height = drafted[1][2:] if drafted else image.size
    return Decoded(pixels, (width, height))
