"""PNG: a list of chunks."""

import struct
import zlib
from collections.abc import Iterator

from bot.core.errors import PhotoRefused, Reason
from bot.images.containers.container import MAX_ICC_BYTES, MAX_PARTS, Container, unreadable

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_Chunk = tuple[bytes, bytes, bytes]


def walk(content: bytes) -> Container:
    """A PNG with only the chunks that its pixels are made of; those of a moving one raise PhotoRefused."""
    parts, exif, icc_profile = [SIGNATURE], b"", None
    size = None
    for kind, body, whole in _chunks(content):
        if kind in _KEPT:
            parts.append(whole)
        if kind == b"IHDR" and len(body) == 13:
            size = struct.unpack(">II", body[:8])
        elif kind == b"acTL" and int.from_bytes(body[:4]) > 1:
            raise PhotoRefused(Reason.ANIMATED)
        elif kind == b"eXIf" and not exif:
            exif = body
        elif kind == b"iCCP" and icc_profile is None:
            icc_profile = _profile(body)
    return Container(b"".join(parts), size, exif, icc_profile)


def _chunks(content: bytes) -> Iterator[_Chunk]:
    """Kind, body, and the whole chunk as it stands; a chunk that is cut off comes as far as it goes."""
    at = len(SIGNATURE)
    for _ in range(MAX_PARTS):
        if at + 8 > len(content):
            return
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        yield kind, content[at + 8 : end - 4], content[at:end]
        if kind == b"IEND":
            return
        at = end
    raise unreadable()


def _profile(body: bytes) -> bytes | None:
    """The colour profile in an iCCP chunk: a name, a zero, the method, and the profile compressed."""
    _, _, rest = body.partition(b"\0")
    try:
        profile = zlib.decompressobj().decompress(rest[1:], MAX_ICC_BYTES + 1)
    except zlib.error:
        return None
    return profile if len(profile) <= MAX_ICC_BYTES else None
