"""Small Pillow helpers that the effects and the scene share: gradients, grain, tone curves, masks."""

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import cast

from PIL import Image, ImageChops, ImageFilter, ImageMath, ImageOps

Colour = tuple[int, int, int]
Stop = tuple[float, Colour]
"""Where between 0 and 1, and which colour there."""


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour in the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def colour_at(stops: Sequence[Stop], where: float) -> Colour:
    """The gradient's colour at `where`."""
    for (low, first), (high, second) in pairwise(stops):
        if where <= high:
            return mix(first, second, max(0.0, where - low) / (high - low))
    return stops[-1][1]


def vertical(size: tuple[int, int], stops: Sequence[Stop]) -> Image.Image:
    """A gradient from top to bottom."""
    column = Image.new("RGB", (1, size[1]))
    column.putdata([colour_at(stops, y / max(1, size[1] - 1)) for y in range(size[1])])
    return column.resize(size)


def fade(size: tuple[int, int], top: int, bottom: int) -> Image.Image:
    """A mask that runs from `top` to `bottom`."""
    return Image.linear_gradient("L").point(curve(lambda v: top + (bottom - top) * v)).resize(size)


def glow(size: tuple[int, int], power: float = 1.0) -> Image.Image:
    """A mask that is full in the centre and empty at the rim of the ellipse that `size` holds."""
    falloff = Image.radial_gradient("L").point(curve(lambda v: 255 * max(0.0, 1 - v * 1.02) ** power))
    return falloff.resize(size, Image.Resampling.BICUBIC)


def grain(size: tuple[int, int], seed: int = 1, *, coarse: int = 1) -> Image.Image:
    """The same grey noise for the same seed; `coarse` is the size of one grain in pixels."""
    small = (max(2, size[0] // coarse), max(2, size[1] // coarse))
    noise = Image.frombytes("L", small, random.Random(seed).randbytes(small[0] * small[1]))
    return noise if small == size else noise.resize(size, Image.Resampling.BICUBIC)


def curve(function: Callable[[float], float]) -> list[int]:
    """A lookup table for `Image.point` from a function of 0..1 to 0..255."""
    return [min(255, max(0, round(function(value / 255)))) for value in range(256)]


def speckle(picture: Image.Image, noise: Image.Image, strength: float) -> Image.Image:
    """The picture with `noise` added around its middle grey; strength 1 is the noise's full range."""
    level = noise.point(curve(lambda v: 128 + (v - 0.5) * 255 * strength))
    return ImageChops.overlay(picture, Image.merge("RGB", (level,) * 3))


def vignette(picture: Image.Image, strength: float) -> Image.Image:
    """Darker towards the corners."""
    shade = Image.radial_gradient("L").point(
        curve(lambda v: 255 * (1 - strength * max(0.0, v - 0.45) / 0.55))
    )
    return ImageChops.multiply(picture, Image.merge("RGB", (shade.resize(picture.size),) * 3))


def dodge(grey: Image.Image, radius: float) -> Image.Image:
    """A grey picture divided by its own blur: what stays dark are the lines."""
    soft = grey.filter(ImageFilter.GaussianBlur(radius))
    lines = ImageMath.lambda_eval(
        lambda v: v["convert"](v["min"](v["grey"] * 255 / (v["soft"] + 1), 255), "L"), grey=grey, soft=soft
    )
    return cast("Image.Image", lines)


def graded(picture: Image.Image, *curves: Callable[[float], float]) -> Image.Image:
    """One tone curve per channel, each from 0..1 to 0..1."""
    table: list[int] = []
    for tone in curves:
        table += [min(255, max(0, round(255 * tone(value / 255)))) for value in range(256)]
    return picture.point(table)


def levels(picture: Image.Image, cutoff: float = 1) -> Image.Image:
    """The full range of light; colours keep their relation to each other."""
    return ImageOps.autocontrast(picture, cutoff=cutoff, preserve_tone=True)


def patches(picture: Image.Image, shrink: int, colours: int, size: int) -> Image.Image:
    """Flat areas of few colours: the palette's indexes are filtered, a third of the work of three bands."""
    few = picture.reduce(shrink).quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    indexes = Image.frombytes("L", few.size, few.tobytes()).filter(ImageFilter.ModeFilter(size))
    flat = Image.frombytes("P", few.size, indexes.tobytes())
    flat.putpalette(few.getpalette() or [])
    return flat.convert("RGB").resize(picture.size, Image.Resampling.BICUBIC)


def smoothed(picture: Image.Image, shrink: int, size: int) -> Image.Image:
    """Flat areas with firm edges: a median at a fraction of the size, where it is affordable."""
    small = picture.reduce(shrink).filter(ImageFilter.MedianFilter(size))
    return small.resize(picture.size, Image.Resampling.BICUBIC)
