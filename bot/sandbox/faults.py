"""Faults: what a test tells a sandbox server to do wrong, where, and how many times.

Each server has points where it can go wrong: the name of a Bot API method, `create`, `result` and so on.
`before` runs before the call has its effect, `after` when the effect is there but nothing is answered yet.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

Phase = Literal["before", "after"]
Action = Callable[[Request], Awaitable[Response | None]]
"""Returns the answer to give instead, or None to go on."""

HEAVY_BYTES = 40 << 20
_PIECE = b'"%s",' % (b"x" * 65_533)
_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


@dataclass
class _Switch:
    point: str
    phase: Phase
    action: Action
    times: int | None


@dataclass
class Faults:
    """What goes wrong at one server; the oldest fault that fits a point is played first."""

    _switches: list[_Switch] = field(default_factory=list)

    def at(self, point: str, action: Action, *, phase: Phase = "before", times: int | None = None) -> None:
        """Play `action` at `point` for the next `times` calls (None: until cleared)."""
        self._switches.append(_Switch(point, phase, action, times))

    def answer(
        self, point: str, response: Response, *, phase: Phase = "before", times: int | None = 1
    ) -> None:
        """Answer the next `times` calls at `point` with `response`."""

        async def action(_: Request) -> Response:
            return response

        self.at(point, action, phase=phase, times=times)

    def clear(self) -> None:
        """Everything works again."""
        self._switches.clear()

    async def play(self, point: str, phase: Phase, request: Request) -> Response | None:
        """The servers call this at each point; the response, if any, is the answer."""
        for switch in self._switches:
            if (switch.point, switch.phase) == (point, phase) and switch.times != 0:
                if switch.times is not None:
                    switch.times -= 1
                return await switch.action(request)
        return None


class CutOff(Response):
    """Promises more bytes than it sends; the server then drops the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        kind = self.media_type or "application/json"
        headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % (len(self.body) + 4096))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": bytes(self.body), "more_body": True})


class Heavy(StreamingResponse):
    """Forty megabytes of JSON; `sent` is how many bytes of it were taken."""

    def __init__(self) -> None:
        super().__init__(self._pieces(), media_type="application/json")
        self.sent = 0

    async def _pieces(self) -> AsyncIterator[bytes]:
        yield b'{"code":200,"msg":"success","data":{"taskId":"heavy","padding":['
        while self.sent < HEAVY_BYTES:
            yield _PIECE
            self.sent += len(_PIECE)
            await asyncio.sleep(0)  # otherwise a caller that has gone away is not noticed
        yield b'""]}}'


def drip() -> Response:
    """A body that never ends, one byte at a time."""

    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.3)

    return StreamingResponse(drops(), media_type="application/json")


def page(status: int, title: str) -> Response:
    """An HTML page where JSON or a picture is expected, as a proxy sends it."""
    return HTMLResponse(_PAGE.format(title), status)


def empty(media_type: str = "application/json") -> Response:
    """200 and no body."""
    return Response(b"", media_type=media_type)


def redirect(location: str, status: int = 307) -> Response:
    """The answer is said to be elsewhere."""
    return Response(status_code=status, headers={"Location": location})
