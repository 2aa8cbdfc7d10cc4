"""How Telegram stores photos: re-encoded, upright, without metadata, in several sizes."""

import functools
import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from bot.sandbox.telegram.values import bad_request

PHOTO_BYTES = 10 << 20
LARGEST_SIDES = 10_000
LARGEST_RATIO = 20
_LADDER = (90, 320, 800, 1280, 2560)
_THUMBNAIL = 320


@dataclass(frozen=True)
class Rendition:
    """One size of a photo."""

    width: int
    height: int
    content: bytes


def _opened(content: bytes) -> Image.Image:
    """The picture, not decoded yet; ValueError if it is none."""
    try:
        return Image.open(io.BytesIO(content))
    except (OSError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError("not a picture") from error


def _flat(picture: Image.Image) -> Image.Image:
    """Upright, three channels, transparency on white, no metadata."""
    try:
        upright = ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, EOFError) as error:
        raise ValueError("a broken picture") from error
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        upright = Image.new("RGBA", layer.size, "white")
        upright.alpha_composite(layer)
    flat = upright.convert("RGB")
    flat.info = {}
    return flat


def _fitted(picture: Image.Image, box: int) -> Image.Image:
    width, height = picture.size
    if max(width, height) <= box:
        return picture
    scale = box / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _encoded(picture: Image.Image) -> Rendition:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=87)
    return Rendition(*picture.size, out.getvalue())


def _ladder(picture: Image.Image, box: int) -> tuple[Rendition, ...]:
    """Every rung below the picture, then the picture itself; nothing is enlarged."""
    largest = _fitted(picture, box)
    rungs = [rung for rung in _LADDER if rung < max(largest.size)]
    return *(_encoded(_fitted(largest, rung)) for rung in rungs), _encoded(largest)


@functools.lru_cache(maxsize=16)
def sent_by_person(content: bytes, *, hd: bool = False) -> tuple[Rendition, ...]:
    """What a client uploads when somebody picks a picture: the 1280 box, or 2560 if asked for."""
    return _ladder(_flat(_opened(content)), 2560 if hd else 1280)


@functools.lru_cache(maxsize=16)
def sent_by_bot(content: bytes) -> tuple[Rendition, ...]:
    """`sendPhoto`: Telegram's limits, then the 2560 box."""
    if len(content) > PHOTO_BYTES:
        size = f"file of size {len(content)} bytes is too big for a photo"
        raise bad_request(f"{size}; the maximum size is {PHOTO_BYTES} bytes")
    try:
        picture = _opened(content)
    except ValueError:
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    width, height = picture.size
    if width + height > LARGEST_SIDES or max(width, height) > LARGEST_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    try:
        return _ladder(_flat(picture), 2560)
    except (ValueError, OSError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None


@functools.lru_cache(maxsize=16)
def thumbnail(content: bytes) -> Rendition | None:
    """The small preview that a picture sent as a file carries; None for other files."""
    try:
        return _encoded(_fitted(_flat(_opened(content)), _THUMBNAIL))
    except (ValueError, OSError):
        return None


def dimensions(content: bytes) -> tuple[int, int] | None:
    """Width and height of a picture as stored."""
    try:
        return _opened(content).size
    except ValueError:
        return None
