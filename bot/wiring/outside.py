"""The clients for everything outside of the process, built from the settings. `stack` closes them."""

import contextlib
import os
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import httpx
from telegram.ext import ExtBot
from telegram.request import BaseRequest

from bot.core.limits import Counts, Limits, Rule, Scope
from bot.core.provider import PhotoHost
from bot.http.client import WayOut, connections
from bot.http.proxies import Proxies
from bot.nanobanana import prices
from bot.nanobanana.account import Account
from bot.nanobanana.client import NanoBananaClient
from bot.nanobanana.download import Downloader
from bot.nanobanana.offer import Offer
from bot.nanobanana.requests import Model, shapes_of
from bot.photo_hosts.kie import KieHost
from bot.photo_hosts.web import WebHost
from bot.settings import Settings
from bot.storage import migrations
from bot.storage.database import Database, lock_database_file
from bot.storage.errors import NEWER, connection_errors, in_words
from bot.storage.provider_budget import Budget
from bot.telegram.bot import CALLS_AT_ONCE, telegram_bot
from bot.telegram.files import FileDownloader
from bot.telegram.outbox.flood_control import FloodControl
from bot.telegram.outbox.turns import Priority
from bot.urls import is_loopback

OnCall = Callable[[str], None]
"""Called with how a call ended: an HTTP status, the API's own code, or an error's class name."""


def proxies(settings: Settings) -> Proxies:
    """The proxies of the settings; ALL_PROXY stands in for the two others."""
    https, http, both = (
        proxy.get_secret_value() for proxy in (settings.https_proxy, settings.http_proxy, settings.all_proxy)
    )
    return Proxies(https or both, http or both, tuple(re.split(r"[,\s]+", settings.no_proxy)))


def way_out(settings: Settings, url: str, at_once: int) -> WayOut:
    """The transport for calls to a URL's host, with `at_once` connections at most."""
    return WayOut(proxies(settings).of(url), connections(at_once))


class DataDirUnusable(OSError):
    """The folder cannot be made or written to; the text is a sentence about it."""


class DatabaseUnusable(Exception):
    """The database cannot be reached, or not by this version; the text is a sentence about it."""


def made_data_dir(settings: Settings) -> None:
    """DATA_DIR is there and can be written to. Raises DataDirUnusable."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise DataDirUnusable(f"DATA_DIR {settings.data_dir} cannot be made: {error.strerror}") from None
    if not os.access(settings.data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise DataDirUnusable(f"DATA_DIR {settings.data_dir} cannot be written to by this user")


@contextlib.asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[Database]:
    """The database of the settings; its folder is made if need be. Raises DataDirUnusable."""
    made_data_dir(settings)
    database = Database.open(settings.database_url)
    try:
        yield database
    finally:
        await database.aclose()


def hold(settings: Settings, database: Database, stack: contextlib.AsyncExitStack) -> None:
    """Keep other processes from a SQLite file until `stack` ends. Raises AlreadyRunning, DatabaseUnusable."""
    if database.path is not None:
        try:
            stack.enter_context(lock_database_file(database.path))
        except OSError as error:
            raise _unusable(settings, error) from error


async def revision(settings: Settings, database: Database) -> tuple[str | None, str]:
    """The database's revision, and this program's. Raises DatabaseUnusable, also for a later version's."""
    try:
        current, head = await database.revision()
    except connection_errors() as error:
        raise _unusable(settings, error) from error
    if migrations.is_newer(current):
        raise DatabaseUnusable(f"DATABASE_URL {settings.shown_database_url} {NEWER}")
    return current, head


async def migrate(settings: Settings, database: Database) -> None:
    """Bring the database to this version. Raises DatabaseUnusable."""
    await revision(settings, database)
    try:
        await database.migrate()
    except connection_errors() as error:
        raise _unusable(settings, error) from error


def _unusable(settings: Settings, error: Exception) -> DatabaseUnusable:
    return DatabaseUnusable(f"DATABASE_URL {settings.shown_database_url}: {in_words(error)}")


def telegram_client(
    settings: Settings,
    *,
    flood_control: FloodControl | None = None,
    updates: BaseRequest | None = None,
    on_call: OnCall = lambda _: None,
) -> ExtBot[Priority]:
    """The Bot API's client. `updates` is the transport for getUpdates."""
    return telegram_bot(
        settings.telegram_bot_token.get_secret_value(),
        settings.telegram_api_url,
        way_out(settings, settings.telegram_api_url, CALLS_AT_ONCE),
        flood_control=flood_control,
        updates=updates,
        on_call=on_call,
    )


def file_downloader(
    settings: Settings, bot: ExtBot[Priority], stack: contextlib.AsyncExitStack
) -> FileDownloader:
    """Fetches what people sent."""
    url = settings.telegram_files_url or f"{settings.telegram_api_url}/file"
    client = httpx.AsyncClient(
        timeout=httpx.Timeout(30, connect=10), transport=way_out(settings, url, CALLS_AT_ONCE)
    )
    stack.push_async_callback(client.aclose)
    return FileDownloader(bot, client, url, settings.telegram_bot_token.get_secret_value())


