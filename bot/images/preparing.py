"""The photo as the provider gets it: an upright sRGB JPEG that does not say who took it, where or when."""

from collections.abc import Callable, Sequence

from PIL import Image

from bot.core.errors import PhotoRefused, Reason
from bot.core.pictures import ImageFormat, Size
from bot.images.colour import to_srgb
from bot.images.encoding import encode
from bot.images.framing import canvas_of, extended, shape_for
from bot.images.orientation import upright
from bot.images.reading import Still, decode, open_still
from bot.images.transparency import flatten, shows_nothing

MAX_PREPARED_SIDE = 2048
MAX_PREPARED_BYTES = 7_000_000

_QUALITIES = (90, 80, 70, 60, 50)
"""At the last one, and at the longest side, even black and white noise is under the limit."""

Announce = Callable[[int], None]
"""Called once, with the number of pixels that the work takes, before the first of them is decoded."""


def prepare(content: bytes, announce: Announce, shapes: Sequence[float] = ()) -> tuple[bytes, Size]:
    """The JPEG for the provider, and the photo's size as it is seen upright.

    `shapes` are the ratios that the model paints: a photo of another one is extended to the nearest.

    RGB, long side at most 2048 px, at most 7 MB, transparency on white. EXIF (and GPS), XMP and comments are
    gone; colours are converted to sRGB and the profile dropped. Nothing is enlarged. Raises PhotoRefused: for
    what `open_still` refuses, for a file that is cut off or damaged, and for one that shows nothing.
    """
    still = open_still(content)
    announce(still.pixels)
    shape = shape_for(still.size, shapes)
    shrunk = _shrink(still, still.size if shape is None else canvas_of(still.size, shape))
    if shows_nothing(shrunk):
        raise PhotoRefused(Reason.TRANSPARENT)
    picture = upright(flatten(to_srgb(shrunk, still.icc_profile)), still.orientation)
    if shape is not None:
        picture = extended(picture, shape)
    jpeg = b""
    for quality in _QUALITIES:
        jpeg = encode(picture, ImageFormat.JPEG, quality=quality)
        if len(jpeg) <= MAX_PREPARED_BYTES:
            break
    return jpeg, still.size


def _shrink(still: Still, canvas: Size) -> Image.Image:
    """The decoded pixels, not upright, in their own mode. The canvas that they lie on is within the limit."""
    width, height = still.image.size
    scale = min(1.0, MAX_PREPARED_SIDE / max(canvas.width, canvas.height))
    size = Size(max(1, round(width * scale)), max(1, round(height * scale)))
    decoded = decode(still, size)
    return decoded.image.resize(
        (size.width, size.height),
        Image.Resampling.LANCZOS,
        box=(0.0, 0.0, *decoded.extent),
        reducing_gap=3.0,
    )
