"""Text for the drawn conversation: replaces letters that the font lacks, wraps words, draws lines."""

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from bot.sandbox.pixels import Colour, mix
from bot.sandbox.telegram.values import Json, utf16_length

SCALE = 2
"""Everything is painted at this many times its size and reduced at the end."""

ACCENT: Colour = (255, 205, 72)
LINK: Colour = (122, 190, 250)

BOLD = SCALE * 0.3
"""The font has one weight; a thin stroke makes it bold."""

Style = Literal["plain", "strong", "link"]
_STYLES: dict[str, Style] = {"bold": "strong", "code": "link", "bot_command": "link", "text_link": "link"}
_INSTEAD = {"×": "x", "–": "-", "—": "-", "•": "·", "→": ">", "←": "<", "€": "EUR", "ß": "ss", "œ": "oe"}  # noqa: RUF001
_TOKENS = re.compile(r"[▰▱]+|[^\s▰▱]+")
_BAR_WIDTH, _BAR_HEIGHT = 150, 9
_LINE, _PARAGRAPH = 1.42, 0.5
"""The height of a line and of the gap that an empty line leaves, in font sizes."""


def px(value: float) -> int:
    """A length on the canvas."""
    return round(value * SCALE)


@functools.cache
def font(size: float) -> ImageFont.FreeTypeFont:
    """Pillow's own font; it has little more than ASCII."""
    found = ImageFont.load_default(px(size))
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    return found


@functools.cache
def _drawable(character: str) -> bool:
    drawn, missing = (font(16).getmask(each) for each in (character, "\uffff"))
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)


@functools.cache
def _plain(character: str) -> str:
    if character in "▰▱\n" or _drawable(character):
        return character
    if character in _INSTEAD:
        return _INSTEAD[character]
    return "".join(filter(_drawable, unicodedata.normalize("NFKD", character)))


def plain(text: str) -> str:
    """The text in letters that the font has; accents are dropped, emojis too."""
    return re.sub(r" {2,}", " ", "".join(map(_plain, text))).strip()


@dataclass(frozen=True)
class Piece:
    """A word, or a progress bar that is filled to `share`."""

    text: str
    style: Style = "plain"
    share: float | None = None

    def width(self, size: float) -> float:
        if self.share is not None:
            return px(_BAR_WIDTH + 6)
        return font(size).getlength(self.text) + (px(0.5) if self.style == "strong" else 0)


Line = list[Piece]


def line_width(line: Line, size: float) -> float:
    """The words with the spaces between them."""
    return sum(piece.width(size) for piece in line) + font(size).getlength(" ") * max(0, len(line) - 1)


def pieces(text: str, entities: Sequence[Json] = ()) -> list[Line]:
    """The words of each line of a text, styled by its entities."""
    styles: dict[int, Style] = {}
    for entity in entities:
        style = _STYLES.get(entity["type"], "plain")
        styles |= dict.fromkeys(range(entity["offset"], entity["offset"] + entity["length"]), style)
    lines: list[Line] = []
    offset = 0
    for line in text.split("\n"):
        words = []
        for found in _TOKENS.finditer(line):
            token, style = found.group(), styles.get(offset + utf16_length(line[: found.start()]), "plain")
            if token[0] in "▰▱":
                words.append(Piece("", share=token.count("▰") / len(token)))
            elif letters := plain(token):
                words.append(Piece(letters, style))
        lines.append(words)
        offset += utf16_length(line) + 1
    return lines


def wrapped(paragraphs: Sequence[Line], size: float, width: float, most: int = 100) -> list[Line]:
    """Lines no wider than `width`; an empty one stands for a gap; after `most` lines comes an ellipsis."""
    lines: list[Line] = []
    for words in paragraphs:
        lines.append([])
        for word in (part for whole in words for part in _broken(whole, size, width)):
            if lines[-1] and line_width([*lines[-1], word], size) > width:
                lines.append([])
            lines[-1].append(word)
    full = [index for index, line in enumerate(lines) if line]
    if len(full) <= most:
        return lines[: full[-1] + 1] if full else []
    kept = lines[: full[most - 1] + 1]
    last = kept[-1]
    while last and line_width([*last, Piece("…")], size) > width:
        last = last[:-1]
    return [*kept[:-1], [*last, Piece("…")]]


def _broken(piece: Piece, size: float, width: float) -> list[Piece]:
    """A word in parts that are not wider than the line."""
    if piece.width(size) <= width or len(piece.text) < 2:
        return [piece]
    middle = len(piece.text) // 2
    halves = piece.text[:middle], piece.text[middle:]
    return [part for half in halves for part in _broken(Piece(half, piece.style), size, width)]


def clipped(text: str, size: float, width: float) -> str:
    """The beginning of a text on one line."""
    text = plain(" ".join(text.split()))
    if font(size).getlength(text) <= width:
        return text
    while text and font(size).getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def text_block(
    lines: Sequence[Line], size: float, ink: Colour, back: Colour, link: Colour = LINK
) -> Image.Image:
    """Wrapped lines on their background, cut to their size."""
    heights = [px(size * (_LINE if line else _PARAGRAPH)) for line in lines]
    width = max((line_width(line, size) for line in lines), default=0)
    block = Image.new("RGB", (max(1, int(width) + 1), max(1, sum(heights))), back)
    draw, top = ImageDraw.Draw(block), 0
    for line, height in zip(lines, heights, strict=True):
        left: float = 0
        for piece in line:
            colour = link if piece.style == "link" else ink
            _draw_piece(draw, (left, top + height / 2), piece, size, colour, back)
            left += piece.width(size) + font(size).getlength(" ")
        top += height
    return block


def _draw_piece(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], piece: Piece, size: float, ink: Colour, back: Colour
) -> None:
    left, middle = at
    if piece.share is None:
        stroke = BOLD if piece.style == "strong" else 0
        baseline = middle + px(size * 0.35)
        draw.text((left, baseline), piece.text, ink, font(size), anchor="ls", stroke_width=stroke)
        return
    right, half = left + px(_BAR_WIDTH), px(_BAR_HEIGHT) / 2
    draw.rounded_rectangle((left, middle - half, right - 1, middle + half), half, fill=mix(back, ink, 0.22))
    filled = left + max(half * 2, (right - left) * piece.share)
    if piece.share:
        draw.rounded_rectangle((left, middle - half, filled, middle + half), half, fill=ACCENT)
