"""The web server against connections that are silent, slow, or too many; over real sockets."""

import asyncio
import contextlib
import resource
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.serve import free_port
from bot.web.connections import ConnectionLimits
from bot.web.server import listening

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GET = b"GET %b HTTP/1.1\r\nHost: bot\r\n\r\n"
LARGE = 16_000_000


class Bot:
    """Answers `/` at once, `/large` with a large body, `/slow` slowly, and `/late` when it is let."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits, self.port, self.asked, self.let = limits, free_port(), asyncio.Event(), asyncio.Event()
        self.begun = 0
        self._all: list[asyncio.StreamWriter] = []

    async def _answer(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    async def _large(self, _: Request) -> Response:
        return Response(bytes(LARGE))

    async def _slow(self, _: Request) -> Response:
        self.begun += 1
        await asyncio.sleep(0.3)
        return PlainTextResponse("slow")

    async def _late(self, _: Request) -> Response:
        self.asked.set()
        await self.let.wait()
        return PlainTextResponse("late")

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator["Bot"]:
        answers = {"/": self._answer, "/large": self._large, "/slow": self._slow, "/late": self._late}
        routes = [Route(path, answer) for path, answer in answers.items()]
        async with listening(Starlette(routes=routes), "127.0.0.1", self.port, self._limits):
            try:
                yield self
            finally:
                for writer in self._all:
                    writer.close()

    async def call(self) -> Streams:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._all.append(writer)
        return reader, writer

    async def ask(self, path: bytes = b"/") -> bytes:
        """A new connection's answer, to its last byte."""
        reader, writer = await self.call()
        writer.write(GET % path)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        return head.partition(b"\r\n")[0]


async def is_closed(streams: Streams, within: float = 5) -> bool:
    try:
        async with asyncio.timeout(within):
            while await streams[0].read(65536):
                pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


async def test_where_all_are_taken_by_silence_a_newcomer_is_answered_and_the_longest_silent_one_goes() -> (
    None
):
    async with Bot(ConnectionLimits(count=5)).serving() as bot:
        silent = [await bot.call() for _ in range(5)]
        for _, writer in silent[:2]:
            await asyncio.sleep(0.02)
            writer.write(b"GET")  # these have been heard of later than the others
        await asyncio.sleep(0.1)
        assert await bot.ask() == b"HTTP/1.1 200 OK"
        assert await is_closed(silent[2])
        assert not await is_closed(silent[0], 0.2)


async def test_who_waits_for_our_answer_outlives_those_who_keep_us_waiting() -> None:
    async with Bot(ConnectionLimits(count=5)).serving() as bot:
        reader, writer = await bot.call()
        writer.write(GET % b"/late")
        await bot.asked.wait()
        for _ in range(20):
            await bot.call()
        assert await bot.ask() == b"HTTP/1.1 200 OK"
        bot.let.set()
        assert await asyncio.wait_for(reader.readline(), 5) == b"HTTP/1.1 200 OK\r\n"


async def test_where_everybody_waits_for_an_answer_a_newcomer_hears_503_and_nobody_is_cut() -> None:
    async with Bot(ConnectionLimits(count=3)).serving() as bot:
        waiting = [await bot.call() for _ in range(3)]
        for _, writer in waiting:
            writer.write(GET % b"/late")
        await asyncio.sleep(0.2)
        for _ in range(10):
            silent = await bot.call()
            assert await bot.ask() == b"HTTP/1.1 503 Service Unavailable"
            assert await is_closed(silent)
        bot.let.set()
        for reader, _ in waiting:
            assert await asyncio.wait_for(reader.readline(), 5) == b"HTTP/1.1 200 OK\r\n"


async def test_a_full_server_is_worth_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async with Bot(ConnectionLimits(count=5)).serving() as bot:
        for _ in range(50):
            await bot.call()
        await asyncio.sleep(0.5)
    assert len(caplog.records) == 1
    assert "as many connections as it may" in caplog.text


async def test_a_head_that_drips_is_not_waited_for() -> None:
    async with Bot(ConnectionLimits(head_seconds=0.3)).serving() as bot:
        streams = await bot.call()
        dripping = asyncio.get_running_loop().create_task(
            drip(streams[1], (GET % b"/")[:-2] + b"A: b\r\n" * 500)
        )
        assert await is_closed(streams)
        await dripping


