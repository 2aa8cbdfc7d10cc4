"""The photo as the provider gets it: an upright sRGB JPEG that does not say who took it, where or when."""

from collections.abc import Callable, Sequence

from PIL import Image

from bot.core.errors import PhotoRefused, Reason
from bot.core.pictures import PREPARED_SIDE, ImageFormat, Size
from bot.core.shapes import Shape
from bot.images.colour import to_srgb
from bot.images.encoding import encode
from bot.images.framing import extended, whole_canvas
from bot.images.orientation import upright
from bot.images.reading import Still, decode, open_still
from bot.images.transparency import flatten, shows_nothing

MAX_PREPARED_BYTES = 7_000_000

_QUALITIES = (90, 80, 70, 60, 50)
"""At the last one, and at 2048 pixels, even black and white noise is under the limit."""

Announce = Callable[[int], None]
"""Called once, with the number of pixels that the work takes, before the first of them is decoded."""


def prepare(
    content: bytes,
    announce: Announce,
    shapes: Sequence[float] = (),
    *,
    wanted: Shape | None = None,
    longest: int = PREPARED_SIDE,
) -> tuple[bytes, Size]:
    """The JPEG for the provider, and the photo's size as it is seen upright.

    `shapes` are the ratios that the model paints: a photo of another one is extended to the nearest. With
    them it is extended to the `wanted` shape first.

    RGB, long side at most `longest` pixels, at most 7 MB, transparency on white. EXIF (and GPS), XMP and
    comments are gone; colours are converted to sRGB and the profile dropped. Nothing is enlarged. Raises
    PhotoRefused: for what `open_still` refuses, for a file that is cut off or damaged, and for one that shows
    nothing.
    """
    still = open_still(content)
    canvas = whole_canvas(still.size, shapes, wanted)
    scale = min(1.0, longest / max(canvas.width, canvas.height))
    announce(max(still.pixels, round(canvas.pixels * scale**2)))
    shrunk = _shrink(still, scale)
    if shows_nothing(shrunk):
        raise PhotoRefused(Reason.TRANSPARENT)
    picture = upright(flatten(to_srgb(shrunk, still.icc_profile)), still.orientation)
    if canvas != still.size:
        width, height = round(canvas.width * scale), round(canvas.height * scale)
        picture = extended(picture, Size(max(picture.width, width), max(picture.height, height)))
    return _within_limit(picture), still.size


def _within_limit(picture: Image.Image) -> bytes:
    """The JPEG in the first quality that is small enough; of noise in 4096 pixels that is half the size.

    It is not tuned: somebody waits for the task to begin, and it may have to be written several times.
    """
    for quality in _QUALITIES:
        jpeg = encode(picture, ImageFormat.JPEG, quality=quality, tuned=False)
        if len(jpeg) <= MAX_PREPARED_BYTES:
            return jpeg
    return _within_limit(picture.reduce(2))


def _shrink(still: Still, scale: float) -> Image.Image:
    """The decoded pixels, not upright, in their own mode."""
    width, height = still.image.size
    size = Size(max(1, round(width * scale)), max(1, round(height * scale)))
    decoded = decode(still, size)
    return decoded.image.resize(
        (size.width, size.height),
        Image.Resampling.LANCZOS,
        box=(0.0, 0.0, *decoded.extent),
        reducing_gap=3.0,
    )
