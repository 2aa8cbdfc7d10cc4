"""`python -m bot doctor`: a line for each thing that has to be right, and what to do where it is not."""

import contextlib
import dataclasses
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence

from bot.doctor.database import database
from bot.doctor.finding import Finding, Level, mend
from bot.doctor.folder import folder
from bot.doctor.provider import nanobanana
from bot.doctor.proxy import proxy
from bot.doctor.settings import settings as settings_check
from bot.doctor.telegram import telegram
from bot.doctor.updates import updates
from bot.doctor.web import web
from bot.logs import RedactingFormatter
from bot.settings import Settings

EXIT_WRONG = 1
CHECKS = (settings_check, proxy, folder, database, telegram, updates, nanobanana, web)


async def examine(settings: Settings, *, as_json: bool = False) -> int:
    """Print every finding; returns 1 if something is to be mended."""
    redact = RedactingFormatter("text", settings.secrets).redact
    found = []
    async for finding in findings(settings):
        found.append(finding)
        if not as_json:
            print(redact(str(finding)), flush=True)  # noqa: T201
    print(redact(_document(found)) if as_json else f"\n{closing(found)}")  # noqa: T201
    return EXIT_WRONG if any(finding.level is Level.MEND for finding in found) else 0


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """What there is to say, in the order in which it is found out."""
    for check in CHECKS:
        async with contextlib.AsyncExitStack() as stack:
            async for finding in check(settings, stack):
                yield finding


def closing(found: Sequence[Finding]) -> str:
    """How many things are not as they should be."""
    counts = Counter(finding.level for finding in found)
    mended, known = counts[Level.MEND], counts[Level.KNOW]
    things = "thing" if mended == 1 else "things"
    first = f"{mended} {things} to mend" if mended else "Nothing to mend"
    return f"{first}, {known} to know." if known else f"{first}."


def refused_settings(problems: Sequence[str]) -> str:
    """The JSON document where there are no settings to look further with."""
    why = "The bot does not start without it, and nothing else could be looked at."
    return _document([mend("settings", problem, why, "correct it in .env") for problem in problems])


def _document(found: Sequence[Finding]) -> str:
    entries = [dataclasses.asdict(finding) for finding in found]
    return json.dumps({"summary": closing(found), "findings": entries}, ensure_ascii=False, indent=2)
