"""What the settings say that can be seen without calling anybody."""

import contextlib
from collections.abc import AsyncIterator

from bot.doctor.finding import Finding, know, mend
from bot.settings import Settings, slips
from bot.wiring.outside import offer, strangers_cost


async def settings(given: Settings, _: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """Names that are none, who may use the bot, and what has no effect."""
    yield Finding("settings", "complete")
    for slip in slips(given.misspelled):
        yield mend(
            "settings", slip, "The bot runs as if it were not there.", "correct the name, or remove it"
        )
    if given.open_to_all:
        why = f"Everybody who finds the bot can use it, and you pay: {strangers_cost(given)}."
        yield know("settings", "OPEN_TO_ALL is on", why, "take it out; the bot then asks you who may")
    if not given.admin_ids:
        why = (
            "The bot belongs to whoever first opens the link that `run` prints; nobody is asked before that."
        )
        advice = "open that link, or put your own number there (/id tells it)"
        yield know("settings", "ADMIN_IDS is empty", why, advice)
    known = offer(given)
    if known.resolution not in {None, known.dearest.resolution}:
        text = f"NANOBANANA_RESOLUTION={given.nanobanana_resolution} has no effect"
        advice = "NANOBANANA_MODEL=nano-banana-2 or nano-banana-pro have it, for more credits"
        yield know("settings", text, "The model nano-banana has one size.", advice)
    if given.allow_plain_http:
        why = "Whoever is between the two machines can read the bot's token and the photos."
        yield know("settings", "ALLOW_PLAIN_HTTP is on", why, "leave it on only in a network that you trust")
