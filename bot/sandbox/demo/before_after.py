"""Both pictures of the demo side by side at the same height, each with its name and size below."""

import io

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from bot.sandbox import pixels
from bot.sandbox.pixels import Picture

_HIGH, _MARGIN, _GAP = 560, 36, 28


def before_after(original: bytes, result: bytes) -> Picture:
    """The original at the left, the result at the right, both upright."""
    pictures = [_loaded(original), _loaded(result)]
    widths = [max(1, round(each.width * _HIGH / each.height)) for each in pictures]
    canvas = Image.new("RGB", (_MARGIN * 2 + _GAP + sum(widths), _MARGIN + _HIGH + 78), (247, 246, 243))
    left = _MARGIN
    for name, picture, width in zip(("original", "result"), pictures, widths, strict=True):
        small = picture.resize((width, _HIGH), Image.Resampling.LANCZOS)
        mask = pixels.rounded(small.size, 14)
        shadow = Image.new("L", canvas.size)
        shadow.paste(90, (left, _MARGIN + 6), mask)
        canvas.paste((70, 66, 74), (0, 0), shadow.filter(ImageFilter.GaussianBlur(11)))
        canvas.paste(small, (left, _MARGIN), mask)
        draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(25)
        below = _MARGIN + _HIGH + 44
        draw.text((left + 4, below), name, (36, 38, 44), font, anchor="ls")
        after = left + 4 + draw.textlength(f"{name}  ", font)
        size = f"{picture.width} x {picture.height}"
        draw.text((after, below), size, (124, 126, 134), ImageFont.load_default(21), anchor="ls")
        left += width + _GAP
    return canvas


def _loaded(data: bytes) -> Picture:
    with Image.open(io.BytesIO(data)) as opened:
        return pixels.on_checks(ImageOps.exif_transpose(opened))
