"""Small Pillow helpers for the effects, the scene and the samples: gradients, grain, masks, tones."""

import importlib
import math
import random
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from itertools import pairwise
from typing import cast

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageMath, ImageOps

Picture = Image.Image
Size = tuple[int, int]
Colour = tuple[int, int, int]
Stop = tuple[float, Colour]
"""A position between 0 and 1, and the colour there."""


def open_heif() -> None:
    """From now on Pillow opens HEIC files, as the bot reads them, where the decoder is installed."""
    if find_spec("pi_heif") is not None:
        importlib.import_module("pi_heif").register_heif_opener()


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour in the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def vertical(size: Size, stops: Sequence[Stop]) -> Picture:
    """A gradient from top to bottom."""
    column = Image.new("RGB", (1, size[1]), stops[-1][1])
    for (low, first), (high, second) in pairwise(stops):
        for y in range(int(low * size[1]), int(high * size[1])):
            column.putpixel((0, y), mix(first, second, (y / size[1] - low) / (high - low)))
    return column.resize(size)


def fade(size: Size, top: int, bottom: int) -> Picture:
    """A mask that runs from `top` to `bottom`."""
    return (
        Image.linear_gradient("L").point([top + (bottom - top) * v // 255 for v in range(256)]).resize(size)
    )


def glow(size: Size, power: float = 1.0) -> Picture:
    """A mask that is full in the centre and empty at the rim of the ellipse that `size` holds."""
    falloff = Image.radial_gradient("L").point(curve(lambda v: max(0.0, 1 - v * 1.02) ** power))
    return falloff.resize(size, Image.Resampling.BICUBIC)


def rounded(size: Size, radius: float) -> Picture:
    """A mask with round corners."""
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), radius * 2, fill=255)
    return mask.reduce(2)


def on_checks(picture: Picture) -> Picture:
    """The picture in RGB; what is transparent in it shows a checkerboard of some sixty squares' width."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    side = max(1, max(picture.size) // 64)
    few = Image.new("L", (-(-picture.width // side), -(-picture.height // side)), 255)
    for x in range(few.width):
        for y in range(x % 2, few.height, 2):
            few.putpixel((x, y), 204)
    board = few.resize((few.width * side, few.height * side), Image.Resampling.NEAREST)
    whole = board.crop((0, 0, *picture.size)).convert("RGBA")
    whole.alpha_composite(picture.convert("RGBA"))
    return whole.convert("RGB")


def grain(size: Size, seed: int = 1, *, coarse: int = 1) -> Picture:
    """The same grey noise for the same seed; `coarse` is the size of one grain in pixels."""
    small = (max(2, size[0] // coarse), max(2, size[1] // coarse))
    noise = Image.frombytes("L", small, random.Random(seed).randbytes(small[0] * small[1]))
    return noise if small == size else noise.resize(size, Image.Resampling.BICUBIC)


def curve(function: Callable[[float], float]) -> list[int]:
    """A lookup table for `Image.point` from a function on 0..1; its values are clipped to 0..1."""
    return [round(255 * min(1.0, max(0.0, function(value / 255)))) for value in range(256)]


def graded(picture: Picture, *curves: Callable[[float], float]) -> Picture:
    """One tone curve per channel."""
    return picture.point([value for function in curves for value in curve(function)])


def rgb(grey: Picture) -> Picture:
    """The grey picture with three channels."""
    return Image.merge("RGB", (grey,) * 3)


def lit_by(picture: Picture, light: Picture, colour: Colour) -> Picture:
    """The picture with a light of that colour added."""
    return ImageChops.screen(picture, ImageOps.colorize(light, (0, 0, 0), colour))


def speckle(picture: Picture, noise: Picture, strength: float) -> Picture:
    """The picture with `noise` added around its middle grey; strength 1 is the noise's full range."""
    return ImageChops.overlay(picture, rgb(noise.point(curve(lambda v: 0.5 + (v - 0.5) * strength))))


def vignette(picture: Picture, strength: float) -> Picture:
    """Darker towards the corners."""
    shade = Image.radial_gradient("L").point(curve(lambda v: 1 - strength * max(0.0, v - 0.45) / 0.55))
    return ImageChops.multiply(picture, rgb(shade.resize(picture.size)))


