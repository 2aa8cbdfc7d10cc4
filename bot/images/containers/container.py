"""What a walk through a file brings back."""

from dataclasses import dataclass

from bot.core.errors import PhotoRefused, Reason

MAX_PARTS = 100_000
"""Segments, chunks or blocks of one file; an honest one of 20 MB has some thousands."""
MAX_ICC_BYTES = 4_000_000
"""A larger colour profile counts as absent."""


@dataclass(frozen=True, slots=True)
class Container:
    """A file with nothing in it but one picture.

    `size` is width and height as the file's header tells them, None where only the parser knows. `exif` and
    `icc_profile` are filled where the walk took them out.
    """

    content: bytes
    size: tuple[int, int] | None = None
    exif: bytes = b""
    icc_profile: bytes | None = None


def unreadable() -> PhotoRefused:
    return PhotoRefused(Reason.UNREADABLE)
