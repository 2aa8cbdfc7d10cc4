"""Compressed pixels opened by ISA-L, for a reader whose own zlib takes twice the time."""

import struct

try:
    from isal import isal_zlib as zlib
except ImportError:  # no wheel for this machine
    import zlib  # type: ignore[no-redef]

_HEADER = b"\x78\x01"
_LAST_BLOCK = b"\x01\x00\x00\xff\xff"
_BLOCK_BYTES = 65_535
"""A stored block has no more. So a small file that says it is huge is opened bit by bit, too."""


class Stored:
    """A zlib stream of the same content as one that is put in, but without compression."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj()
        self._check = zlib.adler32(b"")
        self._head, self._packed = _HEADER, b""

    def put(self, packed: bytes) -> None:
        """The next piece, when `take` has nothing more."""
        self._packed = packed

    def take(self) -> bytes:
        """The next bytes; none where more has to be put in, and after the end.

        Raises what the library raises for a damaged stream.
        """
        head, self._head = self._head, b""
        if head or self._inflater.eof:
            return head
        inflater = self._inflater
        content = inflater.decompress(self._packed, _BLOCK_BYTES)
        self._packed, self._check = inflater.unconsumed_tail, zlib.adler32(content, self._check)
        block = struct.pack("<BHH", 0, len(content), len(content) ^ 0xFFFF) + content if content else b""
        return block + _LAST_BLOCK + struct.pack(">I", self._check) if inflater.eof else block
