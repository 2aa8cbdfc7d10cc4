"""The commands `run`, `migrate` and `move-database` as a whole, and the message if they cannot start."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
from collections.abc import Coroutine

from sqlalchemy.exc import SQLAlchemyError
from telegram.error import InvalidToken

from bot.app import running
from bot.core.errors import BotError
from bot.logs import set_up_logging
from bot.settings import Settings, SettingsError, slips
from bot.storage.database import AlreadyRunning
from bot.storage.errors import in_words
from bot.storage.moving import NotMoved
from bot.storage.replicas import DataDirNotShared
from bot.wiring import outside
from bot.wiring.moving import moved
from bot.wiring.outside import DatabaseUnusable
from bot.wiring.summary import summary

logger = logging.getLogger(__name__)

_YOUNG = 10_000
"""New objects before garbage is looked for among them. After the usual 700, most belong to calls under way.
They would soon pass for old, and then all old ones are walked too: for 80 ms, with thousands of edits."""


async def run(settings: Settings) -> int:
    """Run the bot until SIGTERM or SIGINT; returns the process's exit code."""
    return await _told(_until_stopped(settings), settings)


async def migrate(settings: Settings) -> int:
    """Bring the database to this version."""
    return await _told(_migrated(settings), settings)


async def move_database(settings: Settings, url: str) -> int:
    """Copy everything from the database of the settings to the empty one at `url`."""
    try:
        target = settings.with_database(url)
    except SettingsError as error:
        logger.error("nothing was moved: the new %s", error)  # noqa: TRY400
        return 1
    set_up_logging(settings.log_level, settings.log_format, (*settings.secrets, *target.secrets))
    return await _told(_moved(settings, target), target, "nothing was moved")


async def _until_stopped(settings: Settings) -> None:
    this = asyncio.current_task()
    assert this is not None  # noqa: S101 - a coroutine runs in a task
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, this.cancel)
    gc.set_threshold(_YOUNG)
    for line in summary(settings):
        logger.info(line)
    try:
        async with running(settings):
            gc.freeze()  # what the start has made stays until the end
            logger.info("credit: %s", await _credit(settings))
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        logger.info("stopped")


async def _migrated(settings: Settings) -> None:
    async with outside.opened_database(settings) as database:
        await outside.migrate(settings, database)


async def _moved(settings: Settings, target: Settings) -> None:
    for table, count in (await moved(settings, target)).items():
        logger.info("%s: %d", table, count)
    logger.info("all of it is in %s now, and still in the old database", target.shown_database_url)
    logger.info("next: set DATABASE_URL to the new one, leave DATA_DIR as it is, and start the bot")


async def _credit(settings: Settings) -> str:
    """What is left; a service that is away keeps nobody from starting."""
    async with contextlib.AsyncExitStack() as stack:
        try:
            return f"{await outside.nanobanana_client(settings, stack).credits():g} left"
        except BotError as error:
            return f"not known ({error})"


async def _told(
    work: Coroutine[object, object, None], settings: Settings, failed: str = "could not start"
) -> int:
    """The exit code. What an operator can mend is told in a sentence, not in a traceback."""
    os.umask(0o077)  # whatever it writes, the database's companions too, is for nobody else on this machine
    for slip in slips(settings.misspelled):
        logger.warning(slip)
    try:
        await work
    except InvalidToken:
        logger.error("Telegram does not know this TELEGRAM_BOT_TOKEN; @BotFather has the right one")  # noqa: TRY400
    except SQLAlchemyError as error:
        where = settings.shown_database_url
        logger.error("%s: DATABASE_URL %s: %s", failed, where, in_words(error))  # noqa: TRY400
    except (AlreadyRunning, DataDirNotShared, DatabaseUnusable, NotMoved, OSError) as error:
        logger.error("%s: %s", failed, error)  # noqa: TRY400
    else:
        return 0
    return 1
