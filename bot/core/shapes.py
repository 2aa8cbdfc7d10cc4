"""The shape that a person asks for before their words: a ratio, or an exact size in pixels."""

import math
import re
from dataclasses import dataclass
from typing import TypeAlias

from bot.core.pictures import Size

SHORTEST_SIDE, LONGEST_SIDE, MOST_PIXELS, LONGEST_RATIO = 32, 10_000, 25_000_000, 20
"""Of what may be asked for. Telegram takes it as a file, whatever is painted."""
_LARGEST_SHORT_TERM, _LARGEST_USUAL_TERM = 100, 21
_PIXELS_FROM = 100
_LARGEST_COUNT = 8
_HOURS, _MINUTES = range(25), frozenset({15, 30, 45})
_SCREENS = frozenset({(16, 9), (9, 16), (21, 9), (4, 3)})
"""What is written with a slash in some countries, and no fraction or date."""
_LEADING = re.compile(
    r"(\d{1,20})( ?)([:/xXхХ×*])( ?)(\d{1,20})(?: ?px)?"  # noqa: RUF001 - people type them
    r"(?=[\s,;]|[.:!](?:\s|$)|$)[\s,;.:!]*",
    re.IGNORECASE,
)


_CINEMA = re.compile(r"(\d{1,2})\.(\d{1,2}) ?: ?1(?=[\s,;]|[.:!](?:\s|$)|$)[\s,;.:!]*")
"""A ratio with a point, as films have: `2.39:1`."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Width to height, in lowest terms."""

    width: int
    height: int

    @property
    def ratio(self) -> float:
        return self.width / self.height

    def of_area(self, pixels: int) -> Size:
        """The size of exactly this ratio nearest to so many pixels, with no side too short to send."""
        times = round(math.sqrt(pixels / (self.width * self.height)))
        return self._times(max(times, math.ceil(SHORTEST_SIDE / min(self.width, self.height))))

    def inside(self, size: Size) -> Size:
        """The largest size of exactly this ratio in another size."""
        return self._times(max(1, min(size.width // self.width, size.height // self.height)))

    def _times(self, times: int) -> Size:
        return Size(self.width * times, self.height * times)

    def __str__(self) -> str:
        is_cinemas = (
            self.width > max(self.height, _LARGEST_USUAL_TERM) and 100 * self.width % self.height == 0
        )
        return f"{self.ratio:g}:1" if is_cinemas else f"{self.width}:{self.height}"


Shape: TypeAlias = Ratio | Size
SQUARE = Ratio(1, 1)


def leading_shape(words: str) -> tuple[Shape | None, str]:
    """The shape that words begin with, which may be an impossible one, and the rest of them.

    `16:9`, `16x9`, `16/9` and `2.39:1` are ratios, `1024x768` and `1024:768` sizes. Times (`7:05`, `10:30`),
    counts (`4x4`, `2x3`, `2 x 35`) and fractions are words.
    """
    if found := _CINEMA.match(words):
        return _cinemas(found), words[found.end() :]
    found = _LEADING.match(words)
    if found is None:
        return None, words
    first, sign, second = found[1], found[3], found[5]
    is_spaced = bool(found[2] or found[4])
    width, height = int(first), int(second)
    shape = _size_or_ratio(width, height, colon=sign == ":")
    match sign:
        case ":":
            is_word = isinstance(shape, Ratio) and (is_spaced or _is_time(width, second))
        case "/":
            is_word = is_spaced or (width, height) not in _SCREENS
        case _ if isinstance(shape, Ratio):
            is_count = width == height or max(width, height) <= _LARGEST_COUNT
            is_word = is_spaced or (is_count and min(width, height) > 0)
        case _:
            is_word = is_spaced and min(width, height) < _PIXELS_FROM
    return (None, words) if is_word else (shape, words[found.end() :])


def _is_time(hours: int, minutes: str) -> bool:
    is_quarter = hours in _HOURS and int(minutes) in _MINUTES
    return is_quarter or len(minutes) > len(str(int(minutes)))  # 7:05


def _size_or_ratio(width: int, height: int, *, colon: bool) -> Shape:
    """Small numbers are a ratio; `x` stands between pixels sooner than a colon does."""
    is_size = min(width, height) >= _PIXELS_FROM if colon else max(width, height) >= SHORTEST_SIDE
    if is_size:
        return Size(width, height)
    return _ratio(width, height)


def _cinemas(found: re.Match[str]) -> Ratio:
    return _ratio(100 * int(found[1]) + int(found[2].ljust(2, "0")), 100)


def _ratio(width: int, height: int) -> Ratio:
    common = math.gcd(width, height) or 1
    return Ratio(width // common, height // common)


def is_possible(shape: Shape) -> bool:
    """Whether it is within what is made."""
    short, long = sorted((shape.width, shape.height))
    if short < 1 or long > LONGEST_RATIO * short:
        return False
    if isinstance(shape, Ratio):
        return short <= _LARGEST_SHORT_TERM
    return short >= SHORTEST_SIDE and long <= LONGEST_SIDE and short * long <= MOST_PIXELS


def with_shape(shape: Shape | None, words: str) -> str:
    """The shape and the words after it, as they were written."""
    return f"{shape} {words}".strip() if shape else words


def shape_of(text: str) -> Shape:
    """The shape that `str` wrote down."""
    if found := _CINEMA.match(text):
        return _cinemas(found)
    sign = ":" if ":" in text else "x"
    width, height = (int(side) for side in text.split(sign))
    return Ratio(width, height) if sign == ":" else Size(width, height)
