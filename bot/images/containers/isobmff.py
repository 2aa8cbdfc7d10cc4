"""HEIF and AVIF: both are files of boxes, of which the first names the kind."""

from bot.core.pictures import ImageFormat

_AVIF = {b"avif", b"avis"}
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_MAX_BRANDS_BYTES = 256


def brand(content: bytes) -> ImageFormat | None:
    """HEIF or AVIF by the `ftyp` box, None for films and the rest."""
    if content[4:8] != b"ftyp":
        return None
    length = min(int.from_bytes(content[:4]), _MAX_BRANDS_BYTES)
    brands = [content[at : at + 4] for at in (8, *range(16, length, 4))]
    for each in brands:  # the main one first
        if each in _AVIF:
            return ImageFormat.AVIF
        if each in _HEIF:
            return ImageFormat.HEIF
    return None
