"""A downloader that does not wait, and sites for it to fetch from."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.nanobanana.download import Downloader
from bot.sandbox.serve import serving

Endpoint = Callable[[Request], Awaitable[Response]]


@contextlib.asynccontextmanager
async def a_downloader(**options: object) -> AsyncIterator[Downloader]:
    async def no_wait(_: float) -> None: ...

    downloader = Downloader(**{"allow_loopback": True, "sleep": no_wait, **options})  # type: ignore[arg-type]
    try:
        yield downloader
    finally:
        await downloader.aclose()


@contextlib.asynccontextmanager
async def a_site(answer: Endpoint) -> AsyncIterator[tuple[str, list[Request]]]:
    """A loopback site where every path is answered by `answer`, and what it was asked."""
    asked: list[Request] = []

    async def endpoint(request: Request) -> Response:
        asked.append(request)
        return await answer(request)

    async with serving(Starlette(routes=[Route("/{path:path}", endpoint)])) as url:
        yield url, asked


def always(*answers: Response) -> Endpoint:
    """The answers in turn, the last one for ever."""
    left = list(answers)

    async def answer(_: Request) -> Response:
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def names(**hosts: list[str]) -> Callable[[str, int], Awaitable[list[str]]]:
    """A resolver that knows `name.test` for every given name, and says its addresses in turn."""

    async def resolver(host: str, _: int) -> list[str]:
        return list(hosts[host.removesuffix(".test")])

    return resolver
