"""Connections that strangers make: how long each may last, and which one goes when there are too many."""

import asyncio
import contextlib
import errno
import logging
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

logger = logging.getLogger(__name__)

_SAID_AGAIN_AFTER_SECONDS = 600.0
_LAST_QUARTER, _NEARLY_ALL = 0.75, 0.9
_BACKLOG = 2048
_NO_DESCRIPTOR = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections there are at most, how long the head of a request may take, and how long each
    connection lasts. In the last quarter of its time it takes no further request.
    """

    count: int = 200
    head_seconds: float = 10
    total_seconds: float = 60


class Connection(H11Protocol):
    """One connection. Who comes when `limit_concurrency` is reached hears 503, by uvicorn: it is reached only
    where everybody else waits for an answer of ours.
    """

    made_at = heard_at = idle_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.made_at = self.heard_at = self.idle_since = self.loop.time()
        if len(self.connections) + 1 >= (self.limit_concurrency or 0):
            self._make_room()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        super().data_received(data)

    def resume_writing(self) -> None:
        """The other side has read on."""
        self.heard_at = self.loop.time()
        super().resume_writing()

    def on_response_complete(self) -> None:
        self.idle_since = self.loop.time()
        super().on_response_complete()

    def end_if_late(self, limits: ConnectionLimits) -> None:
        """To be asked again and again."""
        age, idle = self.loop.time() - self.made_at, self.loop.time() - self.idle_since
        if age > limits.total_seconds or (self.conn.their_state is h11.IDLE and idle > limits.head_seconds):
            self.transport.abort()
        elif age > limits.total_seconds * _LAST_QUARTER and not self.transport.is_closing():
            self.shutdown()  # now, or after the answer that is being made

    def _make_room(self) -> None:
        """End the one that has been silent for longest."""
        others = [each for each in self.connections if isinstance(each, Connection) and not each.owes_answer]
        if others:
            silent = min(others, key=lambda each: each.heard_at)
            self.connections.discard(silent)
            silent.transport.abort()

    @property
    def owes_answer(self) -> bool:
        """Whether a whole request has come, and nothing of its answer has gone yet."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not (cycle.more_body or cycle.response_started)


class Listener(socket.socket):
    """Turns away who comes while the process has no file descriptor left.

    asyncio would try as often as its backlog is long, every second, and log each try with a traceback.
    """

    def __init__(self, family: int, kind: int, protocol: int) -> None:
        super().__init__(family, kind, protocol)
        self._spare: int | None = os.open(os.devnull, os.O_RDONLY)
        self._warn = _Rarely()

    def listen(self, _: int = 0) -> None:
        """The queue of those who wait: asyncio would make it as short as what it takes in at once."""
        super().listen(_BACKLOG)

    def accept(self) -> tuple[socket.socket, Any]:
        try:
            return super().accept()
        except OSError as error:
            if error.errno not in _NO_DESCRIPTOR:
                raise
        self._warn("no file descriptor is left: connections to the web server are turned away")
        self._turn_away()
        raise ConnectionAbortedError  # to asyncio: that one has gone; look again when there is another

    def close(self) -> None:
        self._close_spare()
        super().close()

    def _turn_away(self) -> None:
        """Take one connection with the spare descriptor, and close it."""
        self._close_spare()
        with contextlib.suppress(OSError):
            super().accept()[0].close()
        with contextlib.suppress(OSError):
            self._spare = os.open(os.devnull, os.O_RDONLY)

    def _close_spare(self) -> None:
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None


class Server(uvicorn.Server):
    """Ends connections that take too long, and leaves the process's signals to the process."""

    def __init__(self, config: uvicorn.Config, limits: ConnectionLimits) -> None:
        super().__init__(config)
        self._limits, self._warn = limits, _Rarely()

    async def on_tick(self, counter: int) -> bool:
        """What uvicorn does ten times a second."""
        connections = [each for each in self.server_state.connections if isinstance(each, Connection)]
        if len(connections) > self._limits.count * _NEARLY_ALL:
            self._warn("the web server has as many connections as it may; the longest silent ones are closed")
        for connection in connections:
            connection.end_if_late(self._limits)
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Rarely:
    """Says something once in a while, however often it is so."""

    def __init__(self) -> None:
        self._said_at = float("-inf")

    def __call__(self, message: str) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._said_at > _SAID_AGAIN_AFTER_SECONDS:
            self._said_at = now
            logger.warning(message)
