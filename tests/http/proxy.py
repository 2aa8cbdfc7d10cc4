"""A proxy on loopback, for CONNECT and for SOCKS 5, that leads every name to one port of this machine."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """`asked_for` are the hosts and ports, as the callers named them. One that `hangs` answers nothing."""

    leads_to: int
    hangs: bool = False
    url: str = ""
    asked_for: list[str] = field(default_factory=list)
    connected: int = 0

    @contextlib.asynccontextmanager
    async def running(self, scheme: str) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                if self.hangs:
                    await reader.read()
                else:
                    await self._lead(reader, writer)
        finally:
            self.connected -= 1
            writer.close()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.url.startswith("socks"):
            await self._greet(reader, writer)
        else:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked_for.append(head.split()[1].decode())
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        away, to = await asyncio.open_connection("127.0.0.1", self.leads_to)
        await asyncio.gather(_pump(reader, to), _pump(away, writer))

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:  # a name, which the proxy resolves
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = "an address"
            await reader.readexactly(4 if kind == 1 else 16)
        port = int.from_bytes(await reader.readexactly(2))
        self.asked_for.append(f"{host}:{port}")
        writer.write(b"\x05\x00\x00\x01" + bytes(6))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
