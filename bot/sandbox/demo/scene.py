"""Paints a lakeside at sunset, so that the demo needs no photo of anybody, and lays out before and after."""

import io
import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from bot.sandbox import pixels
from bot.sandbox.demo import scenery

_SKY = (
    (0.0, (28, 36, 84)), (0.22, (66, 58, 122)), (0.44, (142, 84, 140)), (0.63, (222, 120, 122)),
    (0.8, (250, 168, 112)), (0.92, (255, 208, 142)), (1.0, (255, 228, 176)),
)  # fmt: skip
_HORIZON = 0.585
_SUN = 0.6
"""Where the water begins, and where the sun stands, as shares of the height and the width."""


def paint_scene(width: int = 1280, height: int = 853, seed: int = 7) -> Image.Image:
    """The same picture for the same arguments; painted at twice the size and reduced."""
    rng = random.Random(seed)
    wide, high = width * 2, height * 2
    horizon = round(high * _HORIZON)
    unit = math.hypot(wide, high) / 1000
    air = _air((wide, horizon), unit, rng)
    canvas = Image.new("RGB", (wide, high))
    canvas.paste(air, (0, 0))
    canvas.paste(_water(air, (wide, high - horizon), unit, rng), (0, horizon))
    _mist(canvas, horizon, unit)
    scenery.boat(canvas, (wide * 0.385, horizon + (high - horizon) * 0.36), unit)
    scenery.shores(canvas, horizon, unit, rng)
    scenery.birds(canvas, unit, rng)
    final = canvas.reduce(2)
    final = ImageEnhance.Color(pixels.vignette(final, 0.28)).enhance(1.08)
    return pixels.speckle(final, pixels.grain(final.size, seed), 0.025)


