"""Image files for the tests: made by Pillow where it can, by hand where a file is to be odd."""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from bot.core.errors import PhotoRefused, Reason
from bot.core.pictures import Fitted, ImageFormat
from bot.core.shapes import Shape
from bot.images.fitting import fit
from bot.images.preparing import prepare

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 180, 40), (30, 40, 220), (230, 220, 40)
WHITE, BLACK = (255, 255, 255), (0, 0, 0)

STRAIGHT_CURVE = b"curv\0\0\0\0\0\0\0\0"
D50 = struct.pack(">3i", 63190, 65536, 54061)
# How a picture lies in a file that says "turn me": undoes what EXIF orientation 1-8 asks for.
LIES = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def encoded(image: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def flat(size: tuple[int, int] = (64, 48), colour: tuple[int, ...] = RED, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


@cache
def photo_of(size: tuple[int, int], image_format: str = "PNG") -> bytes:
    return encoded(flat(size, GREEN), image_format)


def four_corners(size: tuple[int, int] = (120, 80)) -> Image.Image:
    """Red top left, green top right, blue bottom left, yellow bottom right."""
    image = Image.new("RGB", size)
    half = (size[0] // 2, size[1] // 2)
    for colour, at in zip((RED, GREEN, BLUE, YELLOW), ((0, 0), (1, 0), (0, 1), (1, 1)), strict=True):
        image.paste(colour, (at[0] * half[0], at[1] * half[1], (at[0] + 1) * half[0], (at[1] + 1) * half[1]))
    return image


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def lying(image: Image.Image, orientation: int) -> Image.Image:
    turn = LIES[orientation]
    return image if turn is None else image.transpose(turn)


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def pixel(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The colour at a place given as a share of width and height."""
    value = image.getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    assert isinstance(value, tuple)
    return value


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...], by: int = 3) -> bool:
    return all(abs(a - b) <= by for a, b in zip(colour, wanted, strict=True))


def assert_four_corners(image: Image.Image) -> None:
    seen = [pixel(image, x, y) for y in (0.2, 0.8) for x in (0.2, 0.8)]
    assert all(is_near(a, b, 6) for a, b in zip(seen, (RED, GREEN, BLUE, YELLOW), strict=True)), seen


def png_header(width: int, height: int) -> bytes:
    """A PNG of 70 bytes that claims to be this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def webp_header(width: int, height: int) -> bytes:
    """A small lossless WebP that claims to be this large."""
    content = bytearray(encoded(flat(), "WEBP", lossless=True))
    content[21:25] = struct.pack("<I", (width - 1) | (height - 1) << 14)
    return bytes(content)


def gif_header(width: int, height: int) -> bytes:
    """A GIF whose screen is small and whose first picture claims to be this large."""
    screen = struct.pack("<HHBBB", 64, 48, 0, 0, 0)
    return b"GIF89a" + screen + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x08"


def icc(space: bytes, tags: dict[bytes, bytes], connection: bytes = b"XYZ ") -> bytes:
    """A version 2 colour profile made by hand."""
    tags = {b"wtpt": b"XYZ \0\0\0\0" + D50} | tags
    offset, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    kind = b"prtr" if space == b"CMYK" else b"mntr"
    header = struct.pack(
        ">I4sI4s4s4s12x4s", offset + len(body), b"", 0x02100000, kind, space, connection, b"acsp"
    )
    return header + bytes(68 - len(header)) + D50 + bytes(128 - 80) + table + body


def plain_srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def camera_srgb() -> bytes:
    """sRGB as cameras and scanners write it: with its curve as a table, and everything rounded."""
    steps = [step / 1023 for step in range(1024)]
    table = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in steps]
    curve = b"curv\0\0\0\0" + struct.pack(">I1024H", 1024, *(round(65535 * value) for value in table))
    return icc(b"RGB ", _primaries() | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def _primaries() -> dict[bytes, bytes]:
    values = {b"rXYZ": (28578, 14581, 912), b"gXYZ": (25241, 46981, 6362), b"bXYZ": (9376, 3974, 46787)}
    return {name: b"XYZ \0\0\0\0" + struct.pack(">3i", *xyz) for name, xyz in values.items()}


def swapped_srgb() -> bytes:
    """sRGB with its red and its blue exchanged: what is stored as red is to be seen as blue."""
    return plain_srgb().replace(b"rXYZ", b"tmp_").replace(b"bXYZ", b"rXYZ").replace(b"tmp_", b"bXYZ")


def linear_srgb() -> bytes:
    """sRGB's colours with values that count light: 128 is half the light, which sRGB writes as 188."""
    return icc(b"RGB ", _primaries() | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), STRAIGHT_CURVE))


def linear_grey() -> bytes:
    return icc(b"GRAY", {b"kTRC": STRAIGHT_CURVE})


def green_ink() -> bytes:
    """A CMYK profile whose cyan is seen as Lab (50, -60, 40), a green; paper is white, all else black."""
    cells = bytearray()
    for inks in range(16):
        cells += {0: bytes((255, 128, 128)), 8: bytes((128, 68, 168))}.get(inks, bytes((0, 128, 128)))
    identity = bytes(range(256))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + matrix + identity * 4 + bytes(cells) + identity * 3
    return icc(b"CMYK", {b"A2B0": lut}, b"Lab ")


def prepared(photo: bytes) -> bytes:
    """The JPEG for the provider."""
    return prepare(photo, lambda _: None)[0]


def fitted(
    result: bytes,
    photo: bytes,
    as_format: ImageFormat | None = None,
    *,
    wanted: Shape | None = None,
    keep_alpha: bool = False,
) -> Fitted:
    return fit(result, photo, lambda _: None, wanted=wanted, as_format=as_format, keep_alpha=keep_alpha)


def refusal(call: Callable[[bytes], object], content: bytes) -> Reason:
    with pytest.raises(PhotoRefused) as caught:
        call(content)
    return caught.value.reason
