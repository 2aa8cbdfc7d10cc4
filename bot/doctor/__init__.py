"""`python -m bot doctor`: one line for each thing that has to be right, and what to do where it is not."""

import contextlib
from collections.abc import AsyncIterator

from bot.doctor.database import database
from bot.doctor.finding import Finding
from bot.doctor.provider import nanobanana
from bot.doctor.telegram import telegram
from bot.doctor.updates import updates
from bot.doctor.web import web
from bot.logs import RedactingFormatter
from bot.settings import Settings

EXIT_WRONG = 1
CHECKS = (database, telegram, updates, nanobanana, web)


async def examine(settings: Settings) -> int:
    """Print every finding; returns 1 if something is wrong."""
    wrong = False
    redact = RedactingFormatter("text", settings.secrets).redact
    async for finding in findings(settings):
        print(redact(str(finding)))  # noqa: T201
        wrong = wrong or bool(finding.advice)
    return EXIT_WRONG if wrong else 0


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """What there is to say, in the order in which it is found out."""
    yield Finding("settings", "complete")
    for check in CHECKS:
        async with contextlib.AsyncExitStack() as stack:
            async for finding in check(settings, stack):
                yield finding
