"""TIFF: a table of tags, each a short value or a place in the file."""

import struct
from dataclasses import dataclass

from bot.images.containers.container import MAX_ICC_BYTES, Container, unreadable

STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

WIDTH, HEIGHT, ORIENTATION, ICC_PROFILE = 256, 257, 274, 34675
_MAX_VALUE_BYTES = 1_000_000
"""Of one tag; a picture with 100,000 strips has 400,000 bytes of offsets."""
_MAX_TAGS = 4096
_KEPT = frozenset(
    {
        *(254, 255, WIDTH, HEIGHT, 258, 259, 262, 266, 273, ORIENTATION, 277, 278, 279, 284, 292, 293, 317),
        *(320, 322, 323, 324, 325, 332, 334, 338, 339, 340, 341, 347, 512, 513, 514, 515, 517, 518, 519, 520),
        *(521, 529, 530, 531, 532, ICC_PROFILE, 50706),
    }
)
"""What the pixels are made of, how they are to be shown, and what tells a camera's raw file."""
_ITEM_BYTES = dict(
    zip((*range(1, 14), 16, 17, 18), (1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 8, 8, 8), strict=True)
)
"""By the number of a value's type."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a file's table is written: the common kind, or the one for files over 4 GB."""

    table_at: str
    count: str
    tag: str
    offset: str

    @classmethod
    def of(cls, content: bytes) -> "_Layout":
        order = "<" if content.startswith(b"II") else ">"
        if content[2:4] in {b"+\0", b"\0+"}:
            return cls(f"{order}8xQ", f"{order}Q", f"{order}HHQ8s", f"{order}Q")
        return cls(f"{order}4xI", f"{order}H", f"{order}HHI4s", f"{order}I")


def walk(content: bytes) -> Container:
    """A TIFF's first page with only the tags that its pixels are made of."""
    layout = _Layout.of(content)
    try:
        (start,) = struct.unpack_from(layout.table_at, content)
        (count,) = struct.unpack_from(layout.count, content, start)
        if count > _MAX_TAGS:
            raise unreadable()
        width = struct.calcsize(layout.tag)
        first = start + struct.calcsize(layout.count)
        tags = [content[at : at + width] for at in range(first, first + width * count, width)]
        kept = {struct.unpack(layout.tag, tag)[0]: tag for tag in reversed(tags) if _is_kept(layout, tag)}
        page = bytearray(content)
        struct.pack_into(layout.count, page, start, len(kept))
        page[first : first + width * len(kept)] = b"".join(kept[number] for number in sorted(kept))
        struct.pack_into(layout.offset, page, first + width * len(kept), 0)  # no second page
    except struct.error as error:
        raise unreadable() from error
    return Container(bytes(page), _size(layout, kept))


def _is_kept(layout: _Layout, tag: bytes) -> bool:
    number, kind, count, _ = struct.unpack(layout.tag, tag)
    if number not in _KEPT:
        return False
    length = count * _ITEM_BYTES.get(kind, 1)
    if number == ICC_PROFILE:
        return bool(length <= MAX_ICC_BYTES)
    if length > _MAX_VALUE_BYTES:
        raise unreadable()
    return True


def _size(layout: _Layout, tags: dict[int, bytes]) -> tuple[int, int]:
    """As it is seen, turned by its orientation."""
    width, height = _short(layout, tags.get(WIDTH)), _short(layout, tags.get(HEIGHT))
    return (height, width) if _short(layout, tags.get(ORIENTATION)) >= 5 else (width, height)


def _short(layout: _Layout, tag: bytes | None) -> int:
    """A tag's one number; 0 if there is none."""
    if tag is None:
        return 0
    kind = struct.unpack(layout.tag, tag)[1]
    order, value = layout.tag[0], tag[-struct.calcsize(layout.offset) :]
    form = {3: "H", 4: "I", 16: "Q"}.get(kind)
    if form is None or struct.calcsize(order + form) > len(value):
        return 0
    return int(struct.unpack_from(order + form, value)[0])
