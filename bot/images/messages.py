"""What goes between the pool and a worker: a few words as JSON, and bytes in files that exist only in memory.

No pickle: a worker reads what strangers made, and what comes from it is data, whatever became of it. No bytes
through the socket either: that takes a wake-up on both sides for every 200 kB.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
import tempfile
from dataclasses import dataclass
from io import FileIO
from typing import Any

_MAX_WORDS_BYTES = 60_000
"""Such a message comes in one piece."""
_MAX_CONTENTS = 2
_MAX_CONTENT_BYTES = 200_000_000
_MUCH_BYTES = 2_000_000
"""Copying less takes under a millisecond; handing it to a thread and back takes longer on a busy machine."""


@dataclass(frozen=True, slots=True)
class Message:
    words: dict[str, Any]
    contents: tuple[bytes, ...] = ()


def send(connection: socket.socket, message: Message) -> None:
    """OSError when the other side is gone."""
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(_file_of(content)) for content in message.contents]
        socket.send_fds(connection, [json.dumps(message.words).encode()], [file.fileno() for file in files])


def receive(connection: socket.socket) -> Message:
    """EOFError or OSError when the other side is gone; ValueError for what nobody here says."""
    return _opened(*_received(connection))


async def send_async(connection: socket.socket, message: Message) -> None:
    """`send`; off the event loop where there is much to write."""
    if sum(map(len, message.contents)) > _MUCH_BYTES:
        await asyncio.to_thread(send, connection, message)
    else:
        send(connection, message)


async def receive_async(connection: socket.socket) -> Message:
    """`receive` when there is something to read; off the event loop where it is much."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(connection, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(connection)
    words, files = _received(connection)
    if sum(os.fstat(file).st_size for file in files) > _MUCH_BYTES:
        return await asyncio.to_thread(_opened, words, files)
    return _opened(words, files)


def _received(connection: socket.socket) -> tuple[bytes, list[int]]:
    """The words, and the descriptors of the files, which are the caller's to close."""
    words, files, _, _ = socket.recv_fds(connection, _MAX_WORDS_BYTES, _MAX_CONTENTS)
    if not words:
        raise EOFError
    return words, files


def _opened(words: bytes, files: list[int]) -> Message:
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(FileIO(file)) for file in files]
        return Message(json.loads(words), tuple([_whole(file) for file in opened]))


def _file_of(content: bytes) -> FileIO:
    """A new file without a name."""
    if sys.platform == "linux":
        file = FileIO(os.memfd_create("picture"), "w+")
    else:
        with tempfile.TemporaryFile(buffering=0) as unnamed:
            file = FileIO(os.dup(unnamed.fileno()), "w+")
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]
    return file


def _whole(file: FileIO) -> bytes:
    if file.seek(0, os.SEEK_END) > _MAX_CONTENT_BYTES:
        raise ValueError("a picture's file is too long")
    file.seek(0)
    return file.readall()