def dodge(grey: Picture, radius: float) -> Picture:
    """A grey picture divided by its own blur: what stays dark are the lines."""
    soft = grey.filter(ImageFilter.GaussianBlur(radius))
    lines = ImageMath.lambda_eval(
        lambda v: v["convert"](v["min"](v["grey"] * 255 / (v["soft"] + 1), 255), "L"), grey=grey, soft=soft
    )
    return cast("Picture", lines)


def levels(picture: Picture, cutoff: float = 1) -> Picture:
    """The full range of light; colours keep their relation to each other."""
    return ImageOps.autocontrast(picture, cutoff=cutoff, preserve_tone=True)


def patches(picture: Picture, shrink: int, colours: int, size: int) -> Picture:
    """Flat areas of few colours; filters the palette's indexes, a third of the work of three bands."""
    few = picture.reduce(shrink).quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    indexes = Image.frombytes("L", few.size, few.tobytes()).filter(ImageFilter.ModeFilter(size))
    flat = Image.frombytes("P", few.size, indexes.tobytes())
    flat.putpalette(few.getpalette() or [])
    return flat.convert("RGB").resize(picture.size, Image.Resampling.BICUBIC)


def smoothed(picture: Picture, shrink: int, size: int) -> Picture:
    """Flat areas with firm edges: a median at a fraction of the size, where it is affordable."""
    small = picture.reduce(shrink).filter(ImageFilter.MedianFilter(size))
    return small.resize(picture.size, Image.Resampling.BICUBIC)


def blurred(picture: Picture, radius: float) -> Picture:
    """Out of focus; done at a quarter of the size."""
    return picture.reduce(4).filter(ImageFilter.GaussianBlur(radius / 4)).resize(picture.size)


def wobbled(picture: Picture, cell: int, amount: float) -> Picture:
    """The picture shifted a little and differently from cell to cell, as wet paint runs."""
    rng = random.Random(6)
    width, height = picture.size
    across, down = max(2, width // cell), max(2, height // cell)
    grid = {
        (x, y): (x * width // across, y * height // down) for x in range(across + 1) for y in range(down + 1)
    }
    knot = {at: tuple(each + rng.uniform(-amount, amount) for each in point) for at, point in grid.items()}
    mesh = [
        (grid[x, y] + grid[x + 1, y + 1], knot[x, y] + knot[x, y + 1] + knot[x + 1, y + 1] + knot[x + 1, y])
        for x in range(across)
        for y in range(down)
    ]
    return picture.transform(picture.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def hatching(size: Size, angle: float, seed: int) -> Picture:
    """White strokes on black that lie at an angle, a little unsteady, as a mask."""
    side = round(math.hypot(*size))
    lines = grain((6, side // 3), seed).resize((side, side)).rotate(angle, Image.Resampling.BICUBIC)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    strokes = lines.crop((left, top, left + size[0], top + size[1]))
    return strokes.point(curve(lambda v: min(0.62, (v - 0.52) * 2)))


def ragged(size: Size) -> Picture:
    """A mask that is full inside and brushed out towards the rim."""
    margin = round(min(size) / 24)
    sheet = ImageOps.expand(Image.new("L", (size[0] - 2 * margin, size[1] - 2 * margin), 255), margin)
    soft = sheet.filter(ImageFilter.BoxBlur(margin * 0.9))
    torn = Image.blend(grain(size, 11, coarse=44), grain(size, 12, coarse=7), 0.22)
    edge = ImageChops.add(soft, torn, offset=-128).point(curve(lambda v: (v - 0.3) * 5))
    return edge.filter(ImageFilter.GaussianBlur(1.2))


def relief(heights: Picture, reach: int) -> Picture:
    """Light from the upper left on a surface of these heights, around middle grey."""
    lower, higher = (ImageChops.offset(heights, way, way) for way in (reach, -reach))
    return ImageChops.subtract(lower, higher, scale=0.5, offset=128).filter(ImageFilter.GaussianBlur(1.5))
