"""A NanoBanana API that costs next to nothing, as a process of its own: `python -m tests.bench.provider`.

Every task runs until `/finish`; `/looks` tells who asked when, by the clock that all processes here share.
"""

import asyncio
import contextlib
import io
import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, Popen

from PIL import Image

LATENCY_SECONDS = 0.1
"""Of a look, as over the internet: so many looks are under way at once."""
_RUNNING = b'{"code":200,"msg":"success","data":{"taskId":"%b","successFlag":0}}'
_DONE = (
    b'{"code":200,"msg":"success","data":{"taskId":"%b","successFlag":1,'
    b'"response":{"resultImageUrl":"http://127.0.0.1:%d/result.jpg"}}}'
)


class Api:
    """Answers what the bot asks."""

    def __init__(self) -> None:
        self.looks: list[tuple[float, str]] = []
        self.is_done, self.port = False, 0
        picture = io.BytesIO()
        Image.effect_noise((1248, 832), 30).convert("RGB").save(picture, "JPEG")
        self.picture = picture.getvalue()

    def answer(self, path: bytes) -> tuple[bytes, bytes]:
        """The content and its type."""
        name, _, query = path.partition(b"?")
        if name.endswith(b"/record-info"):
            task_id = query.partition(b"taskId=")[2]
            self.looks.append((time.monotonic(), task_id.decode()))
            return (_DONE % (task_id, self.port) if self.is_done else _RUNNING % task_id), b"application/json"
        if name == b"/result.jpg":
            return self.picture, b"image/jpeg"
        if name == b"/finish":
            self.is_done = True
        looks = self.looks
        if name == b"/forget":
            self.looks = []
        return json.dumps(looks).encode(), b"application/json"


class Connection(asyncio.Protocol):
    """HTTP as far as it is needed here: GET only, and kept open."""

    def __init__(self, api: Api) -> None:
        self._api, self._received = api, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            content, kind = self._api.answer(path)
            lines = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
            answer = lines % (kind, len(content)) + content
            latency = LATENCY_SECONDS if b"/record-info" in path else 0
            asyncio.get_running_loop().call_later(latency, self._transport.write, answer)


async def serve() -> None:
    """Serve until killed; the first line of output is the port."""
    api = Api()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(api), "127.0.0.1", 0)
    api.port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"{api.port}\n")
    sys.stdout.flush()
    await server.serve_forever()


class Provider:
    """The process, seen from the benchmark."""

    def __init__(self, url: str) -> None:
        self.url = url

    def finish(self) -> None:
        """From now on every task is done."""
        self._get("finish")

    def forget(self) -> None:
        """Nobody has asked yet."""
        self._get("forget")

    def looks(self) -> list[tuple[float, str]]:
        """When (monotonic) which task was asked about."""
        return [(at, task_id) for at, task_id in json.loads(self._get("looks"))]

    def _get(self, name: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}/{name}") as answer:  # noqa: S310 - our own
            content: bytes = answer.read()
            return content


@contextlib.contextmanager
def provider() -> Iterator[Provider]:
    """The API at work until the block ends."""
    project = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.bench.provider"]
    with Popen(command, stdout=PIPE, cwd=project) as process:
        assert process.stdout is not None
        try:
            yield Provider(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(serve())
