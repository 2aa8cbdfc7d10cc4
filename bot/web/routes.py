"""The routes of the bot's web server: hosted photos, callbacks, Telegram's updates, health, metrics."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

MAX_CALLBACK_BYTES = 64 * 1024
MAX_UPDATE_BYTES = 1024 * 1024
NOT_FOUND = "not found"
ANSWER_WITHIN_SECONDS = 12.0
"""Callers wait about fifteen, and try again after a 503."""
_HANG_UP = {"Connection": "close"}
"""Do not wait for the rest of the body."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")

ReadPhoto = Callable[[str], Awaitable[bytes | None]]
"""Returns the hosted JPEG for an edit's secret, or None."""

TakePost = Callable[[str, bytes], Awaitable[HTTPStatus]]
"""Takes a secret and a body, returns the HTTP status. A callback has its secret in the path, an update in a
header."""

Readiness = Callable[[], Awaitable[Mapping[str, object]]]
"""Returns the body of `/readyz`; its `ready` decides the status."""

_Answer = Callable[[Request], Awaitable[Response]]


class _TooLarge(Exception):
    """A body that is longer than allowed."""


def web_app(
    read_photo: ReadPhoto,
    on_callback: TakePost,
    *,
    on_update: TakePost | None = None,
    readiness: Readiness | None = None,
    metrics: Callable[[], bytes] | None = None,
    answer_within_seconds: float = ANSWER_WITHIN_SECONDS,
) -> Starlette:
    """The app with all routes. Paths of photos and callbacks have a secret; a wrong one is "not found"."""
    posts = {"/callback/{secret}": _callback(on_callback)}
    if on_update is not None:
        posts["/telegram"] = _update(on_update)
    routes = [_photo_route(read_photo)]
    for path, answer in posts.items():
        routes.append(Route(path, _in_time(answer, answer_within_seconds), methods=["POST"]))
    if readiness is not None and metrics is not None:
        routes += _health_routes(readiness, metrics)
    return Starlette(routes=routes)


def _photo_route(read_photo: ReadPhoto) -> Route:
    async def photo(request: Request) -> Response:
        secret = request.path_params["secret"]
        content = await read_photo(secret) if _SECRET.fullmatch(secret) else None
        if content is None:
            return _answered(HTTPStatus.NOT_FOUND)
        return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})

    return Route("/i/{secret}.jpg", photo, methods=["GET"])  # Starlette answers HEAD as well


def _callback(take: TakePost) -> _Answer:
    async def callback(request: Request) -> Response:
        secret, body = request.path_params["secret"], await _body(request, MAX_CALLBACK_BYTES)
        return _answered(await take(secret, body) if _SECRET.fullmatch(secret) else HTTPStatus.NOT_FOUND)

    return callback


def _update(take: TakePost) -> _Answer:
    async def update(request: Request) -> Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        return _answered(await take(secret, await _body(request, MAX_UPDATE_BYTES)))

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
        except _TooLarge:
            return _answered(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _HANG_UP)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it

    return in_time


async def _body(request: Request, most: int) -> bytes:
    """The whole body; _TooLarge as soon as it is longer than `most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _TooLarge
    return bytes(body)


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
