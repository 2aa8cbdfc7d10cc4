"""BMP: a header and its pixels; nothing to leave out."""

from bot.images.containers.container import Container, unreadable

_OS2_HEADER = 12
HEADERS = frozenset({_OS2_HEADER, 40, 52, 56, 64, 108, 124})


def walk(content: bytes) -> Container:
    """A BMP as it stands."""
    if len(content) < 26:
        raise unreadable()
    is_short = content[14] == _OS2_HEADER
    length = 2 if is_short else 4
    width, height = (
        abs(int.from_bytes(content[at : at + length], "little", signed=not is_short))
        for at in (18, 18 + length)
    )
    return Container(content, (width, height))
