"""JPEG: markers with segments, and scans of entropy-coded bits between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.core.errors import PhotoRefused, Reason
from bot.images.containers.container import MAX_ICC_BYTES, Container, unreadable

MAX_SEGMENTS = 10_000
MAX_SCANS = 100
"""A progressive JPEG has about ten; each costs as much as decoding the picture once."""

_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""What ends a scan, or follows a segment: neither a stuffed byte nor a restart marker nor padding."""
_EOI, _SOS = 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_READABLE_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})
_KEPT = _FRAMES | {0xC4, 0xCC, 0xDB, 0xDC, 0xDD, _SOS, _EOI}
"""Frames, tables, scans, the end."""
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_HAS_NO_LENGTH = frozenset({0x01, 0xD8})
_EXIF, _ICC = b"Exif\0\0", b"ICC_PROFILE\0"


@dataclass(slots=True)
class _Kept:
    """What the walk has kept so far."""

    parts: list[bytes] = field(default_factory=lambda: [b"\xff\xd8"])
    size: tuple[int, int] | None = None
    exif: bytes = b""
    icc_parts: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    scans: int = 0

    def take(self, marker: int, segment: bytes) -> None:
        """`segment` begins with its marker and length."""
        body = segment[4:]
        if marker in _FRAMES:
            self._frame(marker, body)
        elif marker == _SOS:
            self.scans += 1
            if self.scans > MAX_SCANS:
                raise unreadable()
        elif marker == _APP1 and body.startswith(_EXIF) and not self.exif:
            self.exif = body
        elif marker == _APP2 and body.startswith(_ICC) and len(body) > len(_ICC) + 2:
            self.icc_parts.setdefault(body[len(_ICC)], body[len(_ICC) + 2 :])
        if marker in _KEPT or self._first_of_its_kind(marker):
            self.parts.append(segment)

    def _first_of_its_kind(self, marker: int) -> bool:
        """JFIF's and Adobe's segments say what the colours are."""
        if marker not in {_APP0, _APP14} or marker in self.seen:
            return False
        self.seen.add(marker)
        return True

    def _frame(self, marker: int, body: bytes) -> None:
        if len(body) < 6:
            raise unreadable()
        if marker not in _READABLE_FRAMES or body[0] != 8:  # lossless, hierarchical, or 12 bits
            raise PhotoRefused(Reason.UNSUPPORTED)
        self.size = (int.from_bytes(body[3:5]), int.from_bytes(body[1:3]))

    @property
    def icc_profile(self) -> bytes | None:
        profile = b"".join(self.icc_parts[number] for number in sorted(self.icc_parts))
        return profile if 0 < len(profile) <= MAX_ICC_BYTES else None


def walk(content: bytes) -> Container:
    """The first picture of a JPEG: the others of a phone's file are depth maps, gain maps and the like."""
    kept = _Kept()
    for marker, segment, bits in _segments(content):
        kept.take(marker, segment)
        kept.parts.append(bits)
    return Container(b"".join(kept.parts), kept.size, kept.exif, kept.icc_profile)


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, whole segment, and the bits behind a start of scan; up to the end of the first picture."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        found = _MARKER.search(content, at)
        if not found:
            return
        start, marker = found.start(), content[found.start() + 1]
        at = start + 2
        if marker == _EOI:
            yield marker, content[start:at], b""
            return
        if marker in _HAS_NO_LENGTH:
            continue
        end = at + max(2, int.from_bytes(content[at : at + 2]))
        at = end
        if marker == _SOS:
            behind = _MARKER.search(content, end)
            at = behind.start() if behind else len(content)
        yield marker, content[start:end], content[end:at]
    raise unreadable()
