"""The owner's picture of what each day cost, and how its edits ended."""

from datetime import date, timedelta

import pytest
from PIL import Image

from bot.core.money import Day
from bot.images.chart import (
    CANCELLED,
    DELIVERED,
    FAILED,
    HEIGHT,
    SPENT,
    WIDTH,
    Colour,
    chart,
    step_of,
)
from bot.images.image_pool import ImagePool
from tests.images.image_files import is_near, opened

TODAY = date(2026, 11, 26)
TODAYS = (WIDTH - 55, WIDTH - 40)
"""Where today's bar is, from left to right."""
UPPER = (TODAYS[0], 0, TODAYS[1], HEIGHT // 2 - 70)
LOWER = (TODAYS[0], HEIGHT // 2, TODAYS[1], HEIGHT - 70)


def days(*last: Day) -> list[Day]:
    """Thirty days; nothing happened on those that are not given."""
    none = [Day(TODAY - timedelta(days=ago)) for ago in reversed(range(len(last), 30))]
    return [*none, *last]


def drawn(*last: Day) -> Image.Image:
    sheet = opened(chart(days(*last), 0.005))
    assert (sheet.format, sheet.size) == ("JPEG", (WIDTH, HEIGHT))
    return sheet.convert("RGB")


def height(sheet: Image.Image, box: tuple[int, int, int, int], colour: Colour) -> int:
    """How many rows of a part of the picture have that colour somewhere."""
    part = sheet.crop(box)
    points = (range(part.width), range(part.height))
    seen = {y for x in points[0] for y in points[1] if is_near(_pixel(part, x, y), colour, 12)}
    return len(seen)


def _pixel(part: Image.Image, x: int, y: int) -> tuple[int, ...]:
    pixel = part.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel


def test_bars_are_as_high_as_what_they_stand_for() -> None:
    sheet = drawn(Day(TODAY, 300, 100, 200, credits=1000))
    delivered, failed, cancelled = (height(sheet, LOWER, each) for each in (DELIVERED, FAILED, CANCELLED))
    assert delivered == pytest.approx(3 * failed, abs=8)
    assert cancelled == pytest.approx(2 * failed, abs=8)
    assert height(sheet, UPPER, SPENT) > 200
    assert not height(sheet, LOWER, SPENT)
    assert not height(sheet, UPPER, DELIVERED)


def test_a_single_failure_among_thousands_is_seen() -> None:
    assert height(drawn(Day(TODAY, 20_000, 1, 0, credits=80_000)), LOWER, FAILED) >= 1


def test_without_any_edit_there_are_no_bars() -> None:
    sheet = drawn()
    colours = (SPENT, DELIVERED, FAILED, CANCELLED)
    assert not any(height(sheet, part, each) for part in (UPPER, LOWER) for each in colours)


@pytest.mark.parametrize(
    ("highest", "smallest", "step"),
    [(0, 1, 1), (4, 1, 1), (5, 1, 2), (480, 1, 200), (0.02, 0.01, 0.01), (8.8, 0.01, 5), (1234, 0.01, 500)],
)
def test_the_lines_of_a_scale_are_few_and_at_round_numbers(
    highest: float, smallest: float, step: float
) -> None:
    assert step_of(highest, smallest) == pytest.approx(step)


async def test_it_is_drawn_in_a_worker_process() -> None:
    given = days(Day(TODAY, 3, 1, 2, credits=12.5))
    async with ImagePool(workers=1) as images:
        assert await images.chart(given, 0.005) == chart(given, 0.005)
