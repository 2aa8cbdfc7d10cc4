"""What an unkind network, or an unkind service, may answer: as scenarios, beside those of `SCENARIOS`."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import HTMLResponse, Response, StreamingResponse

from bot.sandbox.nanobanana import wire
from bot.sandbox.nanobanana.twists import CutOff, Scenario, answers, done, downloads, poll_says

HEAVY_BYTES = 40 * 1024 * 1024
_PIECE = b'"%s",' % (b"x" * 65_533)


class Heavy(StreamingResponse):
    """Forty megabytes of JSON; `sent` is how much of it somebody took."""

    def __init__(self) -> None:
        super().__init__(self._pieces(), media_type="application/json")
        self.sent = 0

    async def _pieces(self) -> AsyncIterator[bytes]:
        yield b'{"code":200,"msg":"success","data":{"taskId":"heavy","padding":['
        while self.sent < HEAVY_BYTES:
            yield _PIECE
            self.sent += len(_PIECE)
            await asyncio.sleep(0)  # or a caller that is gone would not be noticed
        yield b'""]}}'


def drip() -> Response:
    """A body that never ends, a byte at a time."""

    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.3)

    return StreamingResponse(drops(), media_type="application/json")


def _empty() -> Response:
    return Response(b"", media_type="application/json")


def _elsewhere(location: str) -> Response:
    return Response(status_code=307, headers={"Location": location})


def found_at(url: str) -> Scenario:
    """The finished record names this address."""
    return done(lambda data, _: data.update(response={"originImageUrl": None, "resultImageUrl": url}))


HOSTILE: dict[str, Scenario] = {
    # nothing has happened
    "create-503-html": answers("create", lambda: HTMLResponse("<h1>503 Service Unavailable</h1>", 503)),
    "create-521-html": answers("create", lambda: HTMLResponse("<h1>Web server is down</h1>", 521)),
    "create-reset": answers("create", lambda: CutOff(b"")),
    "create-empty": answers("create", _empty),
    "create-drip": answers("create", drip),
    "create-heavy": answers("create", Heavy),
    "create-redirect": answers("create", lambda: _elsewhere("http://10.0.0.1/")),
    "create-wrong-path": answers("create", lambda: wire.spring_error(404, "Not Found", "/api/v2", 0)),
    # the task exists and is charged
    "create-answer-empty": answers("create", _empty, "after"),
    "create-answer-drip": answers("create", drip, "after"),
    "create-answer-heavy": answers("create", Heavy, "after"),
    # looks at a task
    "poll-reset-once": poll_says(lambda look: look.number == 1, lambda: CutOff(b"")),
    "poll-empty-once": poll_says(lambda look: look.number == 1, _empty),
    "poll-drip-once": poll_says(lambda look: look.number == 1, drip),
    "poll-heavy-once": poll_says(lambda look: look.number == 1, Heavy),
    "poll-redirect-once": poll_says(lambda look: look.number == 1, lambda: _elsewhere("http://10.0.0.1/")),
    # the picture itself
    "result-drip-once": downloads(lambda visit: drip() if visit.number == 1 else None),
    "result-heavy": downloads(lambda _: Heavy()),
    "result-redirect-private": downloads(lambda _: _elsewhere("http://10.0.0.1/x.png")),
    "result-redirect-metadata": downloads(lambda _: _elsewhere("http://169.254.169.254/latest/")),
    "result-in-private": found_at("https://192.168.1.1/x.png"),
    # the photo's way to the provider
    "upload-reset": answers("upload", lambda: CutOff(b"")),
    "upload-empty": answers("upload", _empty),
    "upload-drip": answers("upload", drip),
    "upload-heavy": answers("upload", Heavy),
    "upload-redirect": answers("upload", lambda: _elsewhere("http://10.0.0.1/")),
}
