"""The shape before the words: what is one, what is not, and how large it becomes."""

import pytest

from bot.core.pictures import Size
from bot.core.shapes import Ratio, Shape, is_possible, leading_shape, shape_of


@pytest.mark.parametrize(
    ("words", "shape", "rest"),
    [
        ("16:9 make it blue", Ratio(16, 9), "make it blue"),
        ("4:5 make it blue", Ratio(4, 5), "make it blue"),
        ("1024x1024 make it blue", Size(1024, 1024), "make it blue"),
        ("3000\u00d72000, make it blue", Size(3000, 2000), "make it blue"),
        ("3000\u04452000 make it blue", Size(3000, 2000), "make it blue"),
        ("1080 X 1920 make it blue", Size(1080, 1920), "make it blue"),
        ("1170:2532\nmake it blue", Size(1170, 2532), "make it blue"),
        ("9x16 make it blue", Ratio(9, 16), "make it blue"),
        ("16/9 make it blue", Ratio(16, 9), "make it blue"),
        ("16:9: make it blue", Ratio(16, 9), "make it blue"),
        ("16:9.", Ratio(16, 9), ""),
        ("1920x1080px make it blue", Size(1920, 1080), "make it blue"),
        ("1080 x 1350 px, make it blue", Size(1080, 1350), "make it blue"),
        ("32:18", Ratio(16, 9), ""),
        ("2.39:1 make it blue", Ratio(239, 100), "make it blue"),
        ("1.91:1, make it blue", Ratio(191, 100), "make it blue"),
        ("2.5 : 1", Ratio(5, 2), ""),
        ("64x64 an icon", Size(64, 64), "an icon"),
        ("\u0661\u0666:\u0669 make it blue", Ratio(16, 9), "make it blue"),
    ],
)
def test_a_leading_shape_is_taken_off_the_words(words: str, shape: Shape, rest: str) -> None:
    assert leading_shape(words) == (shape, rest)
    assert is_possible(shape)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "make it 16:9",
        "7:05 on the clock",
        "12:00",
        "10:30 on the station clock",
        "7:45 pm",
        "\u0667:\u0660\u0665 on the clock",
        "2x3 grid of cats",
        "16x16 pixel art",
        "2 x 35 people",
        "3/4 view of the car",
        "24/12 on the calendar",
        "4x4 truck instead of the car",
        "3x5cm print",
        "16:9.5",
        "2.39:10 odds",
        "7.30:15",
        "1.5 times larger",
        "1:2:3",
        "3 x 4 apples",
        "100% brighter",
        "-4:5",
    ],
)
def test_other_words_stay_as_they_are(words: str) -> None:
    assert leading_shape(words) == (None, words)


@pytest.mark.parametrize(
    "words",
    [
        "0:5",
        "5:0",
        "0:0",
        "0x0",
        "1:21",
        "97:98999",
        "20.5:1",
        "0.0:1",
        "20x200",
        "31x32",
        "10001x10000",
        "5001x5000",
        "9000x449",
        "99999999999999999999x1",
        "99999999999999999999:99999999999999999998",
    ],
)
def test_a_shape_beyond_what_is_made_is_known_as_one(words: str) -> None:
    shape, rest = leading_shape(f"{words} make it blue")
    assert rest == "make it blue"
    assert shape is not None
    assert not is_possible(shape)


@pytest.mark.parametrize("pixels", [1024, 114_300, 1_228_800, 50_000_000])
@pytest.mark.parametrize(
    "ratio", [Ratio(1, 1), Ratio(16, 9), Ratio(9, 16), Ratio(20, 1), Ratio(97, 98), Ratio(239, 100)]
)
def test_a_size_of_a_ratio_is_exactly_that_and_about_as_large(ratio: Ratio, pixels: int) -> None:
    size = ratio.of_area(pixels)
    assert size.width * ratio.height == size.height * ratio.width
    assert min(size.width, size.height) >= 32
    if pixels > 1_000_000:
        assert size.pixels == pytest.approx(pixels, rel=0.1)


def test_the_largest_of_a_ratio_inside_of_a_size() -> None:
    assert Ratio(16, 9).inside(Size(1344, 768)) == Size(1344, 756)
    assert Ratio(1, 1).inside(Size(1024, 1024)) == Size(1024, 1024)


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        (Ratio(16, 9), "16:9"),
        (Ratio(4, 15), "4:15"),
        (Ratio(97, 98), "97:98"),
        (Ratio(239, 100), "2.39:1"),
        (Ratio(47, 20), "2.35:1"),
        (Size(1024, 768), "1024x768"),
    ],
)
def test_it_can_be_written_down_and_read_again(shape: Shape, written: str) -> None:
    assert str(shape) == written
    assert shape_of(written) == shape


def test_what_was_written_down_before_there_were_points_is_read_too() -> None:
    assert shape_of("47:20") == Ratio(47, 20)
