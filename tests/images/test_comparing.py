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


def compared(before: bytes, after: bytes) -> Image.Image:
    sheet = opened(compare(before, after, lambda _: None))
    assert sheet.format == "JPEG"
    return sheet


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
    sheet = compared(photo_of(size), photo_of(size)).convert("L")
    dark = sheet.point([255 * (shade < 80) for shade in range(256)]).getbbox()
    assert dark is not None
    middle = (sheet.width / 2, sheet.height / 2)
    assert dark[along] < middle[along] < dark[along + 2]
    last = dark[along + 2] - 1
    box = (last, 0, last + 1, sheet.height) if along == 0 else (0, last, sheet.width, last + 1)
    tip = sheet.crop(box).point([255 * (shade < 80) for shade in range(256)]).getbbox()
    assert tip is not None
    assert abs((tip[1 - along] + tip[3 - along]) / 2 - middle[1 - along]) < 3


def test_what_is_transparent_lies_on_white() -> None:
    clear = encoded(flat((100, 100), (0, 0, 0, 0), "RGBA"), "PNG")
    sheet = compared(clear, encoded(flat((100, 100), BLUE), "PNG"))
    assert is_near(pixel(sheet, 0.1, 0.5), WHITE)


def test_pixels_are_announced_before_they_are_decoded() -> None:
    announced: list[int] = []
    compare(photo_of((100, 100)), photo_of((200, 200)), announced.append)
    assert announced == [100 * 100 + 200 * 200]


def test_what_cannot_be_read_is_refused() -> None:
    whole = photo_of((100, 100))
    with pytest.raises(PhotoRefused):
        compared(b"text", whole)
    with pytest.raises(ResultUnusable):
        compared(whole[:-40], whole)
