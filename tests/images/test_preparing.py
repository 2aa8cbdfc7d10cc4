"""What the provider gets to see of the person's photo: upright, in its colours, and nothing else."""

import random
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from bot.core.errors import Reason
from bot.core.pictures import Size
from bot.images.colour import to_srgb
from bot.images.preparing import MAX_PREPARED_BYTES, prepare
from bot.images.reading import open_still
from tests.images.image_files import (
    BLACK,
    BLUE,
    GREEN,
    LIES,
    RED,
    WHITE,
    YELLOW,
    assert_four_corners,
    camera_srgb,
    encoded,
    exif,
    flat,
    four_corners,
    green_ink,
    is_near,
    linear_grey,
    linear_srgb,
    lying,
    opened,
    pixel,
    plain_srgb,
    prepared,
    refusal,
    swapped_srgb,
)


@pytest.mark.parametrize("orientation", LIES)
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_photo_is_measured_and_prepared_upright(orientation: int, image_format: str) -> None:
    photo = encoded(lying(four_corners(), orientation), image_format, exif=exif(orientation))
    assert open_still(photo).size == Size(120, 80)
    jpeg = opened(prepared(photo))
    assert jpeg.size == (120, 80)
    assert_four_corners(jpeg)


def test_an_orientation_behind_a_pngs_pixels_counts_too() -> None:
    content = encoded(lying(four_corners(), 6), "PNG")
    tags = exif(6).removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(tags)) + b"eXIf" + tags + struct.pack(">I", zlib.crc32(b"eXIf" + tags))
    photo = content[:-12] + chunk + content[-12:]
    assert open_still(photo).size == Size(120, 80)
    assert_four_corners(opened(prepared(photo)))


