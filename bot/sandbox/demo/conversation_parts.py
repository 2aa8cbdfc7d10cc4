"""What a drawn chat is made of: the header, bubbles with pictures and buttons, notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.sandbox.demo.conversation_layout import (
    ACCENT,
    BOLD,
    LINK,
    clipped,
    font,
    line_width,
    pieces,
    plain,
    px,
    text_block,
    wrapped,
)
from bot.sandbox.pixels import Colour, mix
from bot.sandbox.telegram.messages import Button, Message

PAGE: Colour = (15, 22, 32)
PADDING, RIM = 14, 5
"""The space around a bubble's words, and around its picture."""
_HEADER: Colour = (25, 35, 48)
INK: Colour = (240, 244, 248)
_RADIUS = 20
_TEXT, SMALL, TINY = 19, 15.5, 14
_MOST_LINES = 7
_BUTTON_HEIGHT, _BUTTON_GAP = 40, 6


@dataclass(frozen=True)
class Look:
    """How one side of the chat looks."""

    fill: Colour
    faint: Colour
    accent: Colour
    link: Colour
    is_right: bool = False


BOT = Look((33, 45, 61), (136, 153, 172), ACCENT, LINK)
PERSON = Look((44, 92, 150), (170, 199, 233), (190, 219, 255), (188, 222, 255), is_right=True)


@dataclass(frozen=True)
class Bubble:
    """A bubble without the message's words."""

    look: Look
    widest: int
    time: str
    quote: str | None = None
    picture: Image.Image | None = None


