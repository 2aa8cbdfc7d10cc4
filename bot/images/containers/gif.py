"""GIF: extensions and pictures, each a chain of blocks of at most 255 bytes."""

from bot.core.errors import PhotoRefused, Reason
from bot.images.containers.container import MAX_PARTS, Container, unreadable

_MAX_BLOCKS = 4 * MAX_PARTS
_EXTENSION, _PICTURE, _END = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL = 0xF9


def walk(content: bytes) -> Container:
    """A GIF's one picture and how it is to be shown; no comments. Raises PhotoRefused if it moves."""
    return _Walk(content).whole()


class _Walk:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 13 + self._table(10)
        self._blocks_left = _MAX_BLOCKS

    def whole(self) -> Container:
        content, control, picture, size = self._content, b"", b"", None
        head = content[: self._at]
        while self._at < len(content):
            start, kind = self._at, content[self._at]
            if kind == _EXTENSION:
                label = content[start + 1 : start + 2]
                extension = self._chain(start + 2)
                if label == bytes([_GRAPHIC_CONTROL]) and not picture:
                    control = extension
            elif kind == _PICTURE:
                if picture:
                    raise PhotoRefused(Reason.ANIMATED)
                picture = self._chain(start + 11 + self._table(start + 9))
                size = self._size(start)
            elif kind == _END:
                break
            else:
                self._blocks_left -= 1  # a parser skips stray bytes
                self._at += 1
            if self._blocks_left < 0:
                raise unreadable()
        end = b";" if self._at < len(content) else b""
        return Container(head + control + picture + end, size)

    def _chain(self, first_block: int) -> bytes:
        """Everything from where the walk stands to the end of the chain of blocks."""
        content, start, at = self._content, self._at, first_block
        while at < len(content) and content[at] and self._blocks_left >= 0:
            self._blocks_left -= 1
            at += 1 + content[at]
        self._at = at + 1
        return content[start : self._at]

    def _table(self, flags_at: int) -> int:
        """Bytes of the colour table that these flags announce."""
        flags = self._content[flags_at] if flags_at < len(self._content) else 0
        return 3 * (2 << (flags & 7)) if flags & 0x80 else 0

    def _size(self, picture: int) -> tuple[int, int]:
        """The screen's, or as much as a picture that reaches beyond it needs."""

        def number(at: int) -> int:
            return int.from_bytes(self._content[at : at + 2], "little")

        width = max(number(6), number(picture + 1) + number(picture + 5))
        height = max(number(8), number(picture + 3) + number(picture + 7))
        return width, height
