import io

import pytest
from PIL import Image

from bot.sandbox.telegram.photos import Rendition, sent_by_bot, sent_by_person, thumbnail
from bot.sandbox.telegram.values import Refused
from tests.harness.pictures import opened
from tests.sandbox.telegram.harness import picture


def sizes(renditions: tuple[Rendition, ...]) -> list[tuple[int, int]]:
    return [(each.width, each.height) for each in renditions]


def test_a_client_fits_a_picture_into_its_box_and_keeps_the_aspect() -> None:
    assert sizes(sent_by_person(picture(4000, 3000))) == [(90, 68), (320, 240), (800, 600), (1280, 960)]


def test_hd_keeps_up_to_2560() -> None:
    assert sizes(sent_by_person(picture(2000, 4000), hd=True))[-1] == (1280, 2560)


@pytest.mark.parametrize("size", [(60, 40), (90, 90), (1, 1), (500, 400), (1280, 720)])
def test_a_smaller_picture_is_never_enlarged(size: tuple[int, int]) -> None:
    renditions = sizes(sent_by_person(picture(*size)))
    assert renditions[-1] == size
    assert len(set(renditions)) == len(renditions)


def test_what_is_kept_is_a_jpeg_of_the_stated_size() -> None:
    for rendition in sent_by_person(picture(1000, 500)):
        kept = opened(rendition.content)
        assert (kept.format, kept.size) == ("JPEG", (rendition.width, rendition.height))


def test_orientation_is_applied_and_metadata_is_gone() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to see it upright
    exif[0x010F] = "A camera maker"
    largest = sent_by_person(picture(400, 200, "JPEG", exif=exif.tobytes(), quality=95))[-1]
    kept = opened(largest.content)
    assert kept.size == (200, 400)
    assert not kept.getexif()
    red, _, blue = kept.convert("RGB").getpixel((190, 10))  # type: ignore[misc]
    assert red > 200
    assert blue < 60


def test_transparency_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(sent_by_person(out.getvalue())[-1].content).getpixel((25, 25)) == (255, 255, 255)


def test_a_bots_photo_keeps_up_to_2560() -> None:
    assert sizes(sent_by_bot(picture(2000, 1500)))[-1] == (2000, 1500)
    assert sizes(sent_by_bot(picture(5000, 4000)))[-1] == (2560, 2048)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (picture(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (picture(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (b"not a picture at all", "IMAGE_PROCESS_FAILED"),
        (picture(400, 400, "JPEG")[:700], "IMAGE_PROCESS_FAILED"),
        (b"\0" * ((10 << 20) + 1), "file of size 10485761 bytes is too big for a photo"),
    ],
)
def test_a_bots_photo_out_of_bounds_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(Refused, match=problem):
        sent_by_bot(content)


def test_the_limits_themselves_are_allowed() -> None:
    assert sizes(sent_by_bot(picture(2000, 100)))[-1] == (2000, 100)


def test_only_pictures_have_thumbnails() -> None:
    small = thumbnail(picture(1000, 500))
    assert small is not None
    assert (small.width, small.height) == (320, 160)
    assert thumbnail(b"%PDF-1.7") is None
