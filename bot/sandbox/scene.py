"""Paints a lakeside at sunset, so that the demo needs no photo of anybody."""

import math
import random
from collections.abc import Iterable
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox import pixels
from bot.sandbox.pixels import Colour, Picture, Size, lit_by, rgb

Point = tuple[float, float]

_SKY = (
    (0.0, (28, 36, 84)), (0.22, (66, 58, 122)), (0.44, (142, 84, 140)), (0.63, (222, 120, 122)),
    (0.8, (250, 168, 112)), (0.92, (255, 208, 142)), (1.0, (255, 228, 176)),
)  # fmt: skip
_HORIZON = 0.585
_SUN = (0.6, 0.845)
"""Where the water begins, as a share of the height, and where the sun stands in the sky."""
_RANGES = (
    # where its ridge lies, how rough it is, its colour at the ridge and at its foot
    (0.66, 0.2, (172, 116, 148), (240, 166, 146)),
    (0.76, 0.17, (122, 84, 132), (222, 142, 138)),
    (0.86, 0.13, (82, 62, 112), (178, 108, 124)),
    (0.945, 0.07, (46, 42, 82), (98, 68, 98)),
)
_BOAT = (
    ((-44, -9), (-33, 6), (26, 6), (42, -11), (30, -5), (-34, -4)),  # the hull
    ((-15, -4), (-17, -19), (-12, -26), (-4, -24), (0, -12), (7, -4)),  # the angler
    ((-12.8, -28), (-11.8, -33), (-8.6, -34.6), (-5.4, -33), (-4.4, -28), (-8.6, -25.4)),  # the head
    ((-17.6, -31.4), (-8.6, -38), (0.4, -31.4)),  # the hat
    ((-7, -21.5), (6, -17.5), (6, -14.5), (-7, -18.5)),  # the arm
    ((4, -15), (54, -52.6), (54, -52), (4, -14)),  # the rod
)
_PINES = ((0.225, 150), (0.178, 232), (0.012, 300), (0.132, 280), (0.045, 420), (0.09, 350))
_INK, _SOIL = (18, 16, 34), (26, 21, 40)


def paint_scene(width: int = 1280, height: int = 853, seed: int = 7) -> Picture:
    """The same picture for the same arguments; painted at twice the size and reduced."""
    rng = random.Random(seed)
    wide, high = width * 2, height * 2
    horizon = round(high * _HORIZON)
    unit = math.hypot(wide, high) / 1000
    air = _air((wide, horizon), unit, rng)
    canvas = Image.new("RGB", (wide, high))
    canvas.paste(air, (0, 0))
    canvas.paste(_water(air, (wide, high - horizon), unit, rng), (0, horizon))
    mist = pixels.fade((wide, round(unit * 26)), 0, 104)
    canvas.paste((255, 206, 170), (0, horizon - mist.height), mist)
    canvas.paste((255, 206, 170), (0, horizon), ImageOps.flip(mist))
    at = (wide * 0.385, horizon + (high - horizon) * 0.36)
    _polygons(canvas, ([(x, 12 - y * 0.8) for x, y in shape] for shape in _BOAT[:4]), at, unit, (84, 54, 84))
    _polygons(canvas, _BOAT, at, unit, (30, 22, 40))
    _shores(canvas, horizon, unit, rng)
    final = ImageEnhance.Color(pixels.vignette(canvas.reduce(2), 0.28)).enhance(1.08)
    return pixels.speckle(final, pixels.grain(final.size, seed), 0.025)


def _polygons(
    canvas: Picture, shapes: Iterable[Iterable[Point]], at: Point, unit: float, colour: Colour
) -> None:
    draw = ImageDraw.Draw(canvas)
    for shape in shapes:
        draw.polygon([(at[0] + x * unit, at[1] + y * unit) for x, y in shape], fill=colour)


