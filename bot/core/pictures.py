"""Values about pictures: sizes in pixels, formats, a fitted result. No Pillow."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, as seen upright (EXIF orientation applied)."""

    width: int
    height: int

    @property
    def ratio(self) -> float:
        return self.width / self.height

    @property
    def is_wide(self) -> bool:
        """Wider than 3:2. Two of these are compared one above the other, of all others side by side."""
        return 2 * self.width > 3 * self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


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
    """A result at the photo's exact size. `cropped` is the share of the provider's image cut away, 0 to 1."""

    content: bytes
    size: Size
    format: ImageFormat
    cropped: float
