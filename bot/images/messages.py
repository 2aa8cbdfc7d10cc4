"""What goes between the pool and a worker: a few words as JSON, and bytes in files that exist only in memory.

No pickle: a worker reads what strangers made, and what comes from it is data, whatever became of it. No bytes
through the socket either: that takes a wake-up on both sides for every 200 kB.
"""

import asyncio
import json
import os
import socket
import sys
import tempfile
from dataclasses import dataclass
from typing import Any

_MAX_WORDS_BYTES = 60_000
"""Such a message comes in one piece."""
_MAX_CONTENTS = 2
_MAX_CONTENT_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Message:
    words: dict[str, Any]
    contents: tuple[bytes, ...] = ()


def send(connection: socket.socket, message: Message) -> None:
    """OSError when the other side is gone."""
    files: list[int] = []
    try:
        files += (_written(content) for content in message.contents)
        socket.send_fds(connection, [json.dumps(message.words).encode()], files)
    finally:
        for file in files:
            os.close(file)


def receive(connection: socket.socket) -> Message:
    """EOFError or OSError when the other side is gone; ValueError for what nobody here says."""
    words, files, _, _ = socket.recv_fds(connection, _MAX_WORDS_BYTES, _MAX_CONTENTS)
    contents = tuple([_read(file) for file in files])
    if not words:
        raise EOFError
    return Message(json.loads(words), contents)


async def send_async(connection: socket.socket, message: Message) -> None:
    """`send` off the event loop, where there is something to write."""
    if message.contents:
        await asyncio.to_thread(send, connection, message)
    else:
        send(connection, message)


async def receive_async(connection: socket.socket) -> Message:
    """`receive` when there is something to read."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(connection, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(connection)
    return await asyncio.to_thread(receive, connection)


def _written(content: bytes) -> int:
    """A new file without a name, as a descriptor."""
    if sys.platform == "linux":
        file = os.memfd_create("picture")
    else:
        with tempfile.TemporaryFile() as unnamed:
            file = os.dup(unnamed.fileno())
    left = memoryview(content)
    while left:
        left = left[os.write(file, left) :]
    return file


def _read(file: int) -> bytes:
    with open(file, "rb", buffering=0) as whole:
        if os.fstat(file).st_size > _MAX_CONTENT_BYTES:
            raise ValueError("a picture's file is too long")
        whole.seek(0)
        return whole.read()
