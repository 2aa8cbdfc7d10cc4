"""Lets in nobody but the page itself: other sites in the same browser can reach loopback too."""

import asyncio
import contextlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """An ASGI app around another one.

    A name that somebody points to 127.0.0.1 (DNS rebinding) shows in `Host`; another site's script or form
    shows in `Origin`. What changes something has to bring an `Origin`, as browsers always do.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        hosts = {f"{name}:{scope['server'][1]}" for name in ("127.0.0.1", "localhost")}
        origins = {f"http://{host}" for host in hosts}
        origin = headers.get("origin")
        if headers.get("host") not in hosts:
            refusal = PlainTextResponse("This address is not mine.\n", 421)
            return await refusal(scope, receive, send)
        if origin not in origins and (origin is not None or scope["method"] not in {"GET", "HEAD"}):
            refusal = PlainTextResponse("Only the page itself may ask.\n", 403)
            return await refusal(scope, receive, send)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    given.setdefault(name, value)
            await send(message)

        # When play ends, what still goes on is cancelled: nobody waits for the answer, and it is no error.
        with contextlib.suppress(asyncio.CancelledError):
            await self._app(scope, receive, send_guarded)
        return None
