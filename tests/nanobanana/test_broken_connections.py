"""Connections that are refused, dropped or trickle: what is known of a call."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from bot.core.errors import (
    OutcomeUnknown,
    TryLater,
)
from tests.nanobanana.samples import (
    ORDER,
    TASK_ID,
    a_client,
    outcome,
)

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[str]:
    """A server that is not much of one."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_refused_connection_is_known_to_have_had_no_effect() -> None:
    async def talk(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None: ...

    async with talking(talk) as url:
        pass
    async with a_client(url) as client:
        assert type(await outcome(client.create(ORDER))) is TryLater


async def test_a_connection_that_is_dropped_after_the_call_leaves_the_outcome_open() -> None:
    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(100)

    async with talking(talk) as url, a_client(url) as client:
        assert type(await outcome(client.create(ORDER))) is OutcomeUnknown
        assert type(await outcome(client.check(TASK_ID))) is TryLater


async def test_an_answer_that_trickles_does_not_hold_the_caller_beyond_the_deadline() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)

    async with talking(talk) as url, a_client(url, seconds=0.2) as client, asyncio.timeout(5):
        assert type(await outcome(client.create(ORDER))) is OutcomeUnknown
        assert type(await outcome(client.check(TASK_ID))) is TryLater
