"""Serves a web app until a block ends."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette

from bot.web.connections import Connection, ConnectionLimits, Listener, Server

_LIMITS = ConnectionLimits()
_ACCEPTED_AT_ONCE = 32
"""asyncio takes in so many before it looks at the first: for a moment they are more than the limit."""


@contextlib.asynccontextmanager
async def listening(
    app: Starlette, host: str, port: int, limits: ConnectionLimits = _LIMITS
) -> AsyncIterator[None]:
    """Serve `app` until the block ends. Raises OSError when the address cannot be had."""
    listener = _listener(host, port)
    config = uvicorn.Config(
        app, http=Connection, log_config=None, access_log=False, lifespan="off", ws="none",
        timeout_graceful_shutdown=1, server_header=False, limit_concurrency=limits.count + 1,
        backlog=_ACCEPTED_AT_ONCE,
    )  # fmt: skip
    server = Server(config, limits)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve([listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


def _listener(host: str, port: int) -> Listener:
    """A socket that listens already: bound alone, it could be refused later, when another one listens.

    Because its protocol is set, asyncio sets TCP_NODELAY on its connections.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise OSError(f"there is no host {host}; see WEB_HOST") from None
    listener = Listener(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise OSError(
            f"{host}:{port} cannot be listened on ({error.strerror}); see WEB_HOST and WEB_PORT"
        ) from None
    return listener
