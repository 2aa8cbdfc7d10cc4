"""The shape that the model paints: a photo of another one is extended to it, and cut out of the result again.

Without that, the model's frame would cut a fifth off a phone's screenshot, and most of a panorama.
"""

import math
from collections.abc import Sequence

from PIL import Image

from bot.core.pictures import Size, nearest
from bot.core.shapes import Shape

MOST_CUT = 0.03
"""A photo is extended where more than this share of it would be cut off."""
_MOST_OFF = 0.06
"""The result's shape may differ by so much from the one that was asked for. One that differs more is not a
picture of the extended photo, but of what the model chose to show of it.
"""
_EDGE, _BLUR = 50, 24
"""The outermost 1/50 of the photo is drawn out, blurred over 1/24 of its length."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""


def shape_for(photo: Size, shapes: Sequence[float]) -> float | None:
    """The ratio to extend a photo to, of those that the model paints; None where its own is near enough."""
    if not shapes:
        return None
    shape = nearest(photo.ratio, shapes)
    is_near = min(photo.ratio, shape) >= max(photo.ratio, shape) * (1 - MOST_CUT)
    return None if is_near else shape


def canvas_of(photo: Size, shape: float) -> Size:
    """The smallest size of that ratio that the photo fits into."""
    if photo.ratio > shape:
        return Size(photo.width, max(photo.height, round(photo.width / shape)))
    return Size(max(photo.width, round(photo.height * shape)), photo.height)


def whole_canvas(photo: Size, shapes: Sequence[float], wanted: Shape | None) -> Size:
    """What the model is shown of a photo: in the `wanted` shape, and that in one of those that it paints."""
    result = photo if wanted is None or not shapes else canvas_of(photo, wanted.ratio)
    shape = shape_for(result, shapes)
    return result if shape is None else canvas_of(result, shape)


def extended(photo: Image.Image, canvas_size: Size) -> Image.Image:
    """An upright RGB photo in the middle of a canvas, its blurred edges drawn out to the canvas's ends."""
    width, height = photo.size
    canvas = Image.new("RGB", (canvas_size.width, canvas_size.height))
    left, top = (canvas.width - width) // 2, (canvas.height - height) // 2
    right, bottom = canvas.width - width - left, canvas.height - height - top
    row, column = max(1, height // _EDGE), max(1, width // _EDGE)
    for edge, at, size in (
        ((0, 0, width, row), (left, 0), (width, top)),
        ((0, height - row, width, height), (left, top + height), (width, bottom)),
        ((0, 0, column, height), (0, top), (left, height)),
        ((width - column, 0, width, height), (left + width, top), (right, height)),
    ):
        if min(size) > 0:
            canvas.paste(_drawn_out(photo, edge, size), at)
    canvas.paste(photo, (left, top))
    return canvas


def framed_box(made: tuple[float, float], photo: Size, shape: float) -> Box | None:
    """Where the photo is in a result of its extended picture; None if the result has another shape.

    A result that is a little off has been cut to its shape around the middle, as services do.
    """
    width, height = made
    if abs(math.log(width / height / shape)) > _MOST_OFF:
        return None
    canvas = canvas_of(photo, shape)
    scale = max(width / canvas.width, height / canvas.height)
    shown_width, shown_height = min(width, photo.width * scale), min(height, photo.height * scale)
    left, top = (width - shown_width) / 2, (height - shown_height) / 2
    return (left, top, left + shown_width, top + shown_height)


def _drawn_out(photo: Image.Image, edge: tuple[int, int, int, int], size: tuple[int, int]) -> Image.Image:
    """The colours along an edge, blurred, over a band of this size."""
    is_row = edge[2] - edge[0] == photo.width
    line = (max(1, photo.width // _BLUR), 1) if is_row else (1, max(1, photo.height // _BLUR))
    return photo.resize(line, Image.Resampling.BOX, box=edge).resize(size, Image.Resampling.BICUBIC)
