"""What stands in the painted scene: mountains, a boat, shores with pines and reeds, birds."""

import math
import random
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from bot.sandbox import pixels

Point = tuple[float, float]

_RANGES = (
    # where its ridge lies, how rough it is, its colour at the ridge and at its foot
    (0.66, 0.2, (172, 116, 148), (240, 166, 146)),
    (0.76, 0.17, (122, 84, 132), (222, 142, 138)),
    (0.86, 0.13, (82, 62, 112), (178, 108, 124)),
    (0.945, 0.07, (46, 42, 82), (98, 68, 98)),
)


def mountains(sky: Image.Image, unit: float, rng: random.Random) -> None:
    """Four ranges, each nearer, darker and lower than the last."""
    width, height = sky.size
    for number, (level, rough, ridge_colour, foot_colour) in enumerate(_RANGES):
        ridge = _ridge(rng, level, rough, dip=0.6)
        points = [(x * width / (len(ridge) - 1), y * height) for x, y in enumerate(ridge)]
        mask = Image.new("L", sky.size)
        ImageDraw.Draw(mask).polygon([(0, height), *points, (width, height)], fill=255)
        top = min(y for _, y in points) / height
        body = pixels.vertical(sky.size, ((0, ridge_colour), (top, ridge_colour), (1, foot_colour)))
        if number < 3:
            body = _creased(body, points, rng, unit)
        else:
            _woods(mask, points, unit, rng)
        sky.paste(body, (0, 0), mask)


def _ridge(rng: random.Random, level: float, rough: float, dip: float) -> list[float]:
    """Midpoint displacement; the ridge dips near `dip`, where the sun is to be seen."""
    heights = [level + rng.uniform(-rough, rough) * 0.5 for _ in range(6)]
    spread = rough * 0.55
    while len(heights) < 700:
        finer = [heights[0]]
        for left, right in pairwise(heights):
            finer += [(left + right) / 2 + rng.uniform(-spread, spread) * 0.5, right]
        heights, spread = finer, spread * 0.53
    last = len(heights) - 1
    return [
        y + rough * 0.55 * math.exp(-(((x / last - dip) / 0.16) ** 2)) - rough * 0.25 * abs(x / last - dip)
        for x, y in enumerate(heights)
    ]


def _creased(body: Image.Image, points: list[Point], rng: random.Random, unit: float) -> Image.Image:
    """Faces that look to the sun are lighter than those that turn away."""
    faces = Image.new("L", body.size, 128)
    draw = ImageDraw.Draw(faces)
    for (x, y), (_, after) in zip(points[::6], points[6::6], strict=False):
        lean = rng.uniform(30, 80) * unit * (1 if after > y else -1)
        fall = rng.uniform(20, 75) * unit
        light = 140 if (after > y) == (x < body.width * 0.6) else 116
        draw.polygon([(x, y), (x + 18 * unit, after), (x + lean, y + fall)], fill=light)
    soft = faces.filter(ImageFilter.GaussianBlur(unit * 2.2))
    return ImageChops.overlay(body, Image.merge("RGB", (soft,) * 3))


def _woods(mask: Image.Image, points: list[Point], unit: float, rng: random.Random) -> None:
    """A far forest: the last range's ridge set with tiny pines."""
    draw = ImageDraw.Draw(mask)
    for x, y in points[::2]:
        tall, half = rng.uniform(4, 13) * unit, rng.uniform(1.6, 3) * unit
        draw.polygon([(x - half, y + unit * 3), (x, y - tall), (x + half, y + unit * 3)], fill=255)


def boat(canvas: Image.Image, at: Point, unit: float) -> None:
    """A rowing boat with its angler, and both upside down in the water."""
    side = round(unit * 120)
    sprite = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(sprite)
    x, y, ink = side * 0.46, side * 0.82, (30, 22, 40, 255)
    hull = [(-44, -9), (-33, 6), (26, 6), (42, -11), (30, -5), (-34, -4)]
    draw.polygon([(x + a * unit, y + b * unit) for a, b in hull], fill=ink)
    draw.line(
        [(x - 38 * unit, y - 5.5 * unit), (x + 36 * unit, y - 7 * unit)],
        fill=(196, 106, 84, 255),
        width=round(unit),
    )
    back = [(-15, -4), (-17, -19), (-12, -26), (-4, -24), (0, -12), (7, -4)]
    draw.polygon([(x + a * unit, y + b * unit) for a, b in back], fill=ink)
    head = (x - 8.6 * unit, y - 30 * unit)
    draw.ellipse(
        (head[0] - 4.2 * unit, head[1] - 4.6 * unit, head[0] + 4.2 * unit, head[1] + 4.6 * unit), fill=ink
    )
    draw.polygon(
        [
            (head[0] - 9 * unit, head[1] - 1.4 * unit),
            (head[0], head[1] - 8 * unit),
            (head[0] + 9 * unit, head[1] - 1.4 * unit),
        ],
        fill=ink,
    )
    draw.line(
        [(x - 7 * unit, y - 20 * unit), (x + 6 * unit, y - 16 * unit)], fill=ink, width=round(unit * 2.6)
    )
    tip = (x + 54 * unit, y - 52 * unit)
    draw.line([(x + 4 * unit, y - 15 * unit), tip], fill=ink, width=max(1, round(unit * 0.8)))
    draw.line(
        [tip, (tip[0] + 2 * unit, y + 4 * unit)], fill=(60, 44, 64, 150), width=max(1, round(unit * 0.35))
    )
    left, top = round(at[0] - x), round(at[1] - y)
    mirrored = (
        ImageOps.flip(sprite)
        .resize((side, round(side * 0.8)))
        .filter(ImageFilter.BoxBlur((unit * 1.4, unit * 0.8)))
    )
    waterline = round(at[1] + 6 * unit) - round((side - y - 6 * unit) * 0.8)
    canvas.paste(
        (40, 26, 48), (left, waterline), mirrored.getchannel("A").point(pixels.curve(lambda v: 140 * v))
    )
    canvas.paste(sprite, (left, top), sprite)
    lines = ImageDraw.Draw(canvas)
    for drop, wide in ((8, 40), (13, 26), (-2, 58)):
        spot = at[1] + drop * unit
        lines.line(
            [(at[0] - wide * unit, spot), (at[0] + wide * 0.7 * unit, spot)],
            fill=(236, 160, 130),
            width=max(1, round(unit * 0.45)),
        )


