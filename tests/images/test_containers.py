"""The walk through a file before a parser sees it: not one pixel becomes another."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.images.containers import gif, jpeg, png, tiff, webp
from bot.images.reading import open_still
from tests.images.image_files import encoded, exif, plain_srgb

GREY = Image.effect_noise((203, 151), 80)
COLOURS = Image.merge("RGB", (GREY, GREY.rotate(180), GREY.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
OUTLINED = COLOURS.copy()
OUTLINED.putalpha(GREY)
DEEP = GREY.convert("I").convert("I;16")
WALKS = {"JPEG": jpeg.walk, "PNG": png.walk, "TIFF": tiff.walk, "GIF": gif.walk, "WEBP": webp.walk}

FILES: list[tuple[Image.Image, str, dict[str, Any]]] = [
    (COLOURS, "JPEG", {}),
    (COLOURS, "JPEG", {"progressive": True, "subsampling": 0}),
    (COLOURS, "JPEG", {"restart_marker_rows": 1, "optimize": True}),
    (COLOURS, "JPEG", {"keep_rgb": True, "subsampling": 0}),
    (GREY, "JPEG", {"progressive": True, "restart_marker_blocks": 3}),
    (COLOURS.convert("CMYK"), "JPEG", {}),
    *(
        (OUTLINED.convert(mode), "PNG", {"icc_profile": plain_srgb()})
        for mode in ("1", "L", "LA", "P", "RGBA")
    ),
    (DEEP, "PNG", {}),
    *((OUTLINED, "TIFF", {"compression": kind}) for kind in ("raw", "tiff_lzw", "tiff_deflate", "packbits")),
    *((image, "TIFF", {"big_tiff": True}) for image in (GREY, DEEP, COLOURS.convert("P"))),
    (COLOURS, "TIFF", {"compression": "jpeg"}),
    (GREY.convert("1"), "TIFF", {"compression": "group4"}),
    (COLOURS.convert("CMYK"), "TIFF", {"icc_profile": plain_srgb()}),
    (COLOURS.convert("P"), "GIF", {}),
    (OUTLINED, "GIF", {"interlace": 1}),
    (COLOURS, "WEBP", {"exif": exif(1)}),
    (OUTLINED, "WEBP", {"lossless": True, "icc_profile": plain_srgb(), "exif": exif(1)}),
    (OUTLINED, "WEBP", {}),
]


@pytest.mark.parametrize(("image", "kind", "options"), FILES)
def test_a_file_that_was_walked_through_shows_the_same(
    image: Image.Image, kind: str, options: dict[str, Any]
) -> None:
    content = encoded(image, kind, **options)
    container = WALKS[kind](content)
    before, after = (Image.open(BytesIO(each)) for each in (content, container.content))
    assert (after.mode, after.size) == (before.mode, before.size)
    assert container.size == before.size
    assert after.tobytes() == before.tobytes()
    still = open_still(content).image
    still.load()
    assert (still.mode, still.tobytes()) == (before.mode, before.tobytes())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_walk_takes_the_profile_and_the_orientation_out(kind: str) -> None:
    profile = plain_srgb()  # it holds the second in which it was made
    container = WALKS[kind](encoded(COLOURS, kind, icc_profile=profile, exif=exif(6)))
    assert container.icc_profile == profile
    assert exif(6).removeprefix(b"Exif\0\0") in container.exif
    assert b"acsp" not in container.content


def test_a_profile_in_several_segments_is_put_together_again() -> None:
    profile = bytes(range(256)) * 600
    assert jpeg.walk(encoded(COLOURS, "JPEG", icc_profile=profile)).icc_profile == profile
