"""Serves a web app until a block ends."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette

_CONNECTIONS, _BACKLOG = 200, 2048


class _Server(uvicorn.Server):
    """Does not handle the process's signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def listening(app: Starlette, host: str, port: int) -> AsyncIterator[None]:
    """Serve `app` until the block ends. Raises OSError if the address cannot be used."""
    listener = _listener(host, port)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1,
        server_header=False, limit_concurrency=_CONNECTIONS,
    )  # fmt: skip
    server = _Server(config)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve([listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


def _listener(host: str, port: int) -> socket.socket:
    """A listening socket. If it were only bound, listening could still fail later because of another process.

    Because its protocol is set, asyncio sets TCP_NODELAY on its connections.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(
            f"{host}:{port} cannot be listened on ({error.strerror}); see WEB_HOST and WEB_PORT"
        ) from None
    return listener
