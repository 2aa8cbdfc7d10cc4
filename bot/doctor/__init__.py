"""`python -m bot doctor`: checks all that the bot needs, and says what to do about each problem."""

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
    """All findings, as they are found."""
    yield Finding("settings", "complete")
    for check in CHECKS:
        async with contextlib.AsyncExitStack() as stack:
            async for finding in check(settings, stack):
                yield finding