def offer(settings: Settings) -> Offer:
    """What is asked of the image API."""
    resolution = settings.nanobanana_resolution
    return Offer(
        Model(settings.nanobanana_model),
        None if resolution == "auto" else resolution,
        settings.nanobanana_max_resolution,
        settings.nanobanana_credits_per_edit,
    )


def price(settings: Settings) -> float:
    """What one create call costs at most, in credits, of those that the bot makes by itself."""
    known = offer(settings)
    return known.prices[str(known.dearest)]


def strangers_cost(settings: Settings) -> str:
    """What people whom nobody knows can spend where the bot is open to all, in plain words."""
    creates = settings.nanobanana_creates_per_10_seconds
    burst = max(1, creates // 3)
    everybody = _in_money(settings, burst + 360 * max(1, creates - burst))
    counted = [count for count in (settings.person_limit_edits, settings.rate_limit_edits) if count]
    if not counted:
        return f"strangers can spend up to {everybody} an hour: neither a person nor a chat has a limit"
    each = (min(counted) + settings.forgiven_edits) * max(1.0, 3600 / settings.rate_limit_window_seconds)
    return f"a stranger can spend {_in_money(settings, each)} an hour, all together up to {everybody}"


def _in_money(settings: Settings, tasks: float) -> str:
    spent = tasks * max(offer(settings).prices.values())
    return f"{spent:g} credits (${spent * prices.DOLLARS_PER_CREDIT:.2f})"


def nanobanana_client(
    settings: Settings, stack: contextlib.AsyncExitStack, on_call: OnCall = lambda _: None
) -> NanoBananaClient:
    """The image API's client. Results may come from this machine only if the API itself does."""
    ways = proxies(settings)
    downloader = Downloader(allow_loopback=is_loopback(settings.nanobanana_api_url), proxies=ways)
    stack.push_async_callback(downloader.aclose)
    client = NanoBananaClient(
        Account(settings.nanobanana_api_url, settings.nanobanana_api_key.get_secret_value(), ways),
        offer(settings),
        downloader,
        shapes=list(shapes_of(offer(settings).model)) if settings.framing == "extend" else (),
        on_call=on_call,
    )
    stack.push_async_callback(client.aclose)
    return client


def web_host(settings: Settings) -> WebHost:
    """The folder of photos that this bot's own web server serves."""
    return WebHost(settings.data_dir / "hosted", settings.public_url)


def photo_host(settings: Settings, hosted: WebHost, stack: contextlib.AsyncExitStack) -> PhotoHost:
    """Where the provider fetches prepared photos: the one that IMAGE_HOST names."""
    match settings.image_host:
        case "web":
            return hosted
        case "s3":
            from bot.photo_hosts.s3 import S3Host  # 5 MB that few need

            s3 = S3Host(
                bucket=settings.s3_bucket,
                endpoint_url=settings.s3_endpoint_url,
                region=settings.s3_region,
                access_key_id=settings.s3_access_key_id,
                secret_access_key=settings.s3_secret_access_key.get_secret_value(),
                proxies=proxies(settings),
                plain_http=settings.allow_plain_http,
            )
            stack.push_async_callback(s3.aclose)
            return s3
        case "kie":
            kie = KieHost(
                api_key=settings.kie_api_key.get_secret_value(),
                upload_url=settings.kie_upload_url,
                proxies=proxies(settings),
            )
            stack.push_async_callback(kie.aclose)
            return kie


def limits(settings: Settings) -> Limits:
    """The rules: edits of a chat and of a person in a window, unfinished ones, and what everybody together
    may spend in a day. 0 means no such rule.
    """
    window = timedelta(seconds=settings.rate_limit_window_seconds)
    at_once, waiting = settings.max_active_edits_per_chat, settings.max_waiting_edits_per_chat
    rules = (
        Rule(Scope.CHAT, settings.rate_limit_edits, window),
        Rule(Scope.PERSON, settings.person_limit_edits, window),
        *_daily(settings),
        Rule(Scope.CHAT, at_once + waiting if at_once and waiting else 0, counts=Counts.UNFINISHED),
    )
    return Limits(
        tuple(rule for rule in rules if rule.count or rule.scope is Scope.DEPLOYMENT),
        window,
        at_once=at_once,
        forgiven=settings.forgiven_edits,
        exempt=settings.admin_ids,
        prices=offer(settings).prices,
    )


def _daily(settings: Settings) -> tuple[Rule, ...]:
    """DAILY_CREDITS in the units in which create calls are paid; none if there is less than one."""
    if not settings.daily_credits:
        return ()
    count = int(settings.daily_credits / Limits(prices=offer(settings).prices).unit)
    return (Rule(Scope.DEPLOYMENT, count, timedelta(days=1), Counts.PAID),)


def provider_budget(settings: Settings) -> Budget:
    """What the whole deployment may ask of the image API."""
    return Budget(
        settings.nanobanana_creates_per_10_seconds,
        timedelta(seconds=10),
        settings.nanobanana_tasks_in_flight,
        settings.max_active_edits_per_chat,
    )
