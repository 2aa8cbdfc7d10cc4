"""The web server over real connections: bodies that do not come, and addresses that are taken."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, BinaryIO

import pytest

from bot.sandbox.serve import free_port
from bot.web.routes import MAX_CALLBACK_BYTES, web_app
from bot.web.server import listening


async def nothing(_: str) -> None:
    return None


async def nobody(_: str, __: bytes) -> HTTPStatus:
    return HTTPStatus.NOT_FOUND


@contextlib.asynccontextmanager
async def begun(
    length: int, **options: Any
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A callback whose body has only begun to come."""
    port = free_port()
    async with listening(web_app(nothing, nobody, **options), "127.0.0.1", port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"POST /callback/some-secret-of-an-edit HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
        )
        writer.write(head.encode() + b"abc")
        yield reader, writer
        writer.close()


async def test_who_hangs_up_in_the_middle_of_a_body_is_not_worth_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with begun(1000) as (_, writer):
        await asyncio.sleep(0.2)
        writer.close()
        await asyncio.sleep(0.3)
    assert caplog.records == []


async def test_a_body_that_drips_is_not_waited_for_and_its_connection_ends() -> None:
    async with begun(1000, answer_within_seconds=0.2) as (reader, _):
        answer = await asyncio.wait_for(reader.read(), 3)  # to the connection's end
    assert answer.startswith(b"HTTP/1.1 503")


async def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    async with begun(MAX_CALLBACK_BYTES * 10) as (reader, writer):
        writer.write(b" " * MAX_CALLBACK_BYTES)
        answer = await asyncio.wait_for(reader.read(), 3)
    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("path", ["/callback/some-secret-of-an-edit", "/i/some-secret-of-an-edit.jpg", "/"])
async def test_a_body_with_two_lengths_is_refused(path: str) -> None:
    port = free_port()
    async with listening(web_app(nothing, nobody), "127.0.0.1", port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lengths = "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"
        writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\n{lengths}\r\n0\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), 3)  # to the connection's end
        writer.close()
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


async def test_who_takes_a_photo_slowly_takes_little_memory() -> None:
    photo, read = bytes(20_000_000), list[int]()

    class Photo(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            read.append(len(piece))
            return piece

    async def opened(_: str) -> BinaryIO:
        return Photo(photo)

    port = free_port()
    async with listening(web_app(opened, nobody), "127.0.0.1", port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
        writer.write(b"GET /i/some-secret-of-an-edit.jpg HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readline()
        await asyncio.sleep(0.3)
        writer.close()
    assert 0 < sum(read) < len(photo) / 2  # what the sockets' buffers hold, and a piece


async def test_an_address_that_is_taken_is_named() -> None:
    port = free_port()
    async with listening(web_app(nothing, nobody), "127.0.0.1", port):
        with pytest.raises(OSError, match=rf"127.0.0.1:{port} cannot be listened on .* see WEB_HOST"):
            async with listening(web_app(nothing, nobody), "127.0.0.1", port):
                pass
