"""JPEG replies have Huffman tables of their own, which large files and what the provider gets do not."""

import pytest
from PIL import Image

from bot.core.pictures import ImageFormat
from bot.images.encoding import encode
from tests.bench.pictures import photo
from tests.images.image_files import encoded, fitted, opened, photo_of, prepared

STANDARD_BYTES = 4 * 17 + 2 * (12 + 162)
"""The four tables that any JPEG may be written with: two for brightness, two for colour."""


def table_bytes(jpeg: bytes) -> int:
    """Of all Huffman tables in front of the pixels."""
    found, at = 0, 2
    while jpeg[at + 1] != 0xDA:
        length = int.from_bytes(jpeg[at + 2 : at + 4])
        found += length - 2 if jpeg[at + 1] == 0xC4 else 0
        at += 2 + length
    return found


def test_a_jpeg_reply_has_huffman_tables_of_its_own_and_fewer_bytes_for_the_same_pixels() -> None:
    picture = photo(640, 480)
    plain = encode(picture, ImageFormat.JPEG, tuned=False)
    reply = fitted(encoded(picture, "PNG"), photo_of((640, 480), "JPEG")).content
    assert table_bytes(plain) == STANDARD_BYTES
    assert table_bytes(reply) < STANDARD_BYTES
    assert len(reply) < 0.97 * len(plain)
    assert opened(reply).tobytes() == opened(plain).tobytes()


@pytest.mark.parametrize(("size", "tuned"), [((2560, 1920), True), ((3000, 2000), False)])
def test_a_large_file_is_written_with_the_tables_that_take_no_memory(
    size: tuple[int, int], tuned: bool
) -> None:
    jpeg = encode(Image.new("RGB", size), ImageFormat.JPEG)
    assert (table_bytes(jpeg) < STANDARD_BYTES) is tuned


def test_what_the_provider_gets_is_not_held_up_for_it() -> None:
    assert table_bytes(prepared(encoded(photo(640, 480), "PNG"))) == STANDARD_BYTES
