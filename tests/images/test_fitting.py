"""The provider's result at exactly the photo's size: true, central, upright."""

import math
import random
from functools import cache

import pytest
from PIL import Image, ImageDraw

from bot.core.pictures import ImageFormat, Size
from bot.images.fitting import cover_box
from tests.images.image_files import (
    LIES,
    assert_four_corners,
    encoded,
    exif,
    fitted,
    flat,
    four_corners,
    is_near,
    lying,
    opened,
    photo_of,
)

JPEG, PNG = ImageFormat.JPEG, ImageFormat.PNG
PHOTO_SIZES = [(1280, 853), (641, 359), (90, 1270), (333, 1000), (800, 600), (2047, 1531)]
PROVIDER_SIZES = [
    (1024, 1024),
    (832, 1248),
    (1248, 832),
    (864, 1184),
    (1184, 864),
    (896, 1152),
    (1152, 896),
    (768, 1344),
    (1344, 768),
    (1536, 672),
]


def nearest(size: tuple[int, int]) -> tuple[int, int]:
    """The provider's size of the ratio that is asked for."""
    return min(PROVIDER_SIZES, key=lambda made: abs(math.log(made[0] / made[1] / (size[0] / size[1]))))


@cache
def disc(size: tuple[int, int]) -> bytes:
    """A PNG with a smooth round disc of 20 px radius in its very middle, grey on light grey."""
    fine = Image.new("L", (480, 480), 192)
    ImageDraw.Draw(fine).ellipse((79.5, 79.5, 399.5, 399.5), 64)
    image = Image.new("L", size, 192)
    image.paste(fine.resize((60, 60), Image.Resampling.BOX), (size[0] // 2 - 30, size[1] // 2 - 30))
    return encoded(image.convert("RGB"), "PNG", compress_level=1)


def spread(image: Image.Image, *, across: bool) -> tuple[float, float]:
    """Centre and standard deviation, in px, of what is darker than the ground, along one axis."""
    line = (image.width, 1) if across else (1, image.height)
    shades = image.convert("F").resize(line, Image.Resampling.BOX)
    dark = [192.0 - float(shades.getpixel((i, 0) if across else (0, i))) for i in range(max(line))]  # type: ignore[arg-type]
    centre = sum(weight * (i + 0.5) for i, weight in enumerate(dark)) / sum(dark)
    variance = sum(weight * (i + 0.5 - centre) ** 2 for i, weight in enumerate(dark)) / sum(dark)
    return centre, math.sqrt(variance)


@pytest.mark.parametrize("made", PROVIDER_SIZES)
@pytest.mark.parametrize("size", PHOTO_SIZES)
def test_whatever_the_provider_made_comes_out_at_the_exact_size_true_and_central(
    size: tuple[int, int], made: tuple[int, int]
) -> None:
    reply = fitted(disc(made), photo_of(size), as_format=PNG, keep_alpha=False)
    image = opened(reply.content).convert("L")
    assert image.size == (reply.size.width, reply.size.height) == size
    middle_x, width = spread(image, across=True)
    middle_y, height = spread(image, across=False)
    assert 1 / 1.0115 < width / height < 1.0115
    assert abs(middle_x - size[0] / 2) < 0.3
    assert abs(middle_y - size[1] / 2) < 0.3


@pytest.mark.parametrize("size", PHOTO_SIZES)
def test_the_ratio_that_is_asked_for_leaves_little_to_crop(size: tuple[int, int]) -> None:
    made = nearest(size)
    reply = fitted(disc(made), photo_of(size), as_format=JPEG, keep_alpha=False)
    ratio = (made[0] / made[1]) / (size[0] / size[1])
    assert reply.cropped == pytest.approx(max(0.0, 1 - 1.01 * min(ratio, 1 / ratio)), abs=1e-6)
    assert opened(reply.content).size == size


@pytest.mark.parametrize("size", [(1010, 1000), (1000, 1010), (1000, 1000), (991, 1000)])
def test_one_per_cent_is_stretched_and_not_cropped(size: tuple[int, int]) -> None:
    reply = fitted(encoded(four_corners((500, 500)), "PNG"), photo_of(size), as_format=PNG, keep_alpha=False)
    assert reply.cropped == 0
    assert_four_corners(opened(reply.content))


def test_more_than_one_per_cent_is_cropped_evenly_and_only_along_one_side() -> None:
    assert cover_box(300, 100, 1.0) == pytest.approx((99.5, 0, 200.5, 100))
    assert cover_box(100, 300, 1.0) == pytest.approx((0, 99.5, 100, 200.5))
    assert cover_box(1300, 1000, 1.3) == (0, 0, 1300, 1000)
    reply = fitted(encoded(flat((300, 100)), "PNG"), photo_of((64, 64)), as_format=PNG, keep_alpha=False)
    assert reply.cropped == pytest.approx(1 - 101 / 300)


def test_no_ratio_is_stretched_by_more_than_one_per_cent_or_reaches_outside() -> None:
    dice = random.Random(5)
    for _ in range(2000):
        width, height, ratio = dice.uniform(32, 9000), dice.uniform(32, 9000), dice.uniform(0.05, 20)
        left, top, right, bottom = cover_box(width, height, ratio)
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        stretch = ratio / ((right - left) / (bottom - top))
        assert 1 / 1.01 - 1e-9 <= stretch <= 1.01 + 1e-9


@pytest.mark.parametrize("size", [(40, 33), (97, 64), (970, 647), (1280, 853)])
def test_a_far_larger_jpeg_is_placed_as_exactly_as_any(size: tuple[int, int]) -> None:
    large = four_corners((3001, 2003))
    picture = opened(fitted(encoded(large, "PNG", compress_level=1), photo_of(size)).content)
    drafted = opened(fitted(encoded(large, "JPEG", quality=95, subsampling=0), photo_of(size)).content)
    for x in (size[0] // 2 - 1, size[0] // 2):  # on both sides of the seam between the corners
        for y in (size[1] // 4, 3 * size[1] // 4):
            seen, wanted = drafted.getpixel((x, y)), picture.getpixel((x, y))
            assert isinstance(seen, tuple)
            assert isinstance(wanted, tuple)
            assert is_near(seen, wanted, 8)


@pytest.mark.parametrize("orientation", LIES)
def test_the_photos_orientation_decides_the_size(orientation: int) -> None:
    photo = encoded(lying(four_corners((128, 96)), orientation), "JPEG", exif=exif(orientation))
    reply = fitted(encoded(four_corners((400, 300)), "PNG"), photo, as_format=JPEG, keep_alpha=False)
    assert reply.size == Size(128, 96)
    assert_four_corners(opened(reply.content))


@pytest.mark.parametrize("orientation", LIES)
def test_a_result_that_lies_on_its_side_is_turned(orientation: int) -> None:
    result = encoded(lying(four_corners((400, 300)), orientation), "JPEG", exif=exif(orientation))
    reply = fitted(result, photo_of((128, 96)), as_format=PNG, keep_alpha=False)
    image = opened(reply.content)
    assert image.size == (128, 96)
    assert reply.cropped == 0
    assert_four_corners(image)


def test_a_result_gets_another_size_than_the_photos_where_that_is_told() -> None:
    """The photo may be a smaller copy of what the person sees."""
    made = fitted(encoded(four_corners((400, 300)), "PNG"), photo_of((64, 48)), PNG, wanted=Size(800, 600))
    assert (made.size, opened(made.content).size) == (Size(800, 600), (800, 600))
    assert_four_corners(opened(made.content))


def test_the_outline_of_a_photo_does_not_fit_a_result_of_another_size() -> None:
    photo = Image.new("RGBA", (64, 48), (200, 30, 30, 255))
    photo.putpixel((0, 0), (0, 0, 0, 0))
    result, cut_out = encoded(flat((640, 480)), "PNG"), encoded(photo, "PNG")
    assert opened(fitted(result, cut_out, PNG, keep_alpha=True).content).mode == "RGBA"
    larger = fitted(result, cut_out, PNG, wanted=Size(640, 480), keep_alpha=True)
    assert opened(larger.content).mode == "RGB"