async def test_a_second_head_that_drips_is_not_waited_for_either() -> None:
    async with Bot(ConnectionLimits(head_seconds=0.3)).serving() as bot:
        reader, writer = await bot.call()
        writer.write(GET % b"/")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        dripping = asyncio.get_running_loop().create_task(drip(writer, (GET % b"/")[:-2] + b"A: b\r\n" * 500))
        assert await is_closed((reader, writer))
        await dripping


async def drip(writer: asyncio.StreamWriter, content: bytes) -> None:
    for byte in content:
        if writer.is_closing():
            return
        writer.write(bytes([byte]))
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        await asyncio.sleep(0.01)


async def test_a_connection_that_asks_again_and_again_ends_and_no_request_is_cut_by_that() -> None:
    async with Bot(ConnectionLimits(total_seconds=2)).serving() as bot:
        reader, writer = await bot.call()
        answers = 0
        with contextlib.suppress(ConnectionError):
            writer.write(GET % b"/slow")
            while head := await asyncio.wait_for(reader.read(1000), 5):
                assert head.endswith(b"slow")
                answers += 1
                writer.write(GET % b"/slow")
    assert answers == bot.begun > 2


async def test_who_does_not_read_is_not_waited_for() -> None:
    async with Bot(ConnectionLimits(total_seconds=0.5)).serving() as bot:
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(slow, ("127.0.0.1", bot.port))
            await loop.sock_sendall(slow, GET % b"/large")
            await asyncio.sleep(1)
            read = 0
            with contextlib.suppress(ConnectionError):
                while chunk := await asyncio.wait_for(loop.sock_recv(slow, 65536), 5):
                    read += len(chunk)
        assert 0 < read < LARGE


SERVER = """
    import asyncio, logging, resource, sys
    from bot.web.routes import web_app
    from bot.web.server import listening

    async def serve():
        app = web_app(None, None, readiness=lambda: None, metrics=lambda: b"")
        async with listening(app, "127.0.0.1", int(sys.argv[1])):
            print("up", flush=True)
            await asyncio.Event().wait()

    logging.basicConfig(level=logging.WARNING)
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[2]),) * 2)
    asyncio.run(serve())
"""


class ServerProcess:
    """The web server in a process of its own, which may open so many files."""

    def __init__(self, descriptors: int) -> None:
        self.port = free_port()
        command = [sys.executable, "-c", textwrap.dedent(SERVER), str(self.port), str(descriptors)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "up\n"

    def call(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def ask(self) -> bytes:
        with self.call() as connection:
            connection.sendall(GET % b"/healthz")
            return connection.recv(15)

    def stop(self) -> tuple[list[str], float]:
        """What it logged, and the seconds of processor time that it took."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._process.send_signal(signal.SIGTERM)
        _, logged = self._process.communicate()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return logged.splitlines(), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_descriptors")
def test_1100_silent_connections_keep_nobody_out_and_are_worth_one_line() -> None:
    server = ServerProcess(1024)
    with contextlib.ExitStack() as silent:
        for _ in range(1100):
            silent.enter_context(server.call())
        time.sleep(0.5)
        answers = {server.ask() for _ in range(20)}
    logged, seconds = server.stop()
    assert answers == {b"HTTP/1.1 200 OK"}
    assert len(logged) == 1, logged[:5]
    assert seconds < 5


def test_where_no_descriptor_is_left_newcomers_are_turned_away_and_it_is_said_once() -> None:
    server = ServerProcess(60)
    with contextlib.ExitStack() as silent:
        for _ in range(150):
            last = silent.enter_context(server.call())
        with contextlib.suppress(ConnectionError):
            assert last.recv(1) == b""
    with contextlib.suppress(ConnectionError):
        assert server.ask() == b"HTTP/1.1 200 OK"
    assert server.ask() == b"HTTP/1.1 200 OK"
    logged, seconds = server.stop()
    assert len(logged) == 1, logged[:5]
    assert "no file descriptor is left" in logged[0]
    assert seconds < 5
