"""Small files that keep a parser busy, or hungry: each is taken apart before a parser sees it, or refused."""

import struct
import zlib
from io import BytesIO

from PIL import Image

from tests.images.image_files import RED, encoded, flat


def jpeg() -> bytes:
    return encoded(flat((64, 48), RED), "JPEG", quality=95)


def jpeg_with(segment: bytes, count: int) -> bytes:
    """A JPEG with the same segment many times over behind its first two bytes."""
    content = jpeg()
    return content[:2] + segment * count + content[2:]


def exif_segment() -> bytes:
    """A parser that collects EXIF adds each to what it has."""
    return b"\xff\xe1" + struct.pack(">H", 18) + b"Exif\0\0" + b"A" * 10


EMPTY_COMMENT = b"\xff\xfe\0\2"


def empty_scans(side: int, scans: int) -> bytes:
    """A progressive grey JPEG, whose scans say nothing but "nothing in this band"."""
    blocks = ((side + 7) // 8) ** 2
    head = b"\xff\xd8\xff\xdb" + struct.pack(">HB", 67, 0) + b"\x10" * 64
    head += b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, side, side, 1) + bytes([1, 0x11, 0])
    head += b"\xff\xc4" + struct.pack(">HB", 20, 0x00) + bytes([1] + [0] * 15) + b"\x00"
    head += b"\xff\xc4" + struct.pack(">HB", 21, 0x10) + bytes([1, 1] + [0] * 14) + bytes([0xE0, 0x00])
    first = b"\xff\xda" + struct.pack(">HB", 8, 1) + bytes([1, 0x00, 0, 0, 0x00]) + bytes((blocks + 7) // 8)
    bits, left = "", blocks
    while left > 0:
        run = min(left, 32767)
        bits += "0" + format(max(0, run - 16384), "014b")
        left -= max(run, 16384)
    bits += "1" * (-len(bits) % 8)
    data = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + bytes([1, 0x00, 1, 63, 0x00]) + data
    return head + first + scan * scans + b"\xff\xd9"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with(chunks: bytes) -> bytes:
    """A PNG with these chunks between its header and its pixels."""
    content = encoded(flat((64, 48), RED), "PNG")
    return content[:33] + chunks + content[33:]


def text_bombs(count: int) -> bytes:
    bomb = zlib.compress(b"A" * 1_000_000, 9)
    return b"".join(chunk(b"zTXt", b"k%d\0\0" % number + bomb) for number in range(count))


def profile_bomb() -> bytes:
    return chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(100_000_000), 9))


def gif_with_comments(count: int) -> bytes:
    content = encoded(flat((64, 48), RED), "GIF")
    at = 13 + 3 * (2 << (content[10] & 7))
    return content[:at] + b"\x21\xfe\x01A\x00" * count + content[at:]


def tiff_with_tags(count: int, size: int = 1_000_000) -> bytes:
    """So many tags that all point at the same bytes; a parser reads them once for each."""
    tags = [(256, 3, 1, 64), (257, 3, 1, 64), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    end = 8 + 2 + 12 * (count + 9) + 4
    tags += [(273, 4, 1, end), (277, 3, 1, 1), (278, 3, 1, 64), (279, 4, 1, 4096)]
    tags += [(40000 + number, 7, size, end) for number in range(count)]
    table = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + table + bytes(4) + b"\x40" * size


def bmp_of_empty_rows(side: int) -> bytes:
    """A few bytes a row, but a long way round for a parser."""
    rows = b"\x01\x07\x00\x00" * side
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, 0, 0, 0, 256, 0) + bytes(1024)
    start = 14 + len(head)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + head + rows


def webp_with_canvas(side: int) -> bytes:
    """A small frame on a canvas that claims to be this large."""
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("black", "red")]
    buffer = BytesIO()
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    content = bytearray(buffer.getvalue())
    at = content.index(b"VP8X")
    content[at + 12 : at + 18] = (side - 1).to_bytes(3, "little") * 2
    return bytes(content)
