"""Serves an ASGI app on a loopback port inside the running event loop."""

import asyncio
import contextlib
import itertools
import os
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

_FIRST_PORT, _PARTS, _PORTS_OF_A_PART = 20_000, 100, 127
"""Below those that systems give to a connection: such a port stays free while a bot is away."""
_given = itertools.count()


def free_port() -> int:
    """A loopback port that was free a moment ago, for a server that may have to come back to it.

    Processes that run beside each other have ports of their own, by their ids: none takes what another has
    just found free.
    """
    first = _FIRST_PORT + os.getpid() % _PARTS * _PORTS_OF_A_PART
    while True:
        port = first + next(_given) % _PORTS_OF_A_PART
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


class _LoopbackServer(uvicorn.Server):
    """A server that installs no signal handlers, reports when it is up, and goes at once when it may.

    Uvicorn's own looks ten times a second whether it should exit, and waits for its clients to close.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self.leaving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def main_loop(self) -> None:
        while not self.leaving.is_set():
            await self.on_tick(0)  # the Date header
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.leaving.wait(), timeout=1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()  # no connection, such as a long poll, may outlive the block

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, *, port: int = 0) -> AsyncIterator[str]:
    """Serve `app` until the block ends; yields its base URL, such as `http://127.0.0.1:41234`."""
    # asyncio sets TCP_NODELAY only if the protocol is named: 2 ms a call instead of 44.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
    server = _LoopbackServer(config)
    async with asyncio.TaskGroup() as tasks:
        serve = tasks.create_task(server.serve([listener]))
        await server.up.wait()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.leaving.set()
            await serve
