"""Which way up: the EXIF Orientation tag (1-8), read without Pillow's EXIF parser, which warns and decodes.

Only EXIF counts, as in viewers; an orientation that stands in XMP alone is ignored.
"""

import struct

from PIL import Image

UPRIGHT = 1

_ORIENTATION_TAG = 0x0112
_SHORT = 3
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})


def read_orientation(exif: bytes) -> int:
    """The orientation in an EXIF block, 1 to 8; damaged or absent counts as upright."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(f"{order}HH", tiff, entry)
            if tag == _ORIENTATION_TAG:
                width = "H" if kind == _SHORT else "I"
                (value,) = struct.unpack_from(f"{order}{width}", tiff, entry + 8)
                return value if value in _TURNS else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT


def is_sideways(orientation: int) -> bool:
    """Whether turning it upright swaps width and height."""
    return orientation in _SIDEWAYS


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image turned as its orientation says; the same object if there is nothing to turn."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)
