"""The photo's outline: white is put under it for the provider, and taken out again for the reply."""

import math
import struct
import zlib

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.core.errors import Reason
from bot.images import fitting
from bot.images.transparency import lift_off_white
from tests.images.hostile_files import chunk
from tests.images.image_files import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    encoded,
    fitted,
    flat,
    is_near,
    opened,
    pixel,
    prepared,
    refusal,
)


def soft_photo(opacity: Image.Image) -> Image.Image:
    """Soft colours under this alpha channel."""
    size = opacity.size
    clouds = Image.effect_noise((size[0] // 8, size[1] // 8), 70).resize(size, Image.Resampling.BICUBIC)
    photo = Image.merge(
        "RGB", (clouds, clouds.transpose(Image.Transpose.ROTATE_180), ImageChops.invert(clouds))
    )
    photo.putalpha(opacity)
    return photo


def on(ground: str, picture: Image.Image) -> Image.Image:
    whole = Image.new("RGBA", picture.size, ground)
    whole.alpha_composite(picture)
    return whole.convert("RGB")


def decibels(first: Image.Image, second: Image.Image) -> float:
    """How alike they are: 28 is visibly another, 40 is not."""
    difference = ImageStat.Stat(ImageChops.difference(first, second))
    return 10 * math.log10(255**2 * sum(difference.count) / max(1, sum(difference.sum2)))


@pytest.mark.parametrize("ground", ["black", "grey", "white"])
@pytest.mark.parametrize("opacity", ["from edge to edge", "round", "half"])
def test_a_model_that_changes_nothing_gives_half_transparent_parts_back_as_they_were(
    opacity: str, ground: str
) -> None:
    channel = {
        "from edge to edge": Image.linear_gradient("L").resize((400, 300)),
        "round": ImageChops.invert(Image.radial_gradient("L").resize((400, 300))),
        "half": Image.new("L", (400, 300), 128),
    }[opacity]
    photo = soft_photo(channel)
    reply = fitted(prepared(encoded(photo, "PNG")), encoded(photo, "PNG"), keep_alpha=True)
    assert decibels(on(ground, opened(reply.content)), on(ground, photo)) > 40


def test_what_the_model_darkened_stays_dark_and_no_colour_runs_over() -> None:
    lifted = lift_off_white(flat((64, 48), (0, 255, 100)), Image.new("L", (64, 48), 100))
    assert pixel(lifted, 0.5, 0.5) == (0, 255, 0, 100)
    assert pixel(lift_off_white(flat(), Image.new("L", (64, 48), 255)), 0.5, 0.5) == (*RED, 255)


def cut_out() -> Image.Image:
    photo = flat((120, 80)).convert("RGBA")
    photo.paste((*GREEN, 0), (60, 0, 120, 80))
    return photo


@pytest.mark.parametrize(
    ("result", "mode"), [((600, 400), "RGBA"), ((603, 400), "RGBA"), ((600, 600), "RGB")]
)
def test_a_result_that_was_noticeably_cropped_does_not_get_the_old_outline(
    result: tuple[int, int], mode: str
) -> None:
    reply = fitted(encoded(flat(result, BLUE), "PNG"), encoded(cut_out(), "PNG"), keep_alpha=True)
    assert opened(reply.content).mode == mode
    assert (reply.cropped > 0.02) == (mode == "RGB")


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_photo_that_shows_nothing_is_refused_before_it_is_paid(mode: str) -> None:
    nothing = flat().convert("RGBA")
    nothing.putalpha(3)
    assert refusal(prepared, encoded(nothing.convert(mode), "PNG")) is Reason.TRANSPARENT
    nothing.putpixel((10, 10), (*RED, 255))
    assert opened(prepared(encoded(nothing.convert(mode), "PNG"))).mode == "RGB"


def png_with_transparent_colour(picture: Image.Image, colour: bytes) -> bytes:
    content = encoded(picture, "PNG")
    return content[:33] + chunk(b"tRNS", colour) + content[33:]


@pytest.mark.parametrize("transparent", [513, 40_000])
def test_the_transparent_colour_of_16_bit_grey_is_transparent(transparent: int) -> None:
    grey = Image.new("I;16", (64, 48), transparent)
    grey.paste(Image.new("I;16", (32, 48), transparent + 1), (32, 0))
    photo = png_with_transparent_colour(grey, struct.pack(">H", transparent))
    jpeg = opened(prepared(photo))
    assert is_near(pixel(jpeg, 0.2, 0.5), WHITE)
    assert is_near(pixel(jpeg, 0.8, 0.5), (transparent >> 8,) * 3)
    reply = opened(fitted(encoded(flat((64, 48), BLUE), "PNG"), photo, keep_alpha=True).content)
    assert [pixel(reply, x, 0.5)[3] for x in (0.2, 0.8)] == [0, 255]


def test_the_transparent_colour_of_16_bits_a_channel_is_transparent() -> None:
    row = b"\0" + struct.pack(">3H", 60_000, 30_000, 200) * 64 + struct.pack(">3H", 0, 0, 60_000) * 64
    header = struct.pack(">IIBBBBB", 128, 48, 16, 2, 0, 0, 0)
    photo = png_of(header, row * 48, struct.pack(">3H", 60_000, 30_000, 200))
    jpeg = opened(prepared(photo))
    assert is_near(pixel(jpeg, 0.2, 0.5), WHITE)
    assert is_near(pixel(jpeg, 0.9, 0.5), (0, 0, 234), 6)


def test_the_transparent_colour_of_two_bit_grey_is_transparent() -> None:
    header = struct.pack(">IIBBBBB", 64, 48, 2, 0, 0, 0, 0)
    photo = png_of(header, (b"\0" + b"\x55" * 8 + b"\x00" * 8) * 48, struct.pack(">H", 1))
    jpeg = opened(prepared(photo))
    assert is_near(pixel(jpeg, 0.2, 0.5), WHITE)
    assert is_near(pixel(jpeg, 0.9, 0.5), (0, 0, 0))


def png_of(header: bytes, rows: bytes, transparent: bytes) -> bytes:
    chunks = (b"IHDR", header), (b"tRNS", transparent), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


@pytest.mark.parametrize(
    ("limit", "keep_alpha", "sent_as"), [(9_000, True, "PNG"), (9_600, True, "WEBP"), (9, False, "WEBP")]
)
def test_a_large_webp_with_an_outline_becomes_png_which_takes_less_memory(
    monkeypatch: pytest.MonkeyPatch, limit: int, keep_alpha: bool, sent_as: str
) -> None:
    monkeypatch.setattr(fitting, "MAX_COSTLY_PIXELS", limit)
    result, photo = encoded(flat((600, 400), BLUE), "PNG"), encoded(cut_out(), "WEBP", lossless=True)
    assert fitted(result, photo, keep_alpha=keep_alpha).format == sent_as
