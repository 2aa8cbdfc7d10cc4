"""The person's photo: what is taken, what is refused, and why."""

import random
import resource
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from PIL import Image

from bot.core.errors import PhotoRefused, Reason
from bot.core.pictures import ImageFormat, Photo, Size
from bot.images import inspect, prepare
from tests.harness.pictures import BLUE, GREEN, RED, encoded, flat, four_corners, opened
from tests.images.image_files import assert_four_corners, gif_header, is_near, pixel, png_header, webp_header

FORMATS = list(ImageFormat)


def animation(image_format: str) -> bytes:
    frames = [flat(colour=colour) for colour in (RED, GREEN, BLUE)]
    return encoded(frames[0], image_format, save_all=True, append_images=frames[1:], duration=100)


def refusal(call: Callable[[bytes], object], content: bytes) -> Reason:
    with pytest.raises(PhotoRefused) as caught:
        call(content)
    return caught.value.reason


@pytest.mark.parametrize("image_format", FORMATS)
def test_every_format_on_the_list_is_recognised_by_its_content(image_format: ImageFormat) -> None:
    photo = inspect(encoded(flat((64, 48)), image_format))
    assert photo == Photo(size=Size(64, 48), format=image_format, has_alpha=False)


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("size", [(32, 32), (640, 32), (32, 640), (1280, 853)])
def test_every_format_is_prepared_at_its_own_size(image_format: ImageFormat, size: tuple[int, int]) -> None:
    prepared = opened(prepare(encoded(flat(size), image_format)))
    assert (prepared.format, prepared.mode, prepared.size) == ("JPEG", "RGB", size)
    assert is_near(pixel(prepared, 0.5, 0.5), RED)


def test_a_phones_multi_picture_file_is_its_first_picture() -> None:
    mpo = encoded(four_corners(), "MPO", save_all=True, append_images=[flat((60, 40), BLUE)])
    assert inspect(mpo) == Photo(size=Size(120, 80), format=ImageFormat.JPEG, has_alpha=False)
    assert_four_corners(opened(prepare(mpo)))


def test_a_tiff_is_its_first_page() -> None:
    tiff = encoded(flat((64, 48)), "TIFF", save_all=True, append_images=[flat((90, 90), BLUE)])
    assert inspect(tiff).size == Size(64, 48)
    assert is_near(pixel(opened(prepare(tiff)), 0.5, 0.5), RED)


@pytest.mark.parametrize("tag", [(254, 1), (50706, b"\x01\x04\x00\x00")], ids=["thumbnail first", "DNG"])
def test_a_camera_raw_file_is_not_taken_for_its_thumbnail(tag: tuple[int, Any]) -> None:
    assert refusal(inspect, encoded(flat(), "TIFF", tiffinfo=dict([tag]))) is Reason.NOT_AN_IMAGE


@pytest.mark.parametrize(
    "content",
    [
        b"Dear bot, this is text in a file named photo.jpg",
        b"BMW drivers write text files, too: " + bytes(60),
        b"<svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'/>",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
        b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
        encoded(flat(), "AVIF"),
        encoded(flat(), "JPEG2000"),
        encoded(flat(), "ICO"),
        b"\0",
    ],
    ids=["text", "BM text", "SVG", "PDF", "HEIC", "WAV", "AVIF", "JPEG 2000", "ICO", "one byte"],
)
def test_what_is_no_image_of_the_list_is_refused(content: bytes) -> None:
    assert refusal(inspect, content) is refusal(prepare, content) is Reason.NOT_AN_IMAGE


def test_an_empty_file_is_unreadable() -> None:
    assert refusal(inspect, b"") is refusal(prepare, b"") is Reason.UNREADABLE


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("kept", [0.4, 0.75, 0.95])
def test_a_photo_cut_off_on_the_way_is_unreadable(image_format: ImageFormat, kept: float) -> None:
    content = encoded(Image.effect_noise((300, 200), 60).convert("RGB"), image_format)
    assert refusal(prepare, content[: int(len(content) * kept)]) is Reason.UNREADABLE


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_photo_cut_off_in_its_header_is_unreadable(image_format: ImageFormat) -> None:
    assert refusal(inspect, encoded(flat(), image_format)[:22]) is Reason.UNREADABLE


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG"])
def test_moving_pictures_are_refused(image_format: str) -> None:
    assert refusal(inspect, animation(image_format)) is Reason.ANIMATED
    assert refusal(prepare, animation(image_format)) is Reason.ANIMATED


def test_too_small_and_too_elongated_are_told_apart() -> None:
    assert inspect(encoded(flat((32, 32)), "PNG")).size == Size(32, 32)
    assert refusal(inspect, encoded(flat((31, 400)), "PNG")) is Reason.TOO_SMALL
    assert inspect(encoded(flat((40, 19 * 40)), "PNG")).size == Size(40, 760)
    assert inspect(encoded(flat((20 * 40, 40)), "PNG")).size == Size(800, 40)
    assert refusal(inspect, encoded(flat((21 * 40, 40)), "PNG")) is Reason.TOO_ELONGATED


def test_fifty_megapixels_are_the_limit() -> None:
    assert inspect(png_header(10_000, 5_000)).size == Size(10_000, 5_000)
    assert refusal(inspect, png_header(10_000, 5_001)) is Reason.TOO_LARGE


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
    assert refusal(inspect, bomb) is refusal(prepare, bomb) is Reason.TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


@pytest.mark.parametrize("size", [(12_000, 9_000), (30_000, 30_000)])
def test_a_bomb_is_refused_whatever_the_warning_filter_says(size: tuple[int, int]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert refusal(inspect, png_header(*size)) is Reason.TOO_LARGE


@pytest.mark.parametrize("image_format", FORMATS)
def test_damage_anywhere_raises_nothing_but_a_refusal(image_format: ImageFormat) -> None:
    dice = random.Random(7)
    whole = encoded(four_corners((64, 48)), image_format)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        with suppress(PhotoRefused):
            prepare(bytes(damaged))
