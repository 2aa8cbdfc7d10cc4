"""The bot's own small web server: hosted photos, callbacks, Telegram's updates, and how the process is."""

import asyncio
import contextlib
import json
import logging
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

logger = logging.getLogger(__name__)

MAX_CALLBACK_BYTES = 64 * 1024
NOT_FOUND = "not found"
MAX_UPDATE_BYTES = 1024 * 1024
ANSWER_WITHIN_SECONDS = 12.0
"""Whoever calls here waits about fifteen, and comes again after a 503."""
_HANG_UP = {"Connection": "close"}
"""What is still to come of the body is not waited for."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")

ReadPhoto = Callable[[str], Awaitable[bytes | None]]
"""The hosted JPEG of an edit's secret, or None."""

OnCallback = Callable[[str, str | None], Awaitable[bool | None]]
"""Told an edit's secret and the task id that the callback names; False when nobody has that secret, None
when that cannot be told now."""


OnUpdate = Callable[[str, bytes], Awaitable[int]]
"""Told what the caller shows as its secret and an update's JSON; the HTTP status to answer."""

Answer = Callable[[Request], Awaitable[Response]]

Readiness = Callable[[], Awaitable[Mapping[str, object]]]
"""What there is to say of the process; `ready` in it decides the answer's status."""


def web_app(
    read_photo: ReadPhoto,
    on_callback: OnCallback,
    *,
    on_update: OnUpdate | None = None,
    readiness: Readiness | None = None,
    metrics: Callable[[], bytes] | None = None,
    answer_within_seconds: float = ANSWER_WITHIN_SECONDS,
) -> Starlette:
    """The routes. Photos and callbacks hold an unguessable secret, and a wrong one is just "not found"."""
    routes = [_photo_route(read_photo)]
    posts = {"/callback/{secret}": _callback(on_callback)}
    if on_update is not None:
        posts["/telegram"] = _update(on_update)
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
            return PlainTextResponse(NOT_FOUND, 404)
        return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})

    return Route("/i/{secret}.jpg", photo, methods=["GET"])  # Starlette answers HEAD as well


def _in_time(answer: Answer, seconds: float) -> Answer:
    """The answer, or 503: a body may trickle in, and a database may be slow."""

    async def in_time(request: Request) -> Response:
        try:
            async with asyncio.timeout(seconds):
                return await answer(request)
        except TimeoutError:
            return _come_again(_HANG_UP)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it

    return in_time


def _come_again(headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse("come again", 503, {"Retry-After": "5", **(headers or {})})


def _callback(on_callback: OnCallback) -> Answer:
    async def callback(request: Request) -> Response:
        secret = request.path_params["secret"]
        body = await _capped_body(request, MAX_CALLBACK_BYTES)
        if body is None:
            return PlainTextResponse("too large", 413, _HANG_UP)
        known = await on_callback(secret, _task_id(body)) if _SECRET.fullmatch(secret) else False
        if known is None:
            return _come_again()
        return PlainTextResponse("ok") if known else PlainTextResponse(NOT_FOUND, 404)

    return callback


def _update(on_update: OnUpdate) -> Answer:
    async def update(request: Request) -> Response:
        body = await _capped_body(request, MAX_UPDATE_BYTES)
        if body is None:
            return PlainTextResponse("too large", 413, _HANG_UP)
        status = await on_update(request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), body)
        return Response(status_code=status) if status < 500 else _come_again()  # noqa: PLR2004

    return update


def _health_routes(readiness: Readiness, metrics: Callable[[], bytes]) -> list[Route]:
    async def healthy(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_: Request) -> Response:
        said = await readiness()
        return JSONResponse(said, 200 if said["ready"] else 503)

    async def measured(_: Request) -> Response:
        return Response(metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/healthz", healthy), Route("/readyz", ready), Route("/metrics", measured)]


async def _capped_body(request: Request, most: int) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


def _task_id(body: bytes) -> str | None:
    """`data.taskId`, the same in both shapes of callback; nothing else in it is believed."""
    try:
        task_id = json.loads(body)["data"]["taskId"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return task_id if isinstance(task_id, str) and 0 < len(task_id) <= 128 else None  # noqa: PLR2004


class _Server(uvicorn.Server):
    """Leaves the process's signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listener(host: str, port: int) -> socket.socket:
    """A bound socket. With its protocol named, asyncio sets TCP_NODELAY on what it accepts."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise OSError(
            f"{host}:{port} cannot be listened on ({error.strerror}); see WEB_HOST and WEB_PORT"
        ) from None
    return listener


@contextlib.asynccontextmanager
async def listening(app: Starlette, host: str, port: int) -> AsyncIterator[None]:
    """Serve `app` until the block ends. Raises OSError when the address cannot be had."""
    listener = _listener(host, port)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1,
        server_header=False, limit_concurrency=200,
    )  # fmt: skip
    server = _Server(config)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve([listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving
