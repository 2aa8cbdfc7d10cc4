"""The provider's result at exactly the photo's size: scaled to cover it, the excess cut off at both ends."""

from PIL import Image

from bot.core.errors import PhotoRefused, ResultUnusable
from bot.core.pictures import Fitted, ImageFormat, Size
from bot.images.colour import flatten, to_srgb
from bot.images.encoding import WEBP_MAX_SIDE, encode, holds_alpha
from bot.images.orientation import is_sideways, upright
from bot.images.reading import Decoded, Still, decode, open_still

MAX_STRETCH = 0.01
"""How much wider or taller than true a result may become, to crop less; nobody sees one per cent."""
MAX_RESULT_BYTES = 50_000_000
"""What a bot may send as a file; bigger results become JPEG."""

_RESULT_FORMATS = frozenset({ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP})
_OPAQUE = (255, 255)

Box = tuple[float, float, float, float]


def fit(
    result: bytes, original: bytes, *, as_format: ImageFormat | None = None, keep_alpha: bool = False
) -> Fitted:
    """The provider's `result` at exactly the upright size of the person's `original`: sRGB, no metadata.

    The format is `as_format`, or else the original's, except where it cannot be: GIF, with its 256 colours,
    and WebP beyond 16,383 px become PNG, and what is over 50 MB becomes JPEG; the returned `format` tells.
    `keep_alpha` puts the original's alpha channel on the result if it has one that is not fully opaque and
    the format can hold it; anything else transparent goes onto white.

    Raises ResultUnusable if the result is not a still JPEG, PNG or WebP within the limits for photos, and
    PhotoRefused if the original cannot be read.
    """
    photo = open_still(original)
    size = photo.size
    image_format = _reply_format(as_format or photo.format, size)
    picture, cropped = _cover(result, size)
    if keep_alpha and photo.has_alpha and holds_alpha(image_format):
        alpha = _alpha(photo)
        if alpha:
            picture.putalpha(alpha)
    content = encode(picture, image_format)
    if len(content) > MAX_RESULT_BYTES and image_format is not ImageFormat.JPEG:
        image_format = ImageFormat.JPEG
        content = encode(picture, image_format)
    return Fitted(content=content, size=size, format=image_format, cropped=cropped)


def _reply_format(wanted: ImageFormat, size: Size) -> ImageFormat:
    too_long = wanted is ImageFormat.WEBP and max(size.width, size.height) > WEBP_MAX_SIDE
    return ImageFormat.PNG if wanted is ImageFormat.GIF or too_long else wanted


def _cover(result: bytes, size: Size) -> tuple[Image.Image, float]:
    """The result as RGB at `size`, upright, and the share of it that was cut away."""
    still, decoded, lying = _open_result(result, size)
    width, height = decoded.extent
    box = cover_box(width, height, lying.ratio)
    resized = decoded.image.resize(
        (lying.width, lying.height), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0
    )
    picture = upright(flatten(to_srgb(resized, still.icc_profile)), still.orientation)
    kept = (box[2] - box[0]) * (box[3] - box[1]) / (width * height)
    return picture, max(0.0, 1.0 - kept)


def _open_result(result: bytes, size: Size) -> tuple[Still, Decoded, Size]:
    """The result decoded, and `size` as it lies before the result is turned upright."""
    try:
        still = open_still(result)
        if still.format not in _RESULT_FORMATS:
            raise ResultUnusable(f"the result is a {still.format}")
        lying = Size(size.height, size.width) if is_sideways(still.orientation) else size
        return still, decode(still, lying), lying
    except PhotoRefused as refused:
        raise ResultUnusable(f"the result is {refused.reason}") from refused


def cover_box(width: float, height: float, ratio: float) -> Box:
    """The central part of a `width` by `height` image to be shown at `ratio`, in pixels.

    Left, top, right, bottom. Everything where the ratios differ by at most MAX_STRETCH, else as much as that
    stretch allows.
    """
    shown = min(max(width / height, ratio / (1 + MAX_STRETCH)), ratio * (1 + MAX_STRETCH))
    keep_width = min(width, height * shown)
    keep_height = min(height, width / shown)
    left, top = (width - keep_width) / 2, (height - keep_height) / 2
    return (left, top, min(width, left + keep_width), min(height, top + keep_height))


def _alpha(photo: Still) -> Image.Image | None:
    """The photo's alpha channel, upright; None if every pixel is opaque."""
    decoded = decode(photo, Size(*photo.image.size)).image
    if decoded.mode not in {"LA", "RGBA"}:
        return None
    alpha = decoded.getchannel("A")
    return None if alpha.getextrema() == _OPAQUE else upright(alpha, photo.orientation)