def _air(size: tuple[int, int], unit: float, rng: random.Random) -> Image.Image:
    """Everything above the water: sky, clouds, sun and the mountains before it."""
    small = (size[0] // 4, size[1] // 4)
    sky = pixels.vertical(small, _SKY)
    sun = (small[0] * _SUN, small[1] * 0.845)
    for radius, colour, power in (
        (1.5, (120, 52, 30), 1.6),
        (0.62, (150, 84, 34), 1.9),
        (0.2, (170, 130, 80), 1.4),
    ):
        sky = _lit(sky, sun, radius * small[0] * 0.5, colour, power)
    sky = _clouds(sky, rng)
    sky = sky.resize(size, Image.Resampling.BICUBIC)
    centre = (size[0] * _SUN, size[1] * 0.845)
    disc = Image.new("L", size)
    radius = unit * 23
    ImageDraw.Draw(disc).ellipse(
        (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius), fill=255
    )
    sky.paste((255, 247, 214), (0, 0), disc.filter(ImageFilter.GaussianBlur(unit * 0.9)))
    scenery.mountains(sky, unit, rng)
    return _lit(sky, centre, unit * 170, (96, 56, 26), 1.8)


def _lit(
    picture: Image.Image, centre: tuple[float, float], radius: float, colour: pixels.Colour, power: float
) -> Image.Image:
    """A glow of that colour added around a point."""
    side = max(2, round(radius * 2))
    light = Image.new("L", picture.size)
    light.paste(pixels.glow((side, side), power), (round(centre[0] - radius), round(centre[1] - radius)))
    return ImageChops.screen(picture, ImageOps.colorize(light, (0, 0, 0), colour))


def _clouds(sky: Image.Image, rng: random.Random) -> Image.Image:
    """Long streaks, dark above and lit from below."""
    width, height = sky.size
    field = Image.new("L", sky.size, 128)
    for across, down, share in ((5, 9, 0.6), (11, 22, 0.42), (24, 46, 0.3), (60, 90, 0.18)):
        octave = Image.frombytes("L", (across, down), rng.randbytes(across * down))
        field = Image.blend(field, octave.resize(sky.size, Image.Resampling.BICUBIC), share)
    field = ImageOps.autocontrast(field.transform(
        sky.size, Image.Transform.AFFINE, (1, 0, 0, 0.1, 1, -height * 0.05), Image.Resampling.BILINEAR
    ))  # fmt: skip
    body = field.point(pixels.curve(lambda v: 255 * min(1.0, max(0.0, v - 0.56) * 3.4)))
    body = ImageChops.multiply(body, pixels.fade(sky.size, 255, 40))
    lit = ImageChops.subtract(body, ImageChops.offset(body, 0, -max(2, height // 46)))
    tones = pixels.vertical(sky.size, ((0, (84, 74, 128)), (0.5, (196, 112, 140)), (1, (255, 190, 140))))
    clouded = Image.composite(tones, sky, body.point(pixels.curve(lambda v: 190 * v)))
    rim = ImageOps.colorize(lit.filter(ImageFilter.GaussianBlur(width / 500)), (0, 0, 0), (255, 150, 96))
    return ImageChops.screen(clouded, rim)


def _water(air: Image.Image, size: tuple[int, int], unit: float, rng: random.Random) -> Image.Image:
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
        row = mirror.crop((0, source, width, source + 1))
        water.paste(row, (shift, y))
        if shift:
            edge = row.crop((0, 0, 1, 1)) if shift > 0 else row.crop((width - 1, 0, width, 1))
            water.paste(edge.resize((abs(shift), 1)), (0 if shift > 0 else width + shift, y))
    deep = pixels.vertical(size, ((0, (236, 214, 216)), (0.45, (176, 158, 190)), (1, (92, 88, 140))))
    water = ImageChops.multiply(water, deep)
    return _glitter(water, unit, rng)


def _glitter(water: Image.Image, unit: float, rng: random.Random) -> Image.Image:
    """Ripples: dark troughs everywhere, sparks of sun along its path."""
    width, height = water.size
    troughs = Image.new("L", water.size, 255)
    sparks = Image.new("L", water.size)
    dark, bright = ImageDraw.Draw(troughs), ImageDraw.Draw(sparks)
    for _ in range(1500):
        near = rng.random() ** 1.7
        x, y = rng.uniform(-0.05, 1.05) * width, near * height
        length, thick = unit * (5 + 60 * near) * rng.uniform(0.4, 1), unit * (0.25 + 1.5 * near)
        dark.ellipse((x - length, y - thick, x + length, y + thick), fill=rng.randint(196, 240))
    for _ in range(1300):
        near = rng.random() ** 1.25
        x = width * _SUN + rng.gauss(0, 1) * unit * (13 + 62 * near)
        y = near * height
        length, thick = unit * (3 + 26 * near) * rng.uniform(0.3, 1), unit * (0.3 + 1.35 * near)
        bright.ellipse((x - length, y - thick, x + length, y + thick), fill=rng.randint(120, 255))
    troughs = troughs.filter(ImageFilter.BoxBlur((unit * 3, unit * 0.5)))
    rippled = ImageChops.multiply(water, Image.merge("RGB", (troughs,) * 3))
    sparks = ImageChops.multiply(
        sparks.filter(ImageFilter.BoxBlur((unit * 0.8, unit * 0.3))), pixels.fade(water.size, 255, 70)
    )
    return ImageChops.screen(
        rippled, ImageOps.colorize(sparks, (0, 0, 0), (255, 206, 132), mid=(190, 106, 52))
    )


def _mist(canvas: Image.Image, horizon: int, unit: float) -> None:
    """A pale band where the far shore meets the water."""
    half = round(unit * 26)
    band = Image.new("L", (canvas.width, half * 2))
    band.paste(pixels.fade((canvas.width, half), 0, 104), (0, 0))
    band.paste(pixels.fade((canvas.width, half), 104, 0), (0, half))
    canvas.paste((255, 206, 170), (0, horizon - half), band)


def before_after(original: bytes, result: bytes) -> Image.Image:
    """Both pictures side by side at the same height, each with its name and size below."""
    pictures = [_loaded(original), _loaded(result)]
    high, margin, gap = 560, 36, 28
    shown = [
        each.resize((max(1, round(each.width * high / each.height)), high), Image.Resampling.LANCZOS)
        for each in pictures
    ]
    width = margin * 2 + gap + sum(each.width for each in shown)
    canvas = Image.new("RGB", (width, margin + high + 78), (247, 246, 243))
    draw = ImageDraw.Draw(canvas)
    left = margin
    for name, full, small in zip(("original", "result"), pictures, shown, strict=True):
        _framed(canvas, small, (left, margin))
        font, faint = ImageFont.load_default(25), ImageFont.load_default(21)
        draw.text((left + 4, margin + high + 22), name, font=font, fill=(36, 38, 44))
        after = left + 4 + draw.textlength(f"{name}  ", font=font)
        draw.text(
            (after, margin + high + 25), f"{full.width} x {full.height}", font=faint, fill=(124, 126, 134)
        )
        left += small.width + gap
    return canvas


def _loaded(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as opened:
        return ImageOps.exif_transpose(opened).convert("RGB")


def _framed(canvas: Image.Image, picture: Image.Image, at: tuple[int, int]) -> None:
    """The picture with rounded corners over a soft shadow."""
    mask = Image.new("L", (picture.width * 2, picture.height * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), 28, fill=255)
    mask = mask.reduce(2)
    shadow = Image.new("L", canvas.size)
    shadow.paste(mask.point(pixels.curve(lambda v: 90 * v)), (at[0], at[1] + 6))
    canvas.paste((70, 66, 74), (0, 0), shadow.filter(ImageFilter.GaussianBlur(11)))
    canvas.paste(picture, at, mask)