def shores(canvas: Image.Image, horizon: int, unit: float, rng: random.Random) -> None:
    """Dark land in both lower corners, with pines on the left and reeds along the water."""
    width, height = canvas.size
    ink, soil = (18, 16, 34), (26, 21, 40)
    draw = ImageDraw.Draw(canvas)
    left: list[Point] = [(0, horizon + unit * 66)]
    left += [
        (width * 0.34 * t, horizon + unit * (66 + 205 * t**1.25 + rng.uniform(-3, 3))) for t in _steps(40)
    ]
    right: list[Point] = [(width, height - unit * 118)]
    right += [
        (width - width * 0.3 * t, height - unit * (118 - 126 * t**1.2 + rng.uniform(-3, 3)))
        for t in _steps(40)
    ]
    draw.polygon([(0, height), *left, (width * 0.36, height)], fill=soil)
    draw.polygon([(width, height), *right, (width * 0.68, height)], fill=soil)
    for x, tall in ((0.225, 150), (0.178, 232), (0.012, 300), (0.132, 280), (0.045, 420), (0.09, 350)):
        foot = horizon + unit * (74 + 205 * (x / 0.34) ** 1.25)
        _pine(draw, (width * x, foot), unit * tall, ink, rng)
    for x, tall in ((0.945, 196), (0.988, 262)):
        _pine(draw, (width * x, height - unit * 104), unit * tall, ink, rng)
    for edge in (left, right):
        _reeds(draw, edge, unit, rng)


def _steps(count: int) -> list[float]:
    return [step / count for step in range(count + 1)]


def _pine(
    draw: ImageDraw.ImageDraw, foot: Point, tall: float, ink: pixels.Colour, rng: random.Random
) -> None:
    """Drooping boughs, shorter and shorter towards the top."""
    x, y = foot
    draw.polygon(
        [
            (x - tall * 0.017, y),
            (x - tall * 0.003, y - tall),
            (x + tall * 0.003, y - tall),
            (x + tall * 0.017, y),
        ],
        fill=ink,
    )
    tiers = 58
    for tier in range(tiers):
        up = 0.1 + 0.9 * tier / tiers
        reach = tall * 0.19 * (1 - up) ** 0.82 + tall * 0.008
        level = y - tall * up
        for side in (-1, 1):
            length = reach * rng.uniform(0.5, 1.15)
            droop = length * rng.uniform(0.25, 0.6)
            draw.polygon([
                (x, level - tall * 0.012),
                (x + side * length * 0.55, level + droop * 0.3),
                (x + side * length, level + droop),
                (x + side * length * 0.6, level + droop * 0.95),
                (x + side * length * 0.4, level + droop * 1.25),
                (x, level + tall * 0.014),
            ], fill=ink)  # fmt: skip


def _reeds(draw: ImageDraw.ImageDraw, edge: list[Point], unit: float, rng: random.Random) -> None:
    """Grass and a few bulrushes that bend with the evening wind."""
    for (x, y), (after, _) in pairwise(edge[4:]):
        for _ in range(14):
            foot = x + rng.uniform(0, 1) * (after - x)
            tall = rng.uniform(8, 22) * unit * rng.choice((1, 1, 1.8))
            bend = rng.uniform(-0.1, 0.4) * tall
            stem = [(foot, y + unit * 12), (foot + bend * 0.3, y - tall * 0.55), (foot + bend, y - tall)]
            draw.line(stem, fill=(20, 17, 36), width=max(1, round(unit * 0.8)), joint="curve")
            if rng.random() < 0.045:
                top = (foot + bend * 0.8, y - tall * 0.9)
                draw.ellipse(
                    (top[0] - unit * 1.5, top[1] - unit * 6, top[0] + unit * 1.5, top[1] + unit * 5),
                    fill=(30, 20, 32),
                )


def birds(canvas: Image.Image, unit: float, rng: random.Random) -> None:
    """A loose flock on its way home."""
    draw = ImageDraw.Draw(canvas)
    for number in range(9):
        row, side = (number + 1) // 2, 1 if number % 2 else -1
        x = canvas.width * 0.39 + row * unit * 21 + rng.uniform(-5, 5) * unit
        y = canvas.height * 0.2 + side * row * unit * 9 + row * unit * 3 + rng.uniform(-3, 3) * unit
        span, lift = unit * rng.uniform(5.5, 8), unit * rng.uniform(1.5, 3.8)
        for wing in (-1, 1):
            draw.polygon([
                (x, y + unit), (x + wing * span * 0.5, y - lift), (x + wing * span, y - lift * 0.2),
                (x + wing * span * 0.5, y - lift + unit * 0.9),
            ], fill=(40, 30, 62))  # fmt: skip
