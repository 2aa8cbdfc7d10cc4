"""Whether the proxies of the settings can be reached: calls go through them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from bot.doctor.finding import Finding, mend
from bot.doctor.words import in_words
from bot.settings import Settings
from bot.urls import shown_url

_PORTS = {"http": 80, "https": 443}
_SOCKS_PORT = 1080
_WITHIN_SECONDS = 10


async def proxy(settings: Settings, _: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """A connection to each, and nothing said on it."""
    for name in ("https_proxy", "http_proxy", "all_proxy"):
        if url := getattr(settings, name).get_secret_value():
            yield await _proxy(f"{name.upper()} {shown_url(url)}", url)


async def _proxy(shown: str, url: str) -> Finding:
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme, _SOCKS_PORT)
    try:
        async with asyncio.timeout(_WITHIN_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except OSError as error:
        why = "Every call fails, but for those that NO_PROXY names."
        return mend("proxy", f"{shown}: {in_words(error)}", why, "correct the setting, or start the proxy")
    writer.close()
    return Finding("proxy", f"{shown} answers; calls go through it, but for those that NO_PROXY names")
