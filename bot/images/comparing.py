"""A photo and its result in one picture, for who wants to see what has changed."""

from PIL import Image, ImageDraw, ImageFont

from bot.core.pictures import ImageFormat, Size
from bot.images.encoding import encode
from bot.images.fitting import cover
from bot.images.preparing import Announce
from bot.images.reading import open_still

MAX_SIDE = 2560
"""Telegram keeps a photo of that size as it is."""
GAP = 16
_SMALLEST_BADGE, _LARGEST_BADGE = 24, 128
_FINER = 4
"""Shapes are drawn so many times larger: Pillow's own have rough edges."""
_INK = (40, 40, 40)
_TEXT = 1 / 32
"""Of the longer side: a phone shows the whole across its screen."""
_SMALLEST_TEXT = 9
_MEASURE = 100
"""Pixels of the font that tells how wide a text is."""


def compare(before: bytes, after: bytes, labels: tuple[str, str], announce: Announce) -> bytes:
    """A JPEG of both at the size of `after` or smaller, the earlier one left of the other or above it.

    An arrow between them says which is which, in every language; the labels say it too, where there is room
    and the font has their letters. At most MAX_SIDE pixels long. Raises PhotoRefused or ResultUnusable for
    what cannot be read.
    """
    stills = open_still(before), open_still(after)
    announce(sum(still.pixels for still in stills))
    whole = stills[1].size
    size = _shown(whole)
    across, down = (0, size.height + GAP) if whole.is_wide else (size.width + GAP, 0)
    sheet = Image.new("RGB", (size.width + across, size.height + down), "white")
    sheet.paste(cover(stills[0], size), (0, 0))
    sheet.paste(cover(stills[1], size), (across, down))
    arrow = _arrow(min(size.width, size.height), downward=whole.is_wide)
    sheet.paste(arrow, ((sheet.width - arrow.width) // 2, (sheet.height - arrow.height) // 2), arrow)
    for label, (left, top) in zip(
        _drawn(labels, size, max(sheet.size)), ((0, 0), (across, down)), strict=False
    ):
        margin = label.height // 3
        sheet.paste(label, (left + margin, top + margin), label)
    return encode(sheet, ImageFormat.JPEG)


def _shown(size: Size) -> Size:
    """How large each of the two is, so that both and the gap fit into MAX_SIDE."""
    if size.is_wide:
        scale = min(1.0, MAX_SIDE / size.width, (MAX_SIDE - GAP) / (2 * size.height))
    else:
        scale = min(1.0, (MAX_SIDE - GAP) / (2 * size.width), MAX_SIDE / size.height)
    return Size(max(1, int(size.width * scale)), max(1, int(size.height * scale)))


def _arrow(side: int, *, downward: bool) -> Image.Image:
    """A white disc with an arrow head, in proportion to a picture's shorter `side`."""
    wide = min(max(side // 8, _SMALLEST_BADGE), _LARGEST_BADGE)
    fine = wide * _FINER
    badge = Image.new("RGBA", (fine, fine))
    draw = ImageDraw.Draw(badge)
    draw.ellipse((0, 0, fine - 1, fine - 1), "white")
    head = [(0.38, 0.26), (0.62, 0.5), (0.38, 0.74)]
    points = [(x * fine, y * fine) for x, y in ((y, x) if downward else (x, y) for x, y in head)]
    draw.line(points, _INK, width=fine // 10, joint="curve")
    return badge.resize((wide, wide), Image.Resampling.BOX)


def _drawn(labels: tuple[str, str], size: Size, longest: int) -> list[Image.Image]:
    """The labels in the corners of pictures of this size; none if they could not be read there.

    Pillow's own font has English letters, and no accents.
    """
    font = ImageFont.load_default(_MEASURE)
    if not all(labels) or not isinstance(font, ImageFont.FreeTypeFont) or not _has_letters(font, labels):
        return []
    room = 0.6 * size.width * _MEASURE / max(font.getlength(label) for label in labels)
    text = min(longest * _TEXT, room, 0.2 * size.height)
    if text < _SMALLEST_TEXT:
        return []
    return [_label(label, font.font_variant(size=text * _FINER), text) for label in labels]


def _label(words: str, font: ImageFont.FreeTypeFont, text: float) -> Image.Image:
    """Words on a white ground with round ends, `text` pixels high."""
    width, height = round(font.getlength(words) / _FINER + 1.2 * text), round(1.5 * text)
    label = Image.new("RGBA", (width * _FINER, height * _FINER))
    draw = ImageDraw.Draw(label)
    draw.rounded_rectangle((0, 0, label.width - 1, label.height - 1), label.height // 2, "white")
    draw.text((label.width / 2, label.height / 2), words, _INK, font, anchor="mm")
    return label.resize((width, height), Image.Resampling.BOX)


def _has_letters(font: ImageFont.FreeTypeFont, labels: tuple[str, str]) -> bool:
    """A letter that a font lacks is drawn as one that no font has."""
    unknown = bytes(font.getmask("\ufffe"))
    return all(bytes(font.getmask(letter)) != unknown for letter in "".join(labels))