@pytest.mark.parametrize("tags", [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", exif(6)[:20], exif(9)])
def test_damaged_exif_leaves_the_photo_as_it_lies(tags: bytes) -> None:
    photo = encoded(four_corners(), "JPEG", exif=tags)
    assert open_still(photo).size == Size(120, 80)
    assert_four_corners(opened(prepared(photo)))


@pytest.mark.parametrize("image_format", ["JPEG", "TIFF"])
def test_an_orientation_in_xmp_alone_does_not_count(image_format: str) -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    where: dict[str, Any] = {"xmp": packet} if image_format == "JPEG" else {"tiffinfo": {700: packet}}
    photo = encoded(four_corners(), image_format, **where)
    assert open_still(photo).size == Size(120, 80)
    assert_four_corners(opened(prepared(photo)))


def test_nothing_but_pixels_reaches_the_provider() -> None:
    tags = Image.Exif()
    tags[0x0112], tags[0x010F] = 6, "Cam & Co"
    tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    secret = {"exif": tags.tobytes(), "icc_profile": swapped_srgb()}
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "Cam & Co")
    for photo in (
        encoded(
            four_corners(), "JPEG", xmp=b"<x:xmpmeta>Cam & Co</x:xmpmeta>", comment=b"Cam & Co", **secret
        ),
        encoded(four_corners(), "PNG", pnginfo=text, **secret),
        encoded(four_corners(), "WEBP", xmp=b"<x:xmpmeta>Cam & Co</x:xmpmeta>", **secret),
    ):
        jpeg = prepared(photo)
        assert not [mark for mark in (b"Cam", b"Exif", b"xmp", b"ICC_PROFILE", b"acsp") if mark in jpeg]
        assert set(opened(jpeg).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def half_clear(mode: str) -> Image.Image:
    """Left half opaque, right half transparent (where the hidden colour is black)."""
    image = flat((64, 48), RED).convert("RGBA")
    image.paste((0, 0, 0, 0), (32, 0, 64, 48))
    return image.convert(mode)


def palette_with_transparency() -> bytes:
    image = half_clear("RGBA").quantize(4, method=Image.Quantize.FASTOCTREE)
    return encoded(image, "PNG")


@pytest.mark.parametrize(
    ("photo", "left"),
    [
        (encoded(half_clear("RGBA"), "PNG"), RED),
        (encoded(half_clear("LA"), "PNG"), (87, 87, 87)),
        (palette_with_transparency(), RED),
        (encoded(half_clear("RGBA"), "WEBP", lossless=True), RED),
        (encoded(half_clear("RGBA"), "TIFF"), RED),
        (encoded(half_clear("RGBA"), "GIF"), RED),
        (encoded(half_clear("RGB"), "PNG", transparency=BLACK), RED),
        (encoded(half_clear("L"), "PNG", transparency=0), (87, 87, 87)),
    ],
    ids=["RGBA", "LA", "palette", "WebP", "TIFF", "GIF", "transparent colour", "transparent grey"],
)
def test_transparency_is_noticed_and_prepared_on_white(photo: bytes, left: tuple[int, ...]) -> None:
    assert open_still(photo).has_alpha
    jpeg = opened(prepared(photo))
    assert is_near(pixel(jpeg, 0.2, 0.5), left)
    assert is_near(pixel(jpeg, 0.9, 0.5), WHITE)


@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
@pytest.mark.parametrize(("value", "seen"), [(0, 0), (300, 1), (32768, 128), (49152, 192), (65535, 255)])
def test_sixteen_bit_grey_is_scaled_and_not_clipped(mode: str, value: int, seen: int) -> None:
    order: Any = "little" if mode == "I;16" else "big"
    image = Image.frombytes(mode, (64, 48), value.to_bytes(2, order) * 64 * 48)
    for image_format in ("PNG", "TIFF"):
        assert is_near(pixel(opened(prepared(encoded(image, image_format))), 0.5, 0.5), (seen,) * 3)


def test_black_and_white_stays_black_and_white() -> None:
    image = Image.new("1", (64, 48))
    image.paste(1, (32, 0, 64, 48))
    for image_format in ("PNG", "TIFF", "BMP"):
        jpeg = opened(prepared(encoded(image, image_format)))
        assert is_near(pixel(jpeg, 0.2, 0.5), BLACK)
        assert is_near(pixel(jpeg, 0.8, 0.5), WHITE)


@pytest.mark.parametrize("mode", ["F", "I", "LAB"])
def test_pixels_that_have_no_one_look_are_refused_as_a_kind_and_not_as_damage(mode: str) -> None:
    assert refusal(prepared, encoded(Image.new(mode, (64, 48)), "TIFF")) is Reason.UNSUPPORTED


@pytest.mark.parametrize(("value", "seen"), [(0, 0), (0x800, 128), (0xFFF, 255)])
def test_twelve_bit_grey_is_scaled_and_not_black(value: int, seen: int) -> None:
    pair = bytes((value >> 4, (value & 15) << 4 | value >> 8, value & 255))
    tags = [(256, 3, 1, 64), (257, 3, 1, 48), (258, 3, 1, 12), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [(273, 4, 1, 122), (277, 3, 1, 1), (278, 3, 1, 48), (279, 4, 1, 64 * 48 * 3 // 2)]
    table = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    photo = b"II*\0" + struct.pack("<IH", 8, len(tags)) + table + bytes(4) + pair * (32 * 48)
    assert is_near(pixel(opened(prepared(photo)), 0.5, 0.5), (seen,) * 3)


@pytest.mark.parametrize("profile", [plain_srgb(), camera_srgb()])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_srgb_is_not_converted_to_srgb(profile: bytes, mode: str) -> None:
    colours = Image.frombytes("RGB", (300, 200), random.Random(1).randbytes(180_000)).convert(mode)
    assert to_srgb(colours.copy(), profile).tobytes() == to_srgb(colours, None).tobytes()


INKS: dict[tuple[int, ...], tuple[int, ...]] = {
    (255, 0, 0, 0): (0, 174, 239),
    (0, 255, 0, 0): (236, 0, 140),
    (0, 0, 255, 0): (255, 242, 0),
    (0, 0, 0, 255): (35, 31, 32),
    (0, 255, 255, 0): (237, 28, 36),
    (0, 0, 0, 0): WHITE,
    (0, 0, 0, 128): (147, 149, 152),
    (0, 128, 0, 0): (244, 154, 193),
    (0, 0, 128, 0): (255, 247, 153),
}
"""As Photoshop shows them, with the profile that it takes for ink without one."""


@pytest.mark.parametrize("image_format", ["JPEG", "TIFF"])
@pytest.mark.parametrize("ink", INKS)
def test_ink_without_a_profile_looks_like_print(ink: tuple[int, ...], image_format: str) -> None:
    photo = encoded(flat(colour=ink, mode="CMYK"), image_format)
    assert is_near(pixel(opened(prepared(photo)), 0.5, 0.5), INKS[ink], 10)


CYAN_INK = flat(colour=(255, 0, 0, 0), mode="CMYK")


@pytest.mark.parametrize(
    ("image", "profile", "seen"),
    [
        (CYAN_INK, None, (0, 174, 239)),
        (CYAN_INK, green_ink(), (0, 144, 40)),
        (CYAN_INK, swapped_srgb(), (0, 174, 239)),
        (flat(colour=RED), None, RED),
        (flat(colour=RED), swapped_srgb(), (30, 30, 220)),
        (flat(colour=RED), b"no profile at all", RED),
        (Image.new("L", (64, 48), 128), linear_grey(), (188, 188, 188)),
        (Image.new("L", (64, 48), 128), linear_srgb(), (188, 188, 188)),
        (Image.new("L", (64, 48), 128), green_ink(), (128, 128, 128)),
    ],
    ids=[
        "CMYK",
        "CMYK, profile",
        "CMYK, RGB profile",
        "RGB",
        "RGB, profile",
        "broken",
        "grey, profile",
        "grey, RGB profile",
        "grey, CMYK profile",
    ],
)
def test_the_provider_sees_the_colours_that_the_profile_means(
    image: Image.Image, profile: bytes | None, seen: tuple[int, ...]
) -> None:
    jpeg = opened(prepared(encoded(image, "JPEG", quality=95, icc_profile=profile)))
    assert is_near(pixel(jpeg, 0.5, 0.5), seen, 4), pixel(jpeg, 0.5, 0.5)


@pytest.mark.parametrize("colour", [RED, GREEN, BLUE, YELLOW, WHITE, BLACK, (128, 128, 128), (255, 0, 255)])
def test_a_flat_colour_survives_preparing(colour: tuple[int, ...]) -> None:
    assert is_near(
        pixel(opened(prepared(encoded(flat((3000, 2000), colour), "JPEG", quality=95))), 0.5, 0.5), colour
    )


@pytest.mark.parametrize(
    ("size", "made"),
    [((4096, 3072), (2048, 1536)), ((2049, 105), (2048, 105)), ((300, 6000), (102, 2048))],
)
def test_the_long_side_is_at_most_2048_px(size: tuple[int, int], made: tuple[int, int]) -> None:
    picture = four_corners(size)
    for photo in (encoded(picture, "JPEG"), encoded(picture, "PNG", compress_level=1)):
        image = opened(prepared(photo))
        assert image.size == made
        assert_four_corners(image)


def test_even_noise_gets_under_seven_megabytes() -> None:
    noise = Image.frombytes("RGB", (2048, 2048), random.Random(3).randbytes(3 * 2048 * 2048))
    jpeg = prepared(encoded(noise.point(([0] * 128 + [255] * 128) * 3), "BMP"))
    assert len(jpeg) <= MAX_PREPARED_BYTES
    assert opened(jpeg).size == (2048, 2048)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_cameras_large_jpeg_has_its_own_size_though_it_is_decoded_at_a_half(orientation: int) -> None:
    photo = encoded(lying(four_corners((6600, 4400)), orientation), "JPEG", exif=exif(orientation))
    jpeg, size = prepare(photo, lambda _: None)
    assert size == Size(6600, 4400)
    assert opened(jpeg).size == (2048, 1365)
