"""PNG files of our own: every pixel is what it was, for Pillow and for whoever reads strictly."""

import random
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from bot.images import png_writer
from bot.images.png_writer import write_png
from tests.bench.pictures import photo
from tests.images.image_files import encoded, opened


def noise(mode: str, size: tuple[int, int]) -> Image.Image:
    """Every value that a byte can have, in no order."""
    count = size[0] * size[1] * len(mode)
    return Image.frombytes(mode, size, random.Random(7).randbytes(count))


def drawing(mode: str) -> Image.Image:
    image = Image.new(mode, (400, 300))
    ImageDraw.Draw(image).ellipse((40, 30, 360, 270), fill="orange", outline="black", width=9)
    return image


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize(
    "size", [(1, 1), (1, 300), (300, 1), (33, 47), (640, 480), (120_000, 3), (3, 90_000)]
)
def test_every_pixel_is_what_it_was(mode: str, size: tuple[int, int]) -> None:
    image = noise(mode, size)
    read = opened(write_png(image))
    assert (read.format, read.mode, read.size) == ("PNG", mode, size)
    assert read.tobytes() == image.tobytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_file_is_three_chunks_with_their_lengths_and_checks(mode: str) -> None:
    content = write_png(drawing(mode))
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    names, at = [], 8
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        named = content[at + 4 : at + 8 + length]
        assert struct.unpack_from(">I", content, at + 8 + length) == (zlib.crc32(named),)
        names.append(named[:4])
        at += 12 + length
    assert names == [b"IHDR", b"IDAT", b"IEND"]


def test_the_pixels_are_compressed_in_one_stream_with_nothing_behind_it() -> None:
    content = write_png(noise("RGB", (640, 480)))
    stream = zlib.decompressobj()
    rows = stream.decompress(content[41:-16])
    assert (stream.eof, stream.unused_data, len(rows)) == (True, b"", 480 * (1 + 3 * 640))


def test_where_there_is_no_isal_zlib_writes_the_same_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    image = drawing("RGB")
    monkeypatch.setattr(png_writer, "zlib", zlib)
    content = write_png(image)
    assert opened(content).tobytes() == image.tobytes()
    assert len(content) < 1.1 * len(encoded(image, "PNG", compress_level=1)) + 1000


def test_files_are_about_as_small_as_pillows() -> None:
    for image in (photo(640, 480), drawing("RGB"), drawing("RGBA"), Image.new("RGB", (640, 480), "navy")):
        assert len(write_png(image)) < 1.1 * len(encoded(image, "PNG", compress_level=1)) + 1000
