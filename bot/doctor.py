"""`python -m bot doctor`: one line for each thing that has to be right, and what to do where it is not."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.clients import nanobanana_client, opened_database, photo_host, telegram_bot, web_host
from bot.core.errors import BotError, OperatorNeeded
from bot.logs import RedactingFormatter
from bot.nanobanana.hosts import WebHost
from bot.settings import Settings
from bot.storage.database import AlreadyRunning, lock_database_file
from bot.telegram.turns import Priority
from bot.web import listening, web_app

EXIT_WRONG = 1
_TINY_JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300ffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc0000b080001000101011100ffc40014"
    "00010000000000000000000000000000000affc40014100100000000000000000000000000000000ffda0008010100003f00d2cf"
    "20ffd9"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's. `advice` is what to do about it; empty when all is well."""

    subject: str
    text: str
    advice: str = ""

    def __str__(self) -> str:
        mark = "!!" if self.advice else "ok"
        advice = f"\n   -> {self.advice}" if self.advice else ""
        return f"{mark} {self.subject}: {self.text}{advice}"


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
    for check in (_database, _telegram, _updates, _nanobanana, _photo_host):
        async with contextlib.AsyncExitStack() as stack:
            async for finding in check(settings, stack):
                yield finding


async def _database(settings: Settings, _: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    try:
        async with opened_database(settings) as database:
            current, head = await database.revision()
    except (SQLAlchemyError, OSError) as error:
        yield Finding("database", _short(error), "check DATABASE_URL and that its server or folder is there")
        return
    if current == head:
        yield Finding("database", f"reached, at version {head}")
    elif current is None:
        yield Finding("database", "reached, empty; `python -m bot run` makes its tables")
    else:
        yield Finding(
            "database", f"at version {current}, this program's is {head}", "run `python -m bot migrate`"
        )


async def _telegram(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    bot = telegram_bot(settings)
    stack.push_async_callback(bot.shutdown)
    try:
        await bot.initialize()
        webhook = await bot.get_webhook_info()
    except InvalidToken:
        yield Finding("Telegram", "refuses the token", "copy TELEGRAM_BOT_TOKEN anew from @BotFather")
        return
    except TelegramError as error:
        yield Finding(
            "Telegram", _short(error), f"check that {settings.telegram_api_url} can be reached from here"
        )
        return
    yield Finding("Telegram", f"the token is @{bot.username}'s")
    if bot.bot.can_read_all_group_messages:
        yield Finding("groups", "the bot sees every message (privacy mode is off); it answers commands only")
    else:
        yield Finding(
            "groups", f"privacy mode is on: it sees commands; in captions people write /edit@{bot.username}"
        )
    if webhook.url:
        yield Finding(
            "webhook",
            "one is set, so updates go there",
            "`python -m bot run` removes it; stop whatever uses it",
        )
    else:
        yield Finding("webhook", "none in the way")


async def _updates(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """Whether another process polls with this token. Asking ends its poll: a bot that runs here is let be."""
    with contextlib.suppress(AlreadyRunning):
        async with opened_database(settings) as database:
            if database.path is None:
                yield Finding("updates", "not asked for: that would end the poll of a bot that runs")
                return
            with lock_database_file(database.path):
                async for finding in _second_poller(telegram_bot(settings), stack):
                    yield finding
                return
    yield Finding("updates", "this bot is running here and takes them")


async def _second_poller(bot: ExtBot[Priority], stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    stack.push_async_callback(bot.shutdown)
    try:
        await bot.initialize()
        await bot.get_updates(limit=1, timeout=3, offset=0)
    except Conflict as error:
        if "webhook" in error.message.lower():
            yield Finding("updates", "they go to the webhook", "mend what is said about the webhook first")
            return
        yield Finding(
            "updates", "another process takes this bot's updates", "stop it: one bot token has one receiver"
        )
    except TelegramError as error:
        yield Finding("updates", type(error).__name__, "mend what is said about Telegram first")
    else:
        yield Finding("updates", "nobody else takes them")


async def _nanobanana(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
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


async def _photo_host(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """Publish a tiny photo and fetch it back as the provider would."""
    subject = f"photo host ({settings.image_host})"
    hosted = web_host(settings)
    if settings.image_host == "web":
        await _serve_meanwhile(settings, hosted, stack)
    host = photo_host(settings, hosted, stack)
    secret = f"doctor-{secrets.token_urlsafe(18)}"
    try:
        url = await host.publish(secret, _TINY_JPEG)
        try:
            async with httpx.AsyncClient(timeout=15, trust_env=False) as client:
                answer = await client.get(url.value)
        finally:
            await host.withdraw(secret)
    except BotError as error:
        yield Finding(subject, str(error), "check the settings of this host")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield Finding(
            subject, _short(error), "the address must be reachable from the internet: check PUBLIC_URL"
        )
    else:
        if answer.status_code == httpx.codes.OK and answer.content == _TINY_JPEG:
            yield Finding(subject, "a photo was published and fetched back from here")
        else:
            yield Finding(
                subject, f"fetching it back gave HTTP {answer.status_code}",
                "the address must lead to this bot without redirect, login or bot protection",
            )  # fmt: skip


async def _serve_meanwhile(settings: Settings, hosted: WebHost, stack: contextlib.AsyncExitStack) -> None:
    """Be the web server, unless a running bot already is."""

    async def nobody(_: str, __: str | None) -> bool:
        return False

    with contextlib.suppress(OSError):
        web = web_app(hosted.read, nobody)
        await stack.enter_async_context(listening(web, settings.web_host, settings.web_port))


def _short(error: Exception) -> str:
    """The kind of an error and its first line."""
    line = next(iter(str(error).strip().splitlines()), "")[:160]
    return f"{type(error).__name__}: {line}" if line else type(error).__name__
