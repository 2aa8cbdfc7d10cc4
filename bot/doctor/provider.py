"""Whether the NanoBanana API takes the key, what credit is left, and whether results can be fetched."""

import contextlib
from collections.abc import AsyncIterator

import httpx

from bot.core.errors import BotError, OperatorNeeded
from bot.doctor.finding import Finding, know, mend
from bot.doctor.words import in_words
from bot.settings import Settings
from bot.urls import is_loopback, shown_url
from bot.wiring.outside import nanobanana_client, price, way_out

RESULT_HOST = "https://tempfile.aiquickdraw.com"
"""Where results have always been so far; nothing promises that they stay there."""
_PAYS = "Every edit is made there; without it none works."


async def nanobanana(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """The key and the credit."""
    client = nanobanana_client(settings, stack)
    try:
        credit = await client.credits()
    except OperatorNeeded:
        advice = "copy NANOBANANA_API_KEY anew from nanobananaapi.ai/api-key, and check the IP list there"
        yield mend("NanoBanana", "the service refuses the key", _PAYS, advice)
    except BotError as error:
        where = shown_url(settings.nanobanana_api_url)
        yield mend("NanoBanana", in_words(error), _PAYS, f"check that {where} can be reached from here")
    else:
        yield _credit(credit, price(settings))
    if not is_loopback(settings.nanobanana_api_url):
        yield await result_host(settings, RESULT_HOST)


def _credit(left: float, price: float) -> Finding:
    if left <= 0:
        said = "the key works, but no credit is left"
        return mend("NanoBanana", said, "No edit can be paid.", "top up at nanobananaapi.ai")
    if left < price:
        said = f"the key works, but {left:g} credits are left, and an edit costs {price:g}"
        return mend("NanoBanana", said, "No edit can be paid.", "top up at nanobananaapi.ai")
    return Finding("NanoBanana", f"the key works, {left:g} credits left")


async def result_host(settings: Settings, url: str) -> Finding:
    """Any answer will do: there is nothing to fetch yet."""
    try:
        async with httpx.AsyncClient(timeout=15, transport=way_out(settings, url, 1)) as client:
            await client.head(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = "Results have come from there so far. A picture that cannot be fetched is paid all the same."
        return know("results", f"{url}: {in_words(error)}", why, "let this machine (or the proxy) reach it")
    return Finding("results", f"the host that results have come from answers ({url})")
