"""A door before a server: while it is closed, whoever knocks is refused, and whoever was inside is out."""

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter

from bot.sandbox.serve import free_port


class Door:
    """Passes everything on to a port of this machine."""

    def __init__(self, inner_port: int) -> None:
        self._inner_port, self.port = inner_port, free_port()
        self._server: asyncio.Server | None = None
        self._passing: set[StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._enter, "127.0.0.1", self.port)

    def close(self) -> None:
        """Every connection is reset."""
        if self._server is not None:
            self._server.close()
        for writer in self._passing:
            writer.transport.abort()

    async def _enter(self, reader: StreamReader, writer: StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._inner_port)
        both = {writer, inner_writer}
        self._passing |= both
        try:
            await asyncio.gather(_passed(reader, inner_writer), _passed(inner_reader, writer))
        finally:
            self._passing -= both


async def _passed(reader: StreamReader, writer: StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()
    writer.close()
