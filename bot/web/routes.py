"""The routes of the bot's web server: hosted photos, callbacks, Telegram's updates, health, metrics."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import BinaryIO

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.http.answers import BodyTooLong, capped

MAX_CALLBACK_BYTES = 64 * 1024
MAX_UPDATE_BYTES = 1024 * 1024
NOT_FOUND = "not found"
ANSWER_WITHIN_SECONDS = 12.0
"""Callers wait about fifteen, and try again after a 503."""
_HANG_UP = {"Connection": "close"}
"""The rest of the body is not waited for."""
_PIECE_BYTES = 256 * 1024
_UNKNOWN_AT_ONCE, _UNKNOWN_PER_SECOND = 100, 10
"""Callbacks with a secret that no edit has: each costs a look into the database."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")

OpenPhoto = Callable[[str], Awaitable[BinaryIO | None]]
"""The hosted JPEG of an edit's secret, to be read and closed, or None."""

TakePost = Callable[[str, bytes], Awaitable[HTTPStatus]]
"""Takes a secret and a body, returns the HTTP status. A callback has its secret in the path, an update in a
header."""

Readiness = Callable[[], Awaitable[Mapping[str, object]]]
"""Returns the body of `/readyz`; its `ready` decides the status."""

_Answer = Callable[[Request], Awaitable[Response]]


def web_app(
    open_photo: OpenPhoto,
    on_callback: TakePost,
    *,
    on_update: TakePost | None = None,
    readiness: Readiness | None = None,
    metrics: Callable[[], bytes] | None = None,
    answer_within_seconds: float = ANSWER_WITHIN_SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
) -> Starlette:
    """The routes. Photos and callbacks hold an unguessable secret, and a wrong one is just "not found"."""
    posts = {"/callback/{secret}": _callback(on_callback, _Unknown(monotonic))}
    if on_update is not None:
        posts["/telegram"] = _update(on_update)
    routes = [_photo_route(open_photo)]
    for path, answer in posts.items():
        routes.append(Route(path, _in_time(answer, answer_within_seconds), methods=["POST"]))
    if readiness is not None and metrics is not None:
        routes += _health_routes(readiness, metrics)
    return Starlette(routes=routes, middleware=[Middleware(_OneLength)])


def _photo_route(open_photo: OpenPhoto) -> Route:
    async def photo(request: Request) -> Response:
        secret = request.path_params["secret"]
        file = await open_photo(secret) if _SECRET.fullmatch(secret) else None
        if file is None:
            return _answered(HTTPStatus.NOT_FOUND)
        headers = {"Cache-Control": "private, no-store", "Content-Length": str(file.seek(0, os.SEEK_END))}
        return StreamingResponse(_pieces(file), media_type="image/jpeg", headers=headers)

    return Route("/i/{secret}.jpg", photo, methods=["GET"])  # Starlette answers HEAD as well


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    """However slowly it is taken, no more than a piece of it is in memory."""
    with file:
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
            yield piece


class _Unknown:
    """How many unknown secrets may be looked up just now: so many at once, and some more each second."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic, self._at, self._left = monotonic, monotonic(), float(_UNKNOWN_AT_ONCE)

    def take(self) -> bool:
        """Whether there is one left. It is gone until it is given back, or comes again with time."""
        before, self._at = self._at, self._monotonic()
        self._left = min(_UNKNOWN_AT_ONCE, self._left + (self._at - before) * _UNKNOWN_PER_SECOND)
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def give_back(self) -> None:
        """It was not an unknown one."""
        self._left += 1


def _callback(take: TakePost, unknown: _Unknown) -> _Answer:
    async def callback(request: Request) -> Response:
        secret, body = request.path_params["secret"], await capped(request.stream(), MAX_CALLBACK_BYTES)
        if not _SECRET.fullmatch(secret):
            return _answered(HTTPStatus.NOT_FOUND)
        if not unknown.take():
            return _answered(HTTPStatus.SERVICE_UNAVAILABLE)
        status = await take(secret, body)
        if status is not HTTPStatus.NOT_FOUND:
            unknown.give_back()
        return _answered(status)

    return callback


def _update(take: TakePost) -> _Answer:
    async def update(request: Request) -> Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        return _answered(await take(secret, await capped(request.stream(), MAX_UPDATE_BYTES)))

    return update


def _health_routes(readiness: Readiness, metrics: Callable[[], bytes]) -> list[Route]:
    async def healthy(_: Request) -> Response:
        return _answered(HTTPStatus.OK)

    async def ready(_: Request) -> Response:
        said = await readiness()
        return JSONResponse(said, HTTPStatus.OK if said["ready"] else HTTPStatus.SERVICE_UNAVAILABLE)

    async def measured(_: Request) -> Response:
        return Response(metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/healthz", healthy), Route("/readyz", ready), Route("/metrics", measured)]


def _in_time(answer: _Answer, seconds: float) -> _Answer:
    """The answer, or 503 after `seconds`: a body may come byte by byte, or the database be slow."""

    async def in_time(request: Request) -> Response:
        try:
            async with asyncio.timeout(seconds):
                return await answer(request)
        except TimeoutError:
            return _answered(HTTPStatus.SERVICE_UNAVAILABLE, _HANG_UP)
        except BodyTooLong:
            return _answered(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _HANG_UP)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it

    return in_time


def _answered(status: HTTPStatus, headers: Mapping[str, str] | None = None) -> Response:
    """A plain text answer with this status; a 503 asks to try again in five seconds."""
    headers = dict(headers or {})
    match status:
        case HTTPStatus.OK:
            text = "ok"
        case HTTPStatus.NOT_FOUND:
            text = NOT_FOUND
        case HTTPStatus.SERVICE_UNAVAILABLE:
            text, headers["Retry-After"] = "come again", "5"
        case _:
            text = status.phrase.lower()
    return PlainTextResponse(text, status, headers)


class _OneLength:
    """Refuses a request that tells its length in two ways: a proxy in front may have read it otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        is_sure = not ("Content-Length" in headers and "Transfer-Encoding" in headers)
        answer = self._app if is_sure else _answered(HTTPStatus.BAD_REQUEST, _HANG_UP)
        await answer(scope, receive, send)
