"""The result as a file: its format, its colours, its transparency, and what is no use at all."""

from typing import Any

import pytest
from PIL import Image

from bot.core.errors import PhotoRefused, Reason, ResultUnusable
from bot.core.pictures import ImageFormat
from bot.images import fit, inspect
from tests.harness.pictures import BLUE, GREEN, RED, YELLOW, encoded, flat, four_corners, opened
from tests.images.image_files import (
    LIES,
    WHITE,
    exif,
    is_near,
    lying,
    photo_of,
    pixel,
    png_header,
    swapped_srgb,
)

JPEG, PNG, WEBP, BMP, TIFF, GIF = (
    ImageFormat.JPEG,
    ImageFormat.PNG,
    ImageFormat.WEBP,
    ImageFormat.BMP,
    ImageFormat.TIFF,
    ImageFormat.GIF,
)


@pytest.mark.parametrize("made_as", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("wanted", [JPEG, PNG, WEBP, BMP, TIFF])
def test_a_flat_colour_survives_in_every_format(made_as: str, wanted: ImageFormat) -> None:
    for colour in (RED, GREEN, BLUE, YELLOW, WHITE, (128, 128, 128)):
        result = encoded(flat((96, 64), colour), made_as, quality=95)
        fitted = fit(result, photo_of((128, 85)), as_format=wanted, keep_alpha=True)
        image = opened(fitted.content)
        assert (image.format, image.mode, image.size) == (wanted, "RGB", (128, 85))
        assert fitted.format is wanted
        assert is_near(pixel(image, 0.5, 0.5), colour)


def test_the_format_is_the_photos_own_where_none_is_asked_for() -> None:
    result = encoded(flat(), "PNG")
    formats = {kind: fit(result, photo_of((64, 48), kind)).format for kind in ImageFormat}
    assert formats == {JPEG: JPEG, PNG: PNG, WEBP: WEBP, BMP: BMP, TIFF: TIFF, GIF: PNG}


def test_a_result_too_long_for_webp_becomes_png() -> None:
    fitted = fit(
        encoded(flat((2000, 100)), "JPEG"), photo_of((16_400, 820)), as_format=WEBP, keep_alpha=False
    )
    assert fitted.format is PNG
    assert opened(fitted.content).size == (16_400, 820)


def test_a_result_too_big_to_be_sent_becomes_jpeg() -> None:
    fitted = fit(
        encoded(flat((500, 400)), "PNG"), photo_of((5000, 4000), "JPEG"), as_format=BMP, keep_alpha=False
    )
    assert fitted.format is JPEG
    assert opened(fitted.content).size == (5000, 4000)


def test_a_results_profile_is_obeyed_and_nothing_is_embedded() -> None:
    tagged: dict[str, Any] = {"icc_profile": swapped_srgb(), "exif": exif(1), "comment": b"made by"}
    result = encoded(flat((96, 64)), "JPEG", quality=95, **tagged)
    photo = encoded(flat((96, 64)), "JPEG", **tagged)
    for wanted in (JPEG, PNG, WEBP, BMP, TIFF):
        fitted = fit(result, photo, as_format=wanted, keep_alpha=False)
        assert is_near(pixel(opened(fitted.content), 0.5, 0.5), (30, 30, 220), 4)
        assert not [mark for mark in (b"ICC", b"iCCP", b"acsp", b"xif", b"made by") if mark in fitted.content]


def test_the_same_request_makes_the_same_bytes() -> None:
    tagged = encoded(four_corners(), "PNG", icc_profile=swapped_srgb())
    for wanted in (JPEG, PNG, WEBP, BMP, TIFF):
        first, second = (
            fit(tagged, photo_of((64, 48)), as_format=wanted, keep_alpha=False) for _ in range(2)
        )
        assert first == second


def cut_out(mode: str = "RGBA") -> Image.Image:
    """A photo whose right third is transparent and whose middle third is half transparent."""
    image = flat((120, 80)).convert("RGBA")
    image.paste((*GREEN, 128), (40, 0, 80, 80))
    image.paste((*GREEN, 0), (80, 0, 120, 80))
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("wanted", [PNG, WEBP, TIFF])
def test_the_photos_transparency_is_put_on_the_result(mode: str, wanted: ImageFormat) -> None:
    photo = encoded(cut_out(mode), "PNG")
    fitted = fit(
        encoded(flat((600, 400), BLUE), "JPEG", quality=95), photo, as_format=wanted, keep_alpha=True
    )
    image = opened(fitted.content)
    assert (image.mode, image.size) == ("RGBA", (120, 80))
    assert [pixel(image, x, 0.5)[3] for x in (0.1, 0.5, 0.9)] == [255, 128, 0]
    assert is_near(pixel(image, 0.1, 0.5)[:3], BLUE)


@pytest.mark.parametrize("orientation", LIES)
def test_the_photos_transparency_is_turned_upright_too(orientation: int) -> None:
    photo = encoded(lying(cut_out(), orientation), "PNG", exif=exif(orientation))
    image = opened(fit(encoded(flat((600, 400), BLUE), "PNG"), photo, keep_alpha=True).content)
    assert image.size == (120, 80)
    assert [pixel(image, x, 0.5)[3] for x in (0.1, 0.5, 0.9)] == [255, 128, 0]


def test_a_gifs_transparent_colour_is_kept_in_a_png() -> None:
    fitted = fit(encoded(flat((600, 400), BLUE), "PNG"), encoded(cut_out(), "GIF"), keep_alpha=True)
    image = opened(fitted.content)
    assert (fitted.format, image.mode) == (PNG, "RGBA")
    assert (pixel(image, 0.1, 0.5)[3], pixel(image, 0.9, 0.5)[3]) == (255, 0)


def test_transparency_is_left_out_when_it_is_not_wanted_or_cannot_be_held() -> None:
    result, photo = encoded(flat((600, 400), BLUE), "PNG"), encoded(cut_out(), "PNG")
    for wanted, keep_alpha in ((PNG, False), (WEBP, False), (JPEG, True), (BMP, True)):
        image = opened(fit(result, photo, as_format=wanted, keep_alpha=keep_alpha).content)
        assert image.mode == "RGB"
        assert is_near(pixel(image, 0.9, 0.5), BLUE)


def test_the_alpha_channel_of_an_opaque_photo_is_dropped() -> None:
    photo = encoded(flat().convert("RGBA"), "PNG")
    assert inspect(photo).has_alpha
    assert opened(fit(encoded(flat(), "PNG"), photo, keep_alpha=True).content).mode == "RGB"


def test_a_results_own_transparency_goes_onto_white() -> None:
    for size in ((120, 80), (2400, 1800)):  # one strip, and several
        fitted = fit(encoded(cut_out(), "PNG"), photo_of(size), as_format=PNG, keep_alpha=True)
        image = opened(fitted.content)
        assert image.mode == "RGB"
        for y in (0.0, 0.5, 1.0):
            assert is_near(pixel(image, 0.1, y), RED)
            assert is_near(pixel(image, 0.98, y), WHITE)


PIXELS = encoded(Image.effect_noise((300, 200), 60).convert("RGB"), "PNG")


@pytest.mark.parametrize(
    "result",
    [
        b"",
        b"<html>404</html>",
        PIXELS[: len(PIXELS) // 2],
        encoded(flat(), "GIF"),
        encoded(flat(), "BMP"),
        encoded(flat(), "TIFF"),
        encoded(flat((8, 8)), "PNG"),
        encoded(flat(), "PNG", save_all=True, append_images=[flat(colour=BLUE)]),
        png_header(9_000, 9_000),
        png_header(30_000, 30_000),
    ],
    ids=["empty", "HTML", "cut off", "GIF", "BMP", "TIFF", "tiny", "moving", "81 MP", "900 MP"],
)
def test_a_result_that_is_no_usable_image_is_the_providers_fault(result: bytes) -> None:
    with pytest.raises(ResultUnusable):
        fit(result, photo_of((64, 48)), as_format=JPEG, keep_alpha=False)


def test_a_photo_that_cannot_be_read_is_not_the_providers_fault() -> None:
    with pytest.raises(PhotoRefused) as caught:
        fit(encoded(flat(), "PNG"), b"text", as_format=JPEG, keep_alpha=False)
    assert caught.value.reason is Reason.NOT_AN_IMAGE