def _air(size: Size, unit: float, rng: random.Random) -> Picture:
    """Everything above the water: sky, clouds, sun and the mountains before it."""
    sky = pixels.vertical((size[0] // 4, size[1] // 4), _SKY)
    for reach, colour, power in (
        (0.75, (120, 52, 30), 1.6),
        (0.31, (150, 84, 34), 1.9),
        (0.1, (170, 130, 80), 1.4),
    ):
        sky = _sunlight(sky, reach * sky.width, colour, power)
    sky = _clouds(sky, rng).resize(size, Image.Resampling.BICUBIC)
    sky.paste((255, 247, 214), (0, 0), _disc(size, unit * 23).filter(ImageFilter.GaussianBlur(unit * 0.9)))
    _mountains(sky, unit, rng)
    return _sunlight(sky, unit * 170, (96, 56, 26), 1.8)


def _disc(size: Size, radius: float) -> Picture:
    disc = Image.new("L", size)
    ImageDraw.Draw(disc).circle((size[0] * _SUN[0], size[1] * _SUN[1]), radius, fill=255)
    return disc


def _sunlight(picture: Picture, radius: float, colour: Colour, power: float) -> Picture:
    """A glow of that colour around the sun."""
    light = Image.new("L", picture.size)
    corner = round(picture.width * _SUN[0] - radius), round(picture.height * _SUN[1] - radius)
    light.paste(pixels.glow((max(2, round(radius * 2)),) * 2, power), corner)
    return lit_by(picture, light, colour)


def _clouds(sky: Picture, rng: random.Random) -> Picture:
    """Long streaks, dark above and lit from below."""
    field = Image.new("L", sky.size, 128)
    for across, down, share in ((5, 9, 0.6), (11, 22, 0.42), (24, 46, 0.3), (60, 90, 0.18)):
        octave = Image.frombytes("L", (across, down), rng.randbytes(across * down))
        field = Image.blend(field, octave.resize(sky.size, Image.Resampling.BICUBIC), share)
    body = ImageOps.autocontrast(field).point(pixels.curve(lambda v: (v - 0.56) * 3.4))
    body = ImageChops.multiply(body, pixels.fade(sky.size, 255, 40))
    rims = ImageChops.subtract(body, ImageChops.offset(body, 0, -max(2, sky.height // 46)))
    tones = pixels.vertical(sky.size, ((0, (84, 74, 128)), (0.5, (196, 112, 140)), (1, (255, 190, 140))))
    clouded = Image.composite(tones, sky, body.point([v * 3 // 4 for v in range(256)]))
    return lit_by(clouded, rims.filter(ImageFilter.GaussianBlur(sky.width / 500)), (255, 150, 96))


def _mountains(sky: Picture, unit: float, rng: random.Random) -> None:
    """Four ranges, each nearer, darker and lower than the last; woods stand on the nearest."""
    width, height = sky.size
    for level, rough, ridge_colour, foot_colour in _RANGES:
        ridge = _ridge(rng, level, rough)
        points = [(x * width / (len(ridge) - 1), y * height) for x, y in enumerate(ridge)]
        mask = Image.new("L", sky.size)
        draw = ImageDraw.Draw(mask)
        draw.polygon([(0, height), *points, (width, height)], fill=255)
        if level == _RANGES[-1][0]:
            for x, y in points[::2]:
                tall, half = rng.uniform(4, 13) * unit, rng.uniform(1.6, 3) * unit
                draw.polygon([(x - half, y + unit * 3), (x, y - tall), (x + half, y + unit * 3)], fill=255)
        top = min(ridge)
        body = pixels.vertical(sky.size, ((0, ridge_colour), (top, ridge_colour), (1, foot_colour)))
        sky.paste(_creased(body, points, rng, unit), (0, 0), mask)


def _ridge(rng: random.Random, level: float, rough: float) -> list[float]:
    """Midpoint displacement; the ridge dips where the sun is to be seen."""
    heights = [level + rng.uniform(-rough, rough) * 0.5 for _ in range(6)]
    spread = rough * 0.55
    while len(heights) < 700:
        middles = [(a + b) / 2 + rng.uniform(-spread, spread) * 0.5 for a, b in pairwise(heights)]
        heights = [y for pair in zip(heights, middles, strict=False) for y in pair] + heights[-1:]
        spread *= 0.53
    away = [abs(x / (len(heights) - 1) - _SUN[0]) for x in range(len(heights))]
    dips = [rough * (0.55 * math.exp(-((x / 0.16) ** 2)) - 0.25 * x) for x in away]
    return [y + dip for y, dip in zip(heights, dips, strict=True)]


def _creased(body: Picture, points: list[Point], rng: random.Random, unit: float) -> Picture:
    """Faces that look to the sun are lighter than those that turn away."""
    faces = Image.new("L", body.size, 128)
    for (x, y), (_, after) in zip(points[::6], points[6::6], strict=False):
        lean = rng.uniform(30, 80) * unit * (1 if after > y else -1)
        corners = [(x, y), (x + 18 * unit, after), (x + lean, y + rng.uniform(20, 75) * unit)]
        light = 140 if (after > y) == (x < body.width * _SUN[0]) else 116
        ImageDraw.Draw(faces).polygon(corners, fill=light)
    return ImageChops.overlay(body, rgb(faces.filter(ImageFilter.GaussianBlur(unit * 2.2))))


def _water(air: Picture, size: Size, unit: float, rng: random.Random) -> Picture:
    """The air upside down, broken up by ripples that grow towards the viewer, with the sun's path on it."""
    width, height = size
    mirror = ImageOps.flip(air).resize((width, round(height * 1.06)), Image.Resampling.BILINEAR)
    mirror = mirror.filter(ImageFilter.BoxBlur((unit * 2.2, unit * 0.7)))
    water = Image.new("RGB", size)
    phase = rng.uniform(0, 6)
    for y in range(height):
        near = y / height
        wave = math.sin(phase + 240 * near**0.55) + 0.6 * math.sin(97 * near**0.7 + 2)
        source = min(mirror.height - 1, max(0, round(y + wave * unit * (0.5 + 9 * near))))
        shift = round(wave * unit * (0.4 + 3.4 * near))
        water.paste(ImageChops.offset(mirror.crop((0, source, width, source + 1)), shift, 0), (0, y))
    deep = pixels.vertical(size, ((0, (236, 214, 216)), (0.45, (176, 158, 190)), (1, (92, 88, 140))))
    water = ImageChops.multiply(water, deep)
    dark = ImageChops.invert(_ripples(size, unit * 2, rng, light=50, spread=0))
    bright = ImageChops.multiply(_ripples(size, unit, rng, light=255, spread=1), pixels.fade(size, 255, 70))
    glitter = ImageOps.colorize(bright, (0, 0, 0), (255, 206, 132), mid=(190, 106, 52))
    return ImageChops.screen(ImageChops.multiply(water, rgb(dark)), glitter)


def _ripples(size: Size, unit: float, rng: random.Random, *, light: int, spread: int) -> Picture:
    """Flat sparks that grow towards the viewer: along the sun's path, or everywhere (`spread` 0)."""
    sheet = Image.new("L", size)
    for _ in range(1400):
        near = rng.random() ** 1.4
        x = (
            size[0] * _SUN[0] + rng.gauss(0, 1) * unit * (13 + 62 * near)
            if spread
            else rng.uniform(0, size[0])
        )
        long, flat = unit * (3 + 27 * near) * rng.uniform(0.3, 1), unit * (0.25 + 1.1 * near)
        y = near * size[1]
        shade = rng.randint(light // 2, light)
        ImageDraw.Draw(sheet).ellipse((x - long, y - flat, x + long, y + flat), fill=shade)
    return sheet.filter(ImageFilter.BoxBlur((unit * 0.8, unit * 0.3)))


def _shores(canvas: Picture, horizon: int, unit: float, rng: random.Random) -> None:
    """Dark land in both lower corners, with pines on it and grass along the water."""
    width, height = canvas.size
    draw = ImageDraw.Draw(canvas)
    steps = [step / 40 for step in range(41)]
    left = [(width * 0.34 * t, horizon + unit * (66 + 205 * t**1.25 + rng.uniform(-3, 3))) for t in steps]
    right = [
        (width - width * 0.3 * t, height - unit * (118 - 126 * t**1.2 + rng.uniform(-3, 3))) for t in steps
    ]
    draw.polygon([(0, height), *left, (width * 0.36, height)], fill=_SOIL)
    draw.polygon([(width, height), *right, (width * 0.68, height)], fill=_SOIL)
    for x, high in _PINES:
        _pine(draw, (width * x, horizon + unit * (74 + 205 * (x / 0.34) ** 1.25)), unit * high, rng)
    for x, high in ((0.945, 196), (0.988, 262)):
        _pine(draw, (width * x, height - unit * 104), unit * high, rng)
    for (x, y), (after, _) in pairwise([*left, right[0], *right]):
        for _ in range(14 if abs(after - x) < width / 4 else 0):
            foot, tall = (
                x + rng.uniform(0, 1) * (after - x),
                rng.uniform(8, 22) * unit * rng.choice((1, 1, 1.8)),
            )
            bend = rng.uniform(-0.1, 0.4) * tall
            stem = [(foot, y + unit * 12), (foot + bend * 0.3, y - tall * 0.55), (foot + bend, y - tall)]
            draw.line(stem, fill=_INK, width=max(1, round(unit * 0.8)))


def _pine(draw: ImageDraw.ImageDraw, foot: Point, tall: float, rng: random.Random) -> None:
    """Drooping boughs, shorter and shorter towards the top."""
    x, y = foot
    draw.polygon([(x - tall * 0.017, y), (x, y - tall), (x + tall * 0.017, y)], fill=_INK)
    for tier in range(58):
        up = 0.1 + 0.9 * tier / 58
        level = y - tall * up
        for side in (-1, 1):
            reach = side * (tall * 0.19 * (1 - up) ** 0.82 + tall * 0.008) * rng.uniform(0.5, 1.15)
            droop = abs(reach) * rng.uniform(0.25, 0.6)
            draw.polygon([
                (x, level - tall * 0.012), (x + reach, level + droop), (x + reach * 0.5, level + droop),
                (x, level + tall * 0.014),
            ], fill=_INK)  # fmt: skip
