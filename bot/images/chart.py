"""The owner's chart: what each day cost, and how its edits ended.

Drawn with Pillow, whose built-in font has no letters but ASCII ones: digits alone are in the picture, and the
text under it says in any language what the colours mean.
"""

import math
from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw, ImageFont

from bot.core.money import Day
from bot.core.pictures import ImageFormat
from bot.images.encoding import encode

WIDTH, HEIGHT = 1080, 1080
SPENT, DELIVERED, FAILED, CANCELLED = (242, 153, 0), (46, 158, 91), (214, 69, 65), (190, 196, 202)
_INK, _GRID = (60, 64, 67), (225, 228, 231)
_LEFT, _RIGHT, _TOP, _BOTTOM = 150, 30, 40, 70
"""Margins around the bars of a panel, in pixels: numbers are left of them, days below."""
_FONT_SIZE = 34
_LINES = 4
"""Lines across a panel, at most, beside that of nothing."""
_DAYS_APART = 7

Colour = tuple[int, int, int]
Stack = Sequence[tuple[float, Colour]]


def chart(days: Sequence[Day], credit: float) -> bytes:
    """A JPEG: dollars a day above, edits a day below. There is at least one day; the last one is today.

    `credit`: what one is worth in dollars.
    """
    sheet = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(sheet)
    labels = _labels(days)
    spent = [[(credit * day.credits, SPENT)] for day in days]
    ended = [[(day.delivered, DELIVERED), (day.failed, FAILED), (day.cancelled, CANCELLED)] for day in days]
    _panel(draw, 0, spent, labels, in_dollars=True)
    _panel(draw, HEIGHT // 2, ended, labels, in_dollars=False)
    return encode(sheet, ImageFormat.JPEG)


def _panel(
    draw: ImageDraw.ImageDraw, top: int, stacks: Sequence[Stack], labels: Sequence[str], *, in_dollars: bool
) -> None:
    """Bars over a scale, in the half of the picture that begins at `top`."""
    floor, height = top + HEIGHT // 2 - _BOTTOM, HEIGHT // 2 - _BOTTOM - _TOP
    highest = max(sum(part for part, _ in stack) for stack in stacks)
    step = step_of(highest, smallest=0.01 if in_dollars else 1.0)
    most = step * max(1, math.ceil(round(highest / step, 6)))
    font = ImageFont.load_default(_FONT_SIZE)
    for line in range(round(most / step) + 1):
        y = floor - round(height * line * step / most)
        draw.line((_LEFT, y, WIDTH - _RIGHT, y), _GRID if line else _INK, width=2)
        draw.text((_LEFT - 16, y), _number(line * step, in_dollars=in_dollars), _INK, font, anchor="rm")
    across = (WIDTH - _RIGHT - _LEFT) / len(stacks)
    for place, (stack, label) in enumerate(zip(stacks, labels, strict=True)):
        left, right = _LEFT + round(across * (place + 0.12)), _LEFT + round(across * (place + 0.88))
        _bar(draw, (left, right, floor), stack, height / most)
        middle = (left + right) // 2
        draw.text((middle, floor + 14), label, _INK, font, anchor="rt" if place + 1 == len(stacks) else "mt")


def _bar(draw: ImageDraw.ImageDraw, place: tuple[int, int, int], stack: Stack, scale: float) -> None:
    """The parts of a stack on top of each other. What is there is seen, however little it is."""
    left, right, floor = place
    below = 0.0
    for part, colour in stack:
        if part:
            bottom, below = floor - round(below * scale), below + part
            draw.rectangle((left, min(floor - round(below * scale), bottom - 2), right, bottom - 1), colour)


def _labels(days: Sequence[Day]) -> list[str]:
    """Month and day under every seventh bar, counted from today."""
    count = len(days)
    return [
        f"{day.date:%m-%d}" if (count - 1 - place) % _DAYS_APART == 0 else ""
        for place, day in enumerate(days)
    ]


def step_of(highest: float, smallest: float) -> float:
    """A round distance between the lines of a scale, so that there are few of them."""
    return next(step for step in _round_numbers(smallest) if highest <= step * _LINES)


def _round_numbers(smallest: float) -> Iterable[float]:
    scale = smallest
    while True:
        yield from (scale, 2 * scale, 5 * scale)
        scale *= 10


def _number(value: float, *, in_dollars: bool) -> str:
    if not in_dollars or not value:
        return f"{value:,.0f}"
    return f"${value:,.0f}" if value >= 1 and value == round(value) else f"${value:,.2f}"