def rounded(picture: Image.Image, radius: int, back: Colour, *, sharp: str = "") -> Image.Image:
    """The picture with round corners on a background; the lower one on the `sharp` side stays square."""
    mask = Image.new("L", picture.size)
    box = (0, 0, picture.width - 1, picture.height - 1)
    corners = (True, True, sharp != "right", sharp != "left")
    if sharp:
        radius = min(radius, min(picture.size) // 2 - 2)  # Pillow fails on less with a sharp corner
    ImageDraw.Draw(mask).rounded_rectangle(box, radius, fill=255, corners=corners)
    framed = Image.new("RGB", picture.size, back)
    framed.paste(picture, mask=mask)
    return framed


def header(width: int, title: str, *, is_group: bool) -> Image.Image:
    """The bar at the top: a banana, a name."""
    bar = Image.new("RGB", (width, px(76)), _HEADER)
    draw = ImageDraw.Draw(bar)
    draw.line((0, bar.height - 1, width, bar.height - 1), mix(_HEADER, INK, 0.08), px(1))
    bar.paste(_avatar(px(46)), (px(28), px(15)))
    name = clipped(title, 21, width - px(140))
    draw.text((px(90), px(36)), name, INK, font(21), anchor="ls", stroke_width=BOLD)
    draw.text((px(90), px(58)), "group" if is_group else "bot", BOT.faint, font(SMALL), anchor="ls")
    return bar


def _avatar(side: int) -> Image.Image:
    """A crescent of banana on a disc."""
    disc = Image.new("RGB", (side, side), mix(_HEADER, ACCENT, 0.24))
    fruit = Image.new("L", disc.size)
    draw = ImageDraw.Draw(fruit)
    draw.ellipse((side * 0.14, side * 0.04, side * 0.84, side * 0.80), fill=255)
    draw.ellipse((side * 0.04, side * -0.16, side * 0.82, side * 0.56), fill=0)
    disc.paste(ACCENT, mask=fruit.rotate(-8, Image.Resampling.BICUBIC))
    return rounded(disc, side // 2, _HEADER)


def note(text: str) -> Image.Image:
    """A small pill in the middle of the chat."""
    lines = wrapped(pieces(text), SMALL, px(560), 3)
    words = text_block(lines, SMALL, (178, 192, 208), mix(PAGE, INK, 0.09))
    pill = Image.new("RGB", (words.width + px(32), words.height + px(12)), mix(PAGE, INK, 0.09))
    pill.paste(words, (px(16), px(6)))
    return rounded(pill, min(px(17), pill.height // 2), PAGE)


def said(bubble: Bubble, message: Message) -> Image.Image:
    """A message with its quote, picture, words, time and buttons."""
    look, inner = bubble.look, bubble.widest - 2 * px(PADDING)
    rows: list[tuple[Image.Image, int]] = []
    if bubble.picture is not None:
        picture = rounded(bubble.picture, px(_RADIUS - RIM), look.fill)
        rows.append((picture, px(RIM)))
        inner = max(picture.width + 2 * px(RIM - PADDING), px(260))
    if bubble.quote is not None:
        rows.insert(0, (_quote(bubble.quote, look, min(inner, px(380))), px(PADDING)))
    rows.append((_words(message, bubble, inner), px(PADDING)))
    width = max(row.width + 2 * inset for row, inset in rows)
    width = max(width, min(max(map(_row_width, message.buttons), default=0), bubble.widest))
    top = px(RIM if rows[0][1] == px(RIM) else PADDING - 2)
    height = top + sum(row.height + px(8) for row, _ in rows) + px(3)
    body = Image.new("RGB", (width, height), look.fill)
    for row, inset in rows:
        body.paste(row, (inset, top))
        top += row.height + px(8)
    corner = width - px(PADDING), height - px(PADDING - 2)
    ImageDraw.Draw(body).text(corner, bubble.time, look.faint, font(TINY), anchor="rs")
    whole = rounded(body, px(_RADIUS), PAGE, sharp="right" if look.is_right else "left")
    return _with_buttons(whole, message.buttons)


def _words(message: Message, bubble: Bubble, width: int) -> Image.Image:
    """The message's text with room for the time at its lower right."""
    text = message.text
    if message.file_id is not None and bubble.picture is None:
        text = f"[{message.document_name or 'sticker or animation'}]\n{text}"
    lines = wrapped(pieces(text, message.entities), _TEXT, width, _MOST_LINES)
    time = font(TINY).getlength(bubble.time)
    if not lines:
        return Image.new("RGB", (int(time), px(TINY)), bubble.look.fill)
    words = text_block(lines, _TEXT, INK, bubble.look.fill, bubble.look.link)
    beside = line_width(lines[-1], _TEXT) + px(16) + time
    fits = beside <= width
    size = max(words.width, int(beside) if fits else 0), words.height + (0 if fits else px(TINY + 4))
    room = Image.new("RGB", size, bubble.look.fill)
    room.paste(words)
    return room


def _quote(text: str, look: Look, width: int) -> Image.Image:
    """What the message replies to, behind a bar, on a tint."""
    tint = mix(look.fill, look.accent, 0.13)
    text = clipped(text, SMALL, width - px(30))
    length = int(font(SMALL).getlength(text))
    row = Image.new("RGB", (length + px(26), px(32)), tint)
    draw = ImageDraw.Draw(row)
    draw.rectangle((0, 0, px(3.5), row.height), fill=look.accent)
    draw.text((px(14), px(21)), text, mix(look.accent, INK, 0.4), font(SMALL), anchor="ls")
    return rounded(row, px(6), look.fill)


def badged(picture: Image.Image, badge: str) -> Image.Image:
    """The picture with these words on a dark plate at the upper right."""
    text = clipped(badge, TINY, picture.width - px(40))
    draw, right, top = ImageDraw.Draw(picture, "RGBA"), picture.width - px(10), px(10)
    box = (right - font(TINY).getlength(text) - px(18), top, right, top + px(25))
    draw.rounded_rectangle(box, px(12), fill=(10, 14, 20, 165))
    draw.text((right - px(9), top + px(17.5)), text, (255, 255, 255, 240), font(TINY), anchor="rs")
    return picture


def _row_width(row: Sequence[Button]) -> int:
    widest = max(font(SMALL).getlength(plain(button.label)) for button in row)
    return (int(widest) + px(36)) * len(row) + px(_BUTTON_GAP) * (len(row) - 1)


def _with_buttons(whole: Image.Image, rows: Sequence[Sequence[Button]]) -> Image.Image:
    """The bubble with its rows of buttons, as wide as the bubble, below."""
    gap, high = px(_BUTTON_GAP), px(_BUTTON_HEIGHT)
    group = Image.new("RGB", (whole.width, whole.height + len(rows) * (high + gap)), PAGE)
    group.paste(whole)
    for index, row in enumerate(rows):
        wide = (whole.width - gap * (len(row) - 1)) // len(row)
        for place, button in enumerate(row):
            top = whole.height + gap + index * (high + gap)
            group.paste(_button(button.label, (wide, high)), (place * (wide + gap), top))
    return group


def _button(label: str, size: tuple[int, int]) -> Image.Image:
    pill = Image.new("RGB", size, mix(PAGE, INK, 0.13))
    text = clipped(label, SMALL, size[0] - px(16))
    middle = size[0] / 2, size[1] / 2 + px(SMALL * 0.36)
    ImageDraw.Draw(pill).text(middle, text, INK, font(SMALL), anchor="ms")
    return rounded(pill, size[1] // 2, PAGE)
