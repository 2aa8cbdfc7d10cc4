"""HEIF and AVIF, which phones and browsers save: read, and answered in what everybody can see."""

from pathlib import Path

import pytest

from bot.core.errors import Reason
from bot.core.pictures import ImageFormat, Size
from bot.images import fitting
from bot.images.reading import open_still, sniff
from tests.images.image_files import (
    BLUE,
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
    pixel,
    prepared,
    refusal,
)

FILES = Path(__file__).parent / "files"


def heic(name: str) -> bytes:
    return (FILES / f"{name}.heic").read_bytes()


@pytest.mark.parametrize("name", ["four_corners", "turned", "two_pictures"])
def test_a_heic_is_its_main_picture_upright(name: str) -> None:
    still = open_still(heic(name))
    assert (still.format, still.size, still.has_alpha) == (ImageFormat.HEIF, Size(120, 80), False)
    assert_four_corners(opened(prepared(heic(name))))


def test_a_heic_is_answered_as_jpeg_and_with_an_outline_as_png() -> None:
    result = encoded(flat((600, 400), BLUE), "PNG")
    assert fitted(result, heic("four_corners"), keep_alpha=True).format is ImageFormat.JPEG
    assert fitted(result, heic("cut_out")).format is ImageFormat.JPEG
    reply = fitted(result, heic("cut_out"), keep_alpha=True)
    image = opened(reply.content)
    assert (reply.format, image.mode) == (ImageFormat.PNG, "RGBA")
    assert [pixel(image, x, 0.5)[3] // 10 for x in (0.1, 0.5, 0.9)] == [25, 12, 0]


@pytest.mark.parametrize("orientation", LIES)
def test_an_avif_is_measured_and_prepared_upright(orientation: int) -> None:
    photo = encoded(lying(four_corners(), orientation), "AVIF", quality=95, exif=exif(orientation))
    assert open_still(photo).size == Size(120, 80)
    assert_four_corners(opened(prepared(photo)))


def test_an_avif_is_answered_as_avif() -> None:
    reply = fitted(encoded(flat((96, 64), BLUE), "PNG"), photo_of((128, 85), "AVIF"))
    image = opened(reply.content)
    assert (reply.format, image.format, image.mode, image.size) == (
        ImageFormat.AVIF,
        "AVIF",
        "RGB",
        (128, 85),
    )
    assert is_near(pixel(image, 0.5, 0.5), BLUE, 5)


def test_an_avif_keeps_its_outline() -> None:
    photo = flat((120, 80)).convert("RGBA")
    photo.paste((0, 0, 0, 0), (60, 0, 120, 80))
    reply = fitted(encoded(flat((600, 400), BLUE), "PNG"), encoded(photo, "AVIF"), keep_alpha=True)
    image = opened(reply.content)
    assert (reply.format, image.mode) == (ImageFormat.AVIF, "RGBA")
    assert [pixel(image, x, 0.5)[3] for x in (0.2, 0.8)] == [255, 0]


def test_a_large_avif_is_answered_as_jpeg_because_writing_it_takes_gigabytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fitting, "MAX_COSTLY_PIXELS", 9_000)
    reply = fitted(encoded(flat((96, 64)), "PNG"), photo_of((120, 80), "AVIF"))
    assert reply.format is ImageFormat.JPEG


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_a_heic_cut_off_on_the_way_is_unreadable(kept: float) -> None:
    content = heic("four_corners")
    assert refusal(prepared, content[: int(len(content) * kept)]) is Reason.UNREADABLE


@pytest.mark.parametrize(
    ("start", "seen"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", ImageFormat.HEIF),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf", ImageFormat.HEIF),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", ImageFormat.AVIF),
        (b"\0\0\0\x1cftypavif\0\0\0\0mif1avifheic", ImageFormat.AVIF),
        (b"\0\0\0\x18ftypqt  \0\0\0\0qt  qt  ", None),
        (b"\0\0\0\x08ftyp", None),
    ],
)
def test_the_kind_is_told_by_the_brands(start: bytes, seen: ImageFormat | None) -> None:
    assert sniff(start + bytes(100)) is seen
