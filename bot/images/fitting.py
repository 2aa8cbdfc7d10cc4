"""The provider's result at exactly the photo's size: the photo's own part of it, or else what covers it."""

from collections.abc import Sequence

from PIL import Image

from bot.core.errors import PhotoRefused, ResultUnusable
from bot.core.pictures import Fitted, ImageFormat, Size
from bot.core.shapes import Ratio, Shape
from bot.images.colour import to_srgb
from bot.images.encoding import WEBP_MAX_SIDE, encode, holds_alpha, least_bytes
from bot.images.framing import Box, canvas_of, framed_box, shape_for
from bot.images.orientation import is_sideways, upright
from bot.images.preparing import Announce
from bot.images.reading import Still, decode, open_still
from bot.images.transparency import flatten, lift_off_white, lowest

MAX_STRETCH = 0.01
"""How much wider or taller than true a result may become, to crop less; nobody sees one per cent."""
MAX_RESULT_BYTES = 50_000_000
"""What a bot may send as a file; bigger results become PNG, and if that is too big as well, JPEG."""
MAX_COSTLY_PIXELS = 16_000_000
"""Writing AVIF takes some 45 bytes of memory a pixel, and WebP with an outline 30; a large picture is not."""
MAX_OUTLINE_CROP = 0.02
"""A result that lost more than this share of itself no longer lies under the photo's outline."""

_WEIGHTS = {ImageFormat.AVIF: 3}
"""Pixels are announced so often, where writing one takes more than the others' four to twelve bytes."""
_RESULT_FORMATS = frozenset({ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP})


def fit(
    result: bytes,
    original: bytes | None,
    announce: Announce,
    *,
    wanted: Shape | None = None,
    as_format: ImageFormat | None = None,
    keep_alpha: bool = False,
    shapes: Sequence[float] = (),
) -> Fitted:
    """The provider's `result` in exactly the `wanted` shape, or else the upright size of the person's
    `original`. A ratio has as many pixels as the original, or without one as were painted.

    It is sRGB, without metadata. The format is `as_format`, or else the original's (or JPEG), except where it
    cannot be: see `_reply_format`, and MAX_RESULT_BYTES; the returned `format` tells. `keep_alpha` gives the
    original's alpha channel to the result if it has one that is not fully opaque, their sizes are the same,
    the format can hold it, and the result was hardly cropped; anything else transparent goes onto white.
    With the `shapes` that `prepare` was given, the photo's part is cut out of a result that has more.

    Raises ResultUnusable if the result is not a still JPEG, PNG or WebP within the limits for photos, and
    PhotoRefused if the original cannot be read.
    """
    photo = None if original is None else open_still(original)
    made = _open_result(result)
    size = _size(made, photo, wanted)
    shape = shape_for(size, shapes)
    framed = None if shape is None else framed_box((made.size.width, made.size.height), size, shape)
    shown = framed or cover_box(made.size.width, made.size.height, size.ratio)
    cropped = 0.0 if framed else _share_cut_off(made.size, shown)
    outlined = photo if keep_alpha and cropped <= MAX_OUTLINE_CROP else None
    if outlined is not None and not (outlined.has_alpha and size == outlined.size):
        outlined = None
    wished = as_format or (photo.format if photo else ImageFormat.JPEG)
    image_format = _reply_format(wished, size, keeps_outline=outlined is not None)
    if not holds_alpha(image_format):
        outlined = None
    announce(made.pixels + size.pixels * (_WEIGHTS.get(image_format, 1) + (outlined is not None)))
    alpha = _alpha(outlined) if outlined else None
    picture = cover(made, size, shape)
    if alpha:
        picture = lift_off_white(picture, alpha)
    content, image_format = _encoded(picture, image_format)
    enlarged = size.width / (shown[2] - shown[0])
    return Fitted(content=content, size=size, format=image_format, cropped=cropped, enlarged=enlarged)


def _size(made: Still, photo: Still | None, wanted: Shape | None) -> Size:
    match wanted:
        case Ratio():
            return wanted.inside(made.size) if photo is None else wanted.of_area(photo.pixels)
        case Size():
            return wanted
    return made.size if photo is None else photo.size


def _open_result(result: bytes) -> Still:
    try:
        made = open_still(result)
    except PhotoRefused as refused:
        raise ResultUnusable(f"the result is {refused.reason}") from refused
    if made.format not in _RESULT_FORMATS:
        raise ResultUnusable(f"the result is a {made.format}")
    return made


def _reply_format(wanted: ImageFormat, size: Size, *, keeps_outline: bool) -> ImageFormat:
    """PNG for GIF, with its 256 colours, and for a WebP that would be too long, or large with an outline.

    JPEG for HEIF, which is only read here, and for a large AVIF; PNG for them too if there is an outline.
    """
    costly = size.pixels > MAX_COSTLY_PIXELS
    if wanted is ImageFormat.HEIF or (wanted is ImageFormat.AVIF and costly):
        return ImageFormat.PNG if keeps_outline else ImageFormat.JPEG
    if wanted is ImageFormat.WEBP:
        too_long = max(size.width, size.height) > WEBP_MAX_SIDE
        return ImageFormat.PNG if too_long or (costly and keeps_outline) else wanted
    return ImageFormat.PNG if wanted is ImageFormat.GIF else wanted


def _encoded(picture: Image.Image, wanted: ImageFormat) -> tuple[bytes, ImageFormat]:
    """The bytes, in the first format of which they are few enough."""
    for image_format in () if wanted is ImageFormat.JPEG else dict.fromkeys((wanted, ImageFormat.PNG)):
        if least_bytes(picture, image_format) <= MAX_RESULT_BYTES:
            content = encode(picture, image_format)
            if len(content) <= MAX_RESULT_BYTES:
                return content, image_format
    return encode(picture, ImageFormat.JPEG), ImageFormat.JPEG


def _share_cut_off(made: Size, shown: Box) -> float:
    left, top, right, bottom = shown
    return max(0.0, 1.0 - (right - left) * (bottom - top) / (made.width * made.height))


def cover(made: Still, size: Size, shape: float | None = None) -> Image.Image:
    """The part of a picture that is shown, as RGB at `size`, upright. Raises ResultUnusable."""
    if is_sideways(made.orientation):
        size, shape = Size(size.height, size.width), shape and 1 / shape
    try:
        decoded = decode(made, size if shape is None else canvas_of(size, shape))
    except PhotoRefused as refused:
        raise ResultUnusable(f"the result is {refused.reason}") from refused
    framed = None if shape is None else framed_box(decoded.extent, size, shape)
    resized = decoded.image.resize(
        (size.width, size.height),
        Image.Resampling.LANCZOS,
        box=framed or cover_box(*decoded.extent, size.ratio),
        reducing_gap=3.0,
    )
    return upright(flatten(to_srgb(resized, made.icc_profile)), made.orientation)


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
    return None if lowest(alpha) == 255 else upright(alpha, photo.orientation)
