"""Values about pictures: sizes in pixels, formats, a fitted result. No Pillow."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

PREPARED_SIDE = 2048
"""The longest side of a photo for the provider, in pixels, unless its operation paints more."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, as seen upright (EXIF orientation applied)."""

    width: int
    height: int

    @property
    def ratio(self) -> float:
        return self.width / self.height

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def is_wide(self) -> bool:
        """Wider than 3:2. Two of these are compared one above the other, of all others side by side."""
        return 2 * self.width > 3 * self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def nearest(ratio: float, shapes: Sequence[float]) -> float:
    """The one of the shapes (width by height) that needs the least cropping, in either direction."""
    return min(shapes, key=lambda shape: abs(math.log(ratio) - math.log(shape)))


class ImageFormat(StrEnum):
    """The still formats that are taken. A reply is in one of them, but never in GIF or HEIF."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    BMP = "BMP"
    TIFF = "TIFF"
    GIF = "GIF"
    HEIF = "HEIF"
    AVIF = "AVIF"

    @property
    def extension(self) -> str:
        return "jpg" if self is ImageFormat.JPEG else self.value.lower()


@dataclass(frozen=True, slots=True)
class Fitted:
    """A result at the photo's exact size.

    `cropped` is the share of the photo's part of the provider's image that was cut away, 0 to 1. `enlarged`:
    how many times as wide as painted it is.
    """

    content: bytes
    size: Size
    format: ImageFormat
    cropped: float
    enlarged: float = 1.0
