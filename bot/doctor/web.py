"""Checks whether the provider can fetch photos and send callbacks."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx

from bot.core.errors import BotError
from bot.doctor.finding import Finding, short
from bot.photo_hosts.web import WebHost
from bot.settings import Settings
from bot.web.routes import NOT_FOUND, web_app
from bot.web.server import listening
from bot.wiring.outside import photo_host, way_out, web_host

_TINY_JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300ffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc0000b080001000101011100ffc40014"
    "00010000000000000000000000000000000affc40014100100000000000000000000000000000000ffda0008010100003f00d2cf"
    "20ffd9"
)


async def web(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """The photo host and the callbacks."""
    hosted = web_host(settings)
    if settings.public_url:
        await _serve_meanwhile(settings, hosted, stack)
    async for finding in _photo_host(settings, hosted, stack):
        yield finding
    yield await _callbacks(settings)


async def _photo_host(
    settings: Settings, hosted: WebHost, stack: contextlib.AsyncExitStack
) -> AsyncIterator[Finding]:
    """Publish a tiny photo and fetch it back as the provider would."""
    subject = f"photo host ({settings.image_host})"
    host = photo_host(settings, hosted, stack)
    secret = f"doctor-{secrets.token_urlsafe(18)}"
    try:
        url = await host.publish(secret, _TINY_JPEG)
        try:
            async with httpx.AsyncClient(timeout=15, transport=way_out(settings, url.value, 1)) as client:
                answer = await client.get(url.value)
        finally:
            await host.withdraw(secret)
    except BotError as error:
        yield Finding(subject, str(error), "check the settings of this host")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield Finding(
            subject, short(error), "the address must be reachable from the internet: check PUBLIC_URL"
        )
    else:
        if answer.status_code == httpx.codes.OK and answer.content == _TINY_JPEG:
            yield Finding(subject, "a photo was published and fetched back from here")
        else:
            yield Finding(
                subject, f"fetching it back gave HTTP {answer.status_code}",
                "the address must lead to this bot without redirect, login or bot protection",
            )  # fmt: skip


async def _callbacks(settings: Settings) -> Finding:
    """Call back with an unknown secret: this bot's own "not found" has to come."""
    if not settings.public_url:
        return Finding("callbacks", "none without PUBLIC_URL; the bot looks at its tasks by itself")
    url = f"{settings.public_url}/callback/doctor-{secrets.token_urlsafe(18)}"
    advice = "check PUBLIC_URL; until then the bot looks at its tasks by itself"
    try:
        async with httpx.AsyncClient(timeout=15, transport=way_out(settings, url, 1)) as client:
            answer = await client.post(url, json={})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Finding("callbacks", short(error), advice)
    if (answer.status_code, answer.text) != (httpx.codes.NOT_FOUND, NOT_FOUND):
        return Finding("callbacks", f"somebody else answers, with HTTP {answer.status_code}", advice)
    return Finding("callbacks", "this bot answers at PUBLIC_URL")


async def _serve_meanwhile(settings: Settings, hosted: WebHost, stack: contextlib.AsyncExitStack) -> None:
    """Run the web server, unless a running bot already does."""

    async def nobody(_: str, __: bytes) -> HTTPStatus:
        return HTTPStatus.NOT_FOUND

    with contextlib.suppress(OSError):
        web = web_app(hosted.read, nobody)
        await stack.enter_async_context(listening(web, settings.web_host, settings.web_port))
