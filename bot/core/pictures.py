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

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


class ImageFormat(StrEnum):
    """The still formats that are accepted; each result is in one of them."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    BMP = "BMP"
    TIFF = "TIFF"
    GIF = "GIF"

    @property
    def extension(self) -> str:
        return "jpg" if self is ImageFormat.JPEG else self.value.lower()


@dataclass(frozen=True, slots=True)
class Photo:
    """What a photo's header tells; no pixels."""

    size: Size
    format: ImageFormat
    has_alpha: bool


@dataclass(frozen=True, slots=True)
class Fitted:
    """A result at the photo's exact size. `cropped` is the share of the provider's image cut away, 0 to 1."""

    content: bytes
    size: Size
    format: ImageFormat
    cropped: float
