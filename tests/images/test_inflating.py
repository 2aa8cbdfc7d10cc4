"""Compressed pixels go through ISA-L: the same bytes, in pieces, and nothing that is damaged."""

import gc
import random
import weakref
import zlib
from types import ModuleType

import pytest
from isal import isal_zlib

from bot.core.pictures import Size
from bot.images import inflating
from bot.images.inflating import Stored
from bot.images.reading import decode, open_still
from tests.images.image_files import encoded, flat

NOISE = random.Random(5).randbytes(300_000)
MOST_BYTES = 65_535 + 20


@pytest.fixture(params=[isal_zlib, zlib], ids=["ISA-L", "zlib"], autouse=True)
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    library: ModuleType = request.param
    monkeypatch.setattr(inflating, "zlib", library)


def taken(packed: bytes, piece_bytes: int = 65_536) -> list[bytes]:
    stream, blocks, at = Stored(), [], 0
    while True:
        if block := stream.take():
            blocks.append(block)
        elif at < len(packed):
            stream.put(packed[at : at + piece_bytes])
            at += piece_bytes
        else:
            return blocks


@pytest.mark.parametrize("size", [0, 1, 65_534, 65_535, 65_536, 131_070, 300_000])
@pytest.mark.parametrize("piece_bytes", [7, 65_536, 1_000_000])
@pytest.mark.parametrize("level", [0, 1, 9])
def test_the_content_is_the_same_whatever_its_pieces(size: int, piece_bytes: int, level: int) -> None:
    stream = zlib.decompressobj()
    content = stream.decompress(b"".join(taken(zlib.compress(NOISE[:size], level), piece_bytes)))
    assert (content, stream.eof, stream.unused_data) == (NOISE[:size], True, b"")


def test_a_small_file_that_is_huge_inside_comes_bit_by_bit() -> None:
    blocks = taken(zlib.compress(bytes(50_000_000), 9))
    assert max(map(len, blocks)) < MOST_BYTES
    assert sum(map(len, blocks)) > 50_000_000


@pytest.mark.parametrize("left_out", [1, 4, 5, 1000])
def test_what_is_cut_off_does_not_come_to_an_end(left_out: int) -> None:
    stream = zlib.decompressobj()
    content = stream.decompress(b"".join(taken(zlib.compress(NOISE)[:-left_out])))
    assert NOISE.startswith(content)
    assert not stream.eof


@pytest.mark.parametrize("at", [0, 1, -1, -4])
def test_damage_is_not_handed_on(at: int) -> None:
    packed = bytearray(zlib.compress(NOISE))
    packed[at] ^= 0xFF
    with pytest.raises(Exception, match=r"Error -\d"):
        taken(bytes(packed))


def test_pixels_are_given_up_without_the_garbage_collector() -> None:
    still = open_still(encoded(flat((64, 48)), "PNG"))
    decode(still, Size(64, 48))
    image = weakref.ref(still.image)
    gc.disable()
    try:
        del still
        assert image() is None
    finally:
        gc.enable()
