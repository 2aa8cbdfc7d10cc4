"""The commands `run` and `migrate` as a whole, and the message if they cannot start."""

import asyncio
import gc
import logging
import signal
from collections.abc import Coroutine

from sqlalchemy.exc import SQLAlchemyError
from telegram.error import InvalidToken

from bot.app import running
from bot.settings import Settings
from bot.storage.database import AlreadyRunning
from bot.storage.replicas import DataDirNotShared
from bot.wiring.outside import opened_database

logger = logging.getLogger(__name__)


async def run(settings: Settings) -> int:
    """Run the bot until SIGTERM or SIGINT; returns the process's exit code."""
    return await _told(_until_stopped(settings), settings)


async def migrate(settings: Settings) -> int:
    """Bring the database to this version."""
    return await _told(_migrated(settings), settings)


async def _until_stopped(settings: Settings) -> None:
    this = asyncio.current_task()
    assert this is not None  # noqa: S101 - a coroutine runs in a task
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, this.cancel)
    gc.freeze()  # keeps the modules out of garbage collections, which take a tenth of a second
    try:
        async with running(settings):
            gc.freeze()
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        logger.info("stopped")


async def _migrated(settings: Settings) -> None:
    async with opened_database(settings) as database:
        await database.migrate()


async def _told(work: Coroutine[object, object, None], settings: Settings) -> int:
    """Run `work`; returns the exit code. What an operator can fix is logged as a sentence, no traceback."""
    try:
        await work
    except InvalidToken:
        logger.error("Telegram does not know this TELEGRAM_BOT_TOKEN; @BotFather has the right one")  # noqa: TRY400
    except SQLAlchemyError as error:
        said, where = str(error).partition("\n")[0], settings.shown_database_url
        logger.error("could not start: the database %s says: %s", where, said)  # noqa: TRY400
    except (AlreadyRunning, DataDirNotShared, OSError) as error:
        logger.error("could not start: %s", error)  # noqa: TRY400
    else:
        return 0
    return 1
