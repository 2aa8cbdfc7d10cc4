"""A photo and its result in one picture."""

import pytest
from PIL import Image

from bot.core.errors import PhotoRefused, ResultUnusable
from bot.core.pictures import Size
from bot.images.comparing import GAP, MAX_SIDE, compare
from tests.images.image_files import (
    BLUE,
    GREEN,
    WHITE,
    assert_four_corners,
    encoded,
    exif,
    flat,
    four_corners,
    is_near,
    lying,
    opened,
    photo_of,
    pixel,
)


def compared(before: bytes, after: bytes, labels: tuple[str, str] = ("", "")) -> Image.Image:
    sheet = opened(compare(before, after, labels, lambda _: None))
    assert sheet.format == "JPEG"
    return sheet


EN, FR = ("Before", "After"), ("Original", "Retouche")


def dark_in(sheet: Image.Image) -> tuple[int, int, int, int] | None:
    """Where something dark is drawn on pictures that have nothing dark."""
    return sheet.convert("L").point([255 * (shade < 80) for shade in range(256)]).getbbox()


@pytest.mark.parametrize("size", [(90, 120), (100, 100), (150, 100)])
def test_the_photo_is_left_of_its_result(size: tuple[int, int]) -> None:
    sheet = compared(photo_of(size), encoded(flat(size, BLUE), "PNG"))
    assert sheet.size == (2 * size[0] + GAP, size[1])
    assert is_near(pixel(sheet, 0.1, 0.5), GREEN)
    assert is_near(pixel(sheet, 0.9, 0.5), BLUE)
    assert is_near(pixel(sheet, 0.5, 0.02), WHITE)


@pytest.mark.parametrize("size", [(151, 100), (400, 100)])
def test_it_is_above_where_they_are_wider_than_three_to_two(size: tuple[int, int]) -> None:
    sheet = compared(photo_of(size), encoded(flat(size, BLUE), "PNG"))
    assert sheet.size == (size[0], 2 * size[1] + GAP)
    assert is_near(pixel(sheet, 0.5, 0.1), GREEN)
    assert is_near(pixel(sheet, 0.5, 0.9), BLUE)


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (4000, 1000), (200, 4000), (2560, 1280)])
def test_no_side_is_longer_than_telegram_keeps(size: tuple[int, int]) -> None:
    sheet = compared(photo_of(size), photo_of(size))
    assert MAX_SIDE - 3 <= max(sheet.size) <= MAX_SIDE
    across, down = ((sheet.width - GAP) / 2, sheet.height)
    if Size(*size).is_wide:
        across, down = sheet.width, (sheet.height - GAP) // 2
    assert across / down == pytest.approx(size[0] / size[1], rel=0.02)


def test_both_are_shown_upright_and_at_the_results_size_whatever_the_photos() -> None:
    """Telegram's copy of the photo is mostly smaller."""
    before = encoded(lying(four_corners((60, 80)), 6), "JPEG", quality=95, subsampling=0, exif=exif(6))
    sheet = compared(before, encoded(four_corners((240, 320)), "PNG"))
    assert_four_corners(sheet.crop((0, 0, 240, 320)))
    assert_four_corners(sheet.crop((240 + GAP, 0, 2 * 240 + GAP, 320)))


@pytest.mark.parametrize(("size", "along"), [((300, 300), 0), ((600, 300), 1)])
def test_an_arrow_leads_from_the_photo_to_its_result(size: tuple[int, int], along: int) -> None:
    """Its tip, the last of what is dark, is on the result's side and in the middle."""
    sheet = compared(photo_of(size), photo_of(size))
    dark = dark_in(sheet)
    assert dark is not None
    middle = (sheet.width / 2, sheet.height / 2)
    assert dark[along] < middle[along] < dark[along + 2]
    last = dark[along + 2] - 1
    box = (last, 0, last + 1, sheet.height) if along == 0 else (0, last, sheet.width, last + 1)
    tip = dark_in(sheet.crop(box))
    assert tip is not None
    assert abs((tip[1 - along] + tip[3 - along]) / 2 - middle[1 - along]) < 3


@pytest.mark.parametrize("labels", [EN, FR])
@pytest.mark.parametrize(
    "size", [(1280, 960), (960, 1280), (2000, 900), (320, 240), (150, 1500), (1500, 150)]
)
def test_each_says_in_its_corner_what_it_is(size: tuple[int, int], labels: tuple[str, str]) -> None:
    plain = encoded(flat(size, GREEN), "PNG")
    sheet = compared(plain, plain, labels)
    is_wide = Size(*size).is_wide
    left, top = (0, (sheet.height + GAP) // 2) if is_wide else ((sheet.width + GAP) // 2, 0)
    width, height = sheet.width - left, sheet.height - top
    shown = width * 2 // 5 if is_wide else width  # without the arrow
    for corner in ((0, 0), (left, top)):
        box = dark_in(sheet.crop((*corner, corner[0] + shown, corner[1] + height // 3)))
        assert box is not None
        assert box[0] > 0
        assert box[1] > 0
        assert 8 < box[3] - box[1] < height / 4
        assert box[2] < shown


@pytest.mark.parametrize(
    ("size", "labels"), [((640, 480), ("После", "Before")), ((64, 48), EN), ((640, 480), ("", ""))]
)
def test_no_label_is_better_than_one_that_cannot_be_read(
    size: tuple[int, int], labels: tuple[str, str]
) -> None:
    plain = encoded(flat(size, GREEN), "PNG")
    corner = compared(plain, plain, labels).crop((0, 0, size[0] // 2, size[1] // 3))
    assert dark_in(corner) is None


def test_what_is_transparent_lies_on_white() -> None:
    clear = encoded(flat((100, 100), (0, 0, 0, 0), "RGBA"), "PNG")
    sheet = compared(clear, encoded(flat((100, 100), BLUE), "PNG"))
    assert is_near(pixel(sheet, 0.1, 0.5), WHITE)


def test_pixels_are_announced_before_they_are_decoded() -> None:
    announced: list[int] = []
    compare(photo_of((100, 100)), photo_of((200, 200)), ("", ""), announced.append)
    assert announced == [100 * 100 + 200 * 200]


def test_what_cannot_be_read_is_refused() -> None:
    whole = photo_of((100, 100))
    with pytest.raises(PhotoRefused):
        compared(b"text", whole)
    with pytest.raises(ResultUnusable):
        compared(whole[:-40], whole)
