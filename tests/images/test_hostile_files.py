"""What was made to hurt a parser never reaches one. Each file is made when its turn comes."""

import time
from collections.abc import Callable

import pytest

from bot.core.errors import Reason
from bot.core.pictures import ImageFormat
from tests.images.hostile_files import (
    EMPTY_COMMENT,
    chunk,
    empty_scans,
    exif_segment,
    gif_with_comments,
    jpeg,
    jpeg_with,
    png_with,
    profile_bomb,
    text_bombs,
    tiff_with_tags,
    webp_with_canvas,
)
from tests.images.image_files import (
    RED,
    encoded,
    exif,
    fitted,
    flat,
    is_near,
    opened,
    pixel,
    prepared,
    refusal,
)


def assert_is_red_and_quick(photo: bytes) -> None:
    began = time.process_time()
    assert is_near(pixel(opened(prepared(photo)), 0.5, 0.5), RED, 6)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: jpeg_with(exif_segment(), 9_000),
        lambda: jpeg_with(EMPTY_COMMENT, 9_000),
        lambda: jpeg_with(b"\xff", 10_000_000),
        lambda: png_with(chunk(b"prVt", b"") * 90_000),
        lambda: png_with(text_bombs(60)),
        lambda: png_with(profile_bomb()),
        lambda: gif_with_comments(90_000),
    ],
    ids=["EXIF", "comments", "padding", "private chunks", "compressed texts", "profile", "GIF comments"],
)
def test_what_no_picture_needs_is_left_out_before_it_is_parsed(make: Callable[[], bytes]) -> None:
    assert_is_red_and_quick(make())


@pytest.mark.parametrize(
    "make",
    [
        lambda: jpeg_with(exif_segment(), 500_000),
        lambda: jpeg_with(EMPTY_COMMENT, 4_000_000),
        lambda: empty_scans(64, 1_000),
        lambda: png_with(chunk(b"prVt", b"") * 1_000_000),
        lambda: gif_with_comments(2_000_000),
        lambda: webp_with_canvas(64)[:12] + b"junk\0\0\0\0" * 1_000_000,
        lambda: tiff_with_tags(5_000),
    ],
    ids=["EXIF", "comments", "scans", "PNG chunks", "GIF comments", "WebP chunks", "TIFF tags"],
)
def test_more_parts_than_any_honest_file_has_are_refused_at_once(make: Callable[[], bytes]) -> None:
    photo = make()
    began = time.process_time()
    assert refusal(prepared, photo) is Reason.UNREADABLE
    assert time.process_time() - began < 1


def test_tags_that_a_picture_does_not_need_are_not_read() -> None:
    began = time.process_time()
    assert opened(prepared(tiff_with_tags(1_500))).size == (64, 64)
    assert time.process_time() - began < 1


def test_a_canvas_that_is_larger_than_allowed_is_refused_by_its_header() -> None:
    assert refusal(prepared, webp_with_canvas(16_383)) in {Reason.TOO_LARGE, Reason.ANIMATED}


@pytest.mark.parametrize(
    "make",
    [lambda: text_bombs(3), profile_bomb, lambda: chunk(b"iCCP", b"x\0\0no zlib")],
    ids=["texts", "profile", "no profile"],
)
def test_a_paid_result_with_large_texts_or_a_large_profile_is_used(make: Callable[[], bytes]) -> None:
    reply = fitted(png_with(make()), encoded(flat((128, 96)), "PNG"))
    assert reply.format is ImageFormat.PNG
    assert is_near(pixel(opened(reply.content), 0.5, 0.5), RED)


def test_the_orientation_is_found_among_many_segments() -> None:
    tags = exif(6)
    turned = b"\xff\xe1" + (len(tags) + 2).to_bytes(2) + tags
    content = jpeg()
    photo = content[:2] + EMPTY_COMMENT * 100 + turned + EMPTY_COMMENT * 100 + content[2:]
    assert opened(prepared(photo)).size == (48, 64)


def test_what_follows_the_first_picture_is_left_out() -> None:
    assert_is_red_and_quick(jpeg() + b"\xff\xd8" + bytes(5_000_000))
