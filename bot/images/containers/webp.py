"""WebP: a RIFF file, a list of chunks."""

from bot.core.errors import PhotoRefused, Reason
from bot.images.containers.container import MAX_ICC_BYTES, MAX_PARTS, Container, unreadable

_FRAME = b"ANMF"
_KEPT = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", _FRAME})


def walk(content: bytes) -> Container:
    """A WebP with only the chunks that its pixels are made of; a moving one raises PhotoRefused."""
    parts, exif, icc_profile = [], b"", None
    frames, at = 0, 12
    for _ in range(MAX_PARTS):
        if at + 8 > len(content):
            break
        kind, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        body = content[at + 8 : at + 8 + length]
        if kind in _KEPT:
            parts.append(content[at : at + 8 + length] + bytes(length % 2))
        frames += kind == _FRAME
        if frames > 1:
            raise PhotoRefused(Reason.ANIMATED)
        if kind == b"EXIF":
            exif = exif or body
        elif kind == b"ICCP" and length <= MAX_ICC_BYTES:
            icc_profile = icc_profile or body
        at += 8 + length + length % 2
    else:
        raise unreadable()
    chunks = b"".join(parts)
    seen = size(chunks[:18])
    if seen is None:
        raise unreadable()
    riff = b"RIFF" + (4 + len(chunks)).to_bytes(4, "little") + b"WEBP"
    return Container(riff + chunks, seen, exif, icc_profile)


def has_alpha(content: bytes) -> bool:
    """Whether the header announces an alpha channel."""
    kind = content[12:16]
    if kind == b"VP8X":
        return bool(content[20] & 0x10)
    return kind == b"VP8L" and bool(content[24] & 0x10)


def size(first: bytes) -> tuple[int, int] | None:
    """From the first chunk, whatever its kind."""
    kind, body = first[:4], first[8:]

    def number(at: int, length: int) -> int:
        return int.from_bytes(body[at : at + length], "little")

    if len(body) < 10:
        return None
    if kind == b"VP8X":
        return number(4, 3) + 1, number(7, 3) + 1
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = number(1, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return number(6, 2) & 0x3FFF, number(8, 2) & 0x3FFF
    return None
