"""The person's photo: what is taken, what is refused, and why."""

import random
import resource
import warnings
from contextlib import suppress
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.core.errors import PhotoRefused, Reason
from bot.core.pictures import ImageFormat, Size
from bot.images.reading import decode, open_still
from tests.images.image_files import (
    BLUE,
    GREEN,
    RED,
    assert_four_corners,
    encoded,
    flat,
    four_corners,
    gif_header,
    is_near,
    opened,
    pixel,
    png_header,
    prepared,
    refusal,
    webp_header,
)

FORMATS = [kind for kind in ImageFormat if kind is not ImageFormat.HEIF]  # no encoder at hand


def animation(image_format: str) -> bytes:
    frames = [flat(colour=colour) for colour in (RED, GREEN, BLUE)]
    return encoded(frames[0], image_format, save_all=True, append_images=frames[1:], duration=100)


@pytest.mark.parametrize("image_format", FORMATS)
def test_every_format_on_the_list_is_recognised_by_its_content(image_format: ImageFormat) -> None:
    photo = open_still(encoded(flat((64, 48)), image_format))
    assert (photo.size, photo.format, photo.has_alpha) == (Size(64, 48), image_format, False)


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("size", [(32, 32), (640, 32), (32, 640), (1280, 853)])
def test_every_format_is_prepared_at_its_own_size(image_format: ImageFormat, size: tuple[int, int]) -> None:
    jpeg = opened(prepared(encoded(flat(size), image_format)))
    assert (jpeg.format, jpeg.mode, jpeg.size) == ("JPEG", "RGB", size)
    assert is_near(pixel(jpeg, 0.5, 0.5), RED)


def test_a_phones_multi_picture_file_is_its_first_picture() -> None:
    mpo = encoded(four_corners(), "MPO", save_all=True, append_images=[flat((60, 40), BLUE)])
    assert (open_still(mpo).size, open_still(mpo).format) == (Size(120, 80), ImageFormat.JPEG)
    assert_four_corners(opened(prepared(mpo)))


def test_a_tiff_is_its_first_page() -> None:
    tiff = encoded(flat((64, 48)), "TIFF", save_all=True, append_images=[flat((90, 90), BLUE)])
    assert open_still(tiff).size == Size(64, 48)
    assert is_near(pixel(opened(prepared(tiff)), 0.5, 0.5), RED)


@pytest.mark.parametrize("tag", [(254, 1), (50706, b"\x01\x04\x00\x00")], ids=["thumbnail first", "DNG"])
def test_a_camera_raw_file_is_not_taken_for_its_thumbnail(tag: tuple[int, Any]) -> None:
    assert refusal(open_still, encoded(flat(), "TIFF", tiffinfo=dict([tag]))) is Reason.NOT_AN_IMAGE


@pytest.mark.parametrize(
    "content",
    [
        b"Dear bot, this is text in a file named photo.jpg",
        b"BMW drivers write text files, too: " + bytes(60),
        b"<svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'/>",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(200),
        b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
        encoded(flat(), "JPEG2000"),
        encoded(flat(), "ICO"),
        b"\0",
    ],
    ids=["text", "BM text", "SVG", "PDF", "MP4", "WAV", "JPEG 2000", "ICO", "one byte"],
)
def test_what_is_no_image_of_the_list_is_refused(content: bytes) -> None:
    assert refusal(open_still, content) is refusal(prepared, content) is Reason.NOT_AN_IMAGE


def test_an_empty_file_is_unreadable() -> None:
    assert refusal(open_still, b"") is refusal(prepared, b"") is Reason.UNREADABLE


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("kept", [0.4, 0.75, 0.95])
def test_a_photo_cut_off_on_the_way_is_unreadable(image_format: ImageFormat, kept: float) -> None:
    content = encoded(Image.effect_noise((300, 200), 60).convert("RGB"), image_format)
    assert refusal(prepared, content[: int(len(content) * kept)]) is Reason.UNREADABLE


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_photo_cut_off_in_its_header_is_unreadable(image_format: ImageFormat) -> None:
    assert refusal(open_still, encoded(flat(), image_format)[:22]) is Reason.UNREADABLE


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG", "AVIF"])
def test_moving_pictures_are_refused(image_format: str) -> None:
    assert refusal(open_still, animation(image_format)) is Reason.ANIMATED
    assert refusal(prepared, animation(image_format)) is Reason.ANIMATED


def test_too_small_and_too_elongated_are_told_apart() -> None:
    assert open_still(encoded(flat((32, 32)), "PNG")).size == Size(32, 32)
    assert refusal(open_still, encoded(flat((31, 400)), "PNG")) is Reason.TOO_SMALL
    assert open_still(encoded(flat((40, 19 * 40)), "PNG")).size == Size(40, 760)
    assert open_still(encoded(flat((20 * 40, 40)), "PNG")).size == Size(800, 40)
    assert refusal(open_still, encoded(flat((21 * 40, 40)), "PNG")) is Reason.TOO_ELONGATED


def test_fifty_megapixels_are_the_limit() -> None:
    assert open_still(png_header(10_000, 5_000)).size == Size(10_000, 5_000)
    assert refusal(open_still, png_header(10_000, 5_001)) is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "bomb",
    [
        png_header(12_000, 9_000),
        png_header(30_000, 30_000),
        png_header(2**31 - 1, 2**31 - 1),
        webp_header(12_000, 9_000),
        webp_header(16_000, 16_000),
        gif_header(12_000, 9_000),
        gif_header(65_535, 65_535),
    ],
    ids=[
        "PNG 108 MP",
        "PNG 900 MP",
        "PNG largest",
        "WebP 108 MP",
        "WebP 256 MP",
        "GIF 108 MP",
        "GIF 4295 MP",
    ],
)
def test_a_decompression_bomb_is_refused_without_its_memory(bomb: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(open_still, bomb) is refusal(prepared, bomb) is Reason.TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


@pytest.mark.parametrize("size", [(12_000, 9_000), (30_000, 30_000)])
def test_a_bomb_is_refused_whatever_the_warning_filter_says(size: tuple[int, int]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert refusal(open_still, png_header(*size)) is Reason.TOO_LARGE


@pytest.mark.parametrize("image_format", FORMATS)
def test_damage_anywhere_raises_nothing_but_a_refusal(image_format: ImageFormat) -> None:
    dice = random.Random(7)
    whole = encoded(four_corners((64, 48)), image_format)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        with suppress(PhotoRefused):
            prepared(bytes(damaged))


def test_a_cameras_large_jpeg_is_decoded_at_a_half_and_looks_the_same() -> None:
    large = four_corners((2000, 1500))
    large.paste(Image.effect_noise((1000, 750), 60).convert("RGB"), (500, 375))
    content = encoded(large, "JPEG", quality=92)
    size = Size(650, 487)
    half, whole = decode(open_still(content), size), opened(content)
    assert half.image.size == (1000, 750)
    assert decode(open_still(content), Size(700, 525)).image.size == (2000, 1500)
    seen, wanted = (
        image.resize((size.width, size.height), Image.Resampling.LANCZOS) for image in (half.image, whole)
    )
    assert max(ImageStat.Stat(ImageChops.difference(seen, wanted)).rms) < 4  # of 255; noise is the hardest
