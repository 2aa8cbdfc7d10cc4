"""Checks the NanoBanana API: the key, and the credit that is left."""

import contextlib
from collections.abc import AsyncIterator

from bot.core.errors import BotError, OperatorNeeded
from bot.doctor.finding import Finding
from bot.settings import Settings
from bot.wiring.outside import nanobanana_client


async def nanobanana(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """The key and the credit."""
    client = nanobanana_client(settings, stack)
    try:
        credit = await client.credits()
    except OperatorNeeded as error:
        yield Finding(
            "NanoBanana", str(error), "check NANOBANANA_API_KEY at nanobananaapi.ai/api-key, and its IP list"
        )
    except BotError as error:
        yield Finding(
            "NanoBanana", str(error), f"check that {settings.nanobanana_api_url} can be reached from here"
        )
    else:
        if credit > 0:
            yield Finding("NanoBanana", f"the key works, {credit:g} credits left")
        else:
            yield Finding("NanoBanana", "the key works, but no credit is left", "top up at nanobananaapi.ai")
