"""Three pictures to try the bot with, painted here, so that none of anybody's is needed."""

import functools
import io
import math
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from bot.sandbox import pixels
from bot.sandbox.pixels import Picture
from bot.sandbox.scene import paint_scene

SAMPLES = {"sunset": "Sunset at a lake", "morning": "Morning, upright", "banana": "A banana"}


@functools.cache
def sample(name: str) -> bytes:
    """A JPEG; KeyError if there is none of that name."""
    painters: dict[str, Callable[[], Picture]] = {"sunset": _sunset, "morning": _morning, "banana": _banana}
    painted = painters[name]()
    content = io.BytesIO()
    painted.save(content, "JPEG", quality=90, subsampling=0)
    return content.getvalue()


@functools.cache
def _sunset() -> Picture:
    return paint_scene()


def _morning() -> Picture:
    """The other way round, upright, in the blue and green of the early day."""
    scene = _sunset()
    half = scene.height * 3 // 4
    upright = ImageOps.mirror(scene.crop((scene.width - half - 60, 0, scene.width - 60, scene.height)))
    red, green, blue = upright.split()
    cool = Image.merge("RGB", (Image.blend(green, blue, 0.25), Image.blend(red, blue, 0.35), red))
    return pixels.graded(cool, lambda v: v**0.9, lambda v: v**0.85, lambda v: v**0.85)


def _banana(side: int = 960) -> Picture:
    """On a table, before a wall; painted at twice the size and reduced."""
    wide = side * 2
    canvas = pixels.vertical(
        (wide, wide), ((0.0, (196, 214, 214)), (0.62, (226, 228, 216)), (1.0, (226, 228, 216)))
    )
    table = pixels.vertical((wide, wide * 38 // 100), ((0.0, (150, 104, 76)), (1.0, (112, 72, 54))))
    canvas.paste(table, (0, wide - table.height))
    shape = _crescent(wide)
    shadow = ImageChops.offset(shape, wide // 60, wide // 16).filter(ImageFilter.GaussianBlur(wide / 55))
    canvas.paste((58, 36, 30), (0, 0), shadow.point(pixels.curve(lambda v: v * 0.55)))
    body = pixels.vertical(
        (wide, wide),
        ((0.0, (255, 232, 120)), (0.55, (250, 206, 60)), (0.8, (204, 140, 34)), (1.0, (150, 96, 30))),
    )
    canvas.paste(body, (0, 0), shape)
    ridge = ImageChops.subtract(shape, ImageChops.offset(shape, 0, wide // 26)).filter(
        ImageFilter.GaussianBlur(wide / 130)
    )
    canvas.paste(
        (255, 246, 186), (0, 0), ImageChops.multiply(ridge, shape).point(pixels.curve(lambda v: v * 0.8))
    )
    final = pixels.vignette(canvas.reduce(2), 0.25)
    return pixels.speckle(final, pixels.grain(final.size, 3), 0.03)


def _crescent(wide: int) -> Picture:
    """The fruit's outline along an arc, thick in the middle, with a stem, as a mask."""
    mask = Image.new("L", (wide, wide))
    draw = ImageDraw.Draw(mask)
    for step in range(701):
        share = step / 700
        angle = math.radians(20 + 140 * share)
        x, y = wide * (0.5 + 0.37 * math.cos(angle)), wide * (0.34 + 0.34 * math.sin(angle))
        radius = wide * (0.018 + 0.082 * math.sin(math.pi * min(1, max(0, share * 1.12 - 0.06))) ** 0.7)
        draw.circle((x, y), radius, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(2))
