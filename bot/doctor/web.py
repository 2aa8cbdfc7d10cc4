"""Checks whether the provider can fetch photos and send callbacks."""

import contextlib
import errno
import secrets
from collections.abc import AsyncIterator
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from bot.core.errors import BotError
from bot.doctor.finding import Finding, know, mend
from bot.doctor.port import listener
from bot.doctor.witness import telegram_fetches
from bot.doctor.words import in_words
from bot.nanobanana.addresses import is_public, resolve
from bot.photo_hosts.web import WebHost
from bot.settings import Settings
from bot.urls import is_loopback, shown_url
from bot.web.routes import NOT_FOUND, web_app
from bot.web.server import listening
from bot.wiring.outside import photo_host, way_out, web_host

_TINY_JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300ffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc0000b080001000101011100ffc40014"
    "00010000000000000000000000000000000affc40014100100000000000000000000000000000000ffda0008010100003f00d2cf"
    "20ffd9"
)


_OTHER_ADDRESS = "correct WEB_HOST or WEB_PORT; ports below 1024 are for root"
_FETCHES = "The image service fetches each photo from there; without it no edit works."
_ALIKE = "The image service fetches each photo from outside as well."
_PUBLISHED = {
    "web": "check PUBLIC_URL and what leads from there to the bot",
    "s3": "check the S3_ settings, and the rights of the key",
    "kie": "check KIE_API_KEY",
}


async def web(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """The web server's port, the photo host, and the way back for callbacks."""
    hosted = web_host(settings)
    yield await _port(settings, hosted, stack)
    yield await _photo_host(settings, hosted, stack)
    yield await _callbacks(settings)


async def _port(settings: Settings, hosted: WebHost, stack: contextlib.AsyncExitStack) -> Finding:
    """Be the web server for now, unless a running bot already is."""

    async def nobody(_: str, __: bytes) -> HTTPStatus:
        return HTTPStatus.NOT_FOUND

    host, port = settings.web_host, settings.web_port
    try:
        await stack.enter_async_context(listening(web_app(hosted.open, nobody), host, port))
    except OSError as error:
        here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what it means to a caller
        shown = f"[{here}]" if ":" in here else here
        if await _is_bot(settings, f"http://{shown}:{port}") is None:
            return Finding("web server", f"a running bot answers at {host}:{port}; it was left in peace")
        by = f"; it is {found}" if (found := listener(port)) else ""
        is_taken = getattr(error.__context__, "errno", None) == errno.EADDRINUSE
        advice = "stop what listens there, or choose another WEB_PORT" if is_taken else _OTHER_ADDRESS
        return mend("web server", f"{error}{by}", "The bot does not start without its web server.", advice)
    return Finding("web server", f"{host}:{port} is free for it")


async def _photo_host(settings: Settings, hosted: WebHost, stack: contextlib.AsyncExitStack) -> Finding:
    """Publish a tiny photo and fetch it back, as near to the provider's way as this machine gets."""
    subject = f"photo host ({settings.image_host})"
    host = photo_host(settings, hosted, stack)
    secret = f"doctor-{secrets.token_urlsafe(18)}"
    advice = _PUBLISHED[settings.image_host]
    try:
        url = (await host.publish(secret, _TINY_JPEG)).value
        try:
            if inside := await _inside(settings, url):
                return mend(subject, inside, _FETCHES, "use an address that the whole internet reaches")
            async with httpx.AsyncClient(timeout=15, transport=way_out(settings, url, 1)) as client:
                answer = await client.get(url)
            is_seen = await telegram_fetches(settings, url, stack)
        finally:
            await host.withdraw(secret)
    except (BotError, httpx.HTTPError, httpx.InvalidURL) as error:
        return mend(subject, f"{_place(settings)}: {in_words(error)}", _FETCHES, advice)
    if answer.status_code != httpx.codes.OK or answer.content != _TINY_JPEG:
        said = f"a photo was published, but fetching it gave {_status(answer)}"
        return mend(
            subject,
            said,
            _FETCHES,
            "the address must lead to this bot without redirect, login or bot protection",
        )
    said = f"a photo was published and fetched back from {urlsplit(url).netloc}"
    if is_seen is False:
        advice = "open the address from another network (docs/faq.md, about photos that are not picked up)"
        return know(subject, f"{said} by this machine, but Telegram could not fetch it", _ALIKE, advice)
    return Finding(subject, f"{said}, {'by Telegram too' if is_seen else 'seen from this machine'}")


def _place(settings: Settings) -> str:
    """Where photos are put, or fetched from."""
    match settings.image_host:
        case "web":
            return settings.public_url
        case "s3":
            return shown_url(settings.s3_endpoint_url) or f"Amazon S3 in {settings.s3_region}"
        case "kie":
            return shown_url(settings.kie_upload_url)


async def _inside(settings: Settings, url: str) -> str:
    """What is wrong with an address that only this machine or network reaches; a test's API is there too."""
    host = urlsplit(url).hostname or ""
    if is_loopback(settings.nanobanana_api_url):
        return ""
    with contextlib.suppress(OSError, UnicodeError):  # behind a proxy, names may mean nothing here
        found = await resolve(host, 443)
        if not any(map(is_public, found)):
            return f"{host} is {found[0]}, which only this machine or its network reaches"
    return ""


async def _callbacks(settings: Settings) -> Finding:
    """Call back with an unknown secret: this bot's own "not found" has to come."""
    if not settings.public_url:
        return Finding("callbacks", "none without PUBLIC_URL; the bot looks at its tasks by itself")
    inside = await _inside(settings, settings.public_url)
    problem = inside or await _is_bot(settings, settings.public_url)
    if problem is None:
        return Finding("callbacks", "this bot answers at PUBLIC_URL, seen from this machine")
    why = "The bot looks at its tasks by itself until then, and learns a little later that they are done."
    return mend("callbacks", problem, why, "check PUBLIC_URL and what leads from there to the bot")


async def _is_bot(settings: Settings, root: str) -> str | None:
    """None where a web server like this bot's answers; else what is in the way."""
    url = f"{root}/callback/doctor-{secrets.token_urlsafe(18)}"
    try:
        async with httpx.AsyncClient(timeout=15, transport=way_out(settings, url, 1)) as client:
            answer = await client.post(url, json={})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return in_words(error)
    if (answer.status_code, answer.text) != (httpx.codes.NOT_FOUND, NOT_FOUND):
        return f"somebody else answers, with {_status(answer)}"
    return None


def _status(answer: httpx.Response) -> str:
    return f"HTTP {answer.status_code} {answer.reason_phrase}".strip()
