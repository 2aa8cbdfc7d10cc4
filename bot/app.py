"""The only wiring: builds everything from the settings, starts it, and stops it in order."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from telegram.ext import ExtBot

from bot.base import Base
from bot.clients import (
    file_downloader,
    initialized,
    nanobanana_client,
    opened_database,
    telegram_bot,
    way_out,
)
from bot.cluster.heartbeat import Heartbeat
from bot.core.edits import Edit
from bot.core.pacing import MEMORY, Pacing
from bot.doors import introduce, web_server
from bot.parts import edit_jobs, edit_service, update_handlers
from bot.scheduling.jobs import Jobs
from bot.settings import Settings
from bot.storage.database import lock_database_file
from bot.storage.nudges import ANYTHING, Nudges
from bot.storage.replicas import DataDirNotShared, Replicas
from bot.tasks import end
from bot.telegram.inbox.intake import UPDATE_CALLS, DurableRequest, Intake
from bot.telegram.outbox.cards import CardBoard
from bot.telegram.outbox.chat import TelegramChat
from bot.telegram.outbox.flood_control import FloodControl
from bot.telegram.outbox.turns import Priority

logger = logging.getLogger(__name__)

STOP_WITHIN_SECONDS = 5.0
"""Given to running steps at the end; with the rest of the shutdown this stays under ten seconds."""
_LEAVE_WITHIN_SECONDS = 2.0
"""Given to the intake, which would tell Telegram at the end what it has taken; Telegram may not listen."""
KEPT_AT_HOME = 16
"""Unfinished edits at which a replica leaves new ones for any to claim, itself included."""


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """The whole bot at work until the block ends; then it stops in order, within ten seconds."""
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened_database(settings))
        if database.path is not None:
            stack.enter_context(lock_database_file(database.path))
        await database.migrate()
        base = Base.of(settings, database, stack)
        await base.replicas.beat()
        stack.push_async_callback(_release, base.replicas)
        if await base.replicas.others_elsewhere():
            raise DataDirNotShared
        await _start(base)
        yield


async def _start(base: Base) -> None:
    """Build from the outside in, start from the inside out; the stack stops it in the opposite order."""
    settings, now = base.settings, base.now
    updates = DurableRequest(
        base.inbox,
        base.owner,
        lambda status: base.called("updates", status),
        now,
        way_out(settings, settings.telegram_api_url, UPDATE_CALLS),
    )
    flood = FloodControl(may_write=lambda: base.replica.is_trusted)
    bot = telegram_bot(settings, updates, lambda status: base.called("telegram", status), flood)
    await initialized(bot)
    base.stack.push_async_callback(bot.shutdown)
    model = nanobanana_client(settings, base.stack, lambda status: base.called("nanobanana", status))
    pacing = Pacing(settings.poll_interval_seconds, timedelta(seconds=settings.edit_timeout_seconds))
    pacing.learn(model.operation, await base.edits.durations(model.operation, MEMORY))
    board = CardBoard(bot, lambda edit: pacing.estimate_of(edit, now()), now)
    base.stack.push_async_callback(board.close)
    chat = TelegramChat(bot, board, file_downloader(settings, bot, base.stack), settings.admin_ids, now)
    service = edit_service(base, model, chat, pacing, has_room=lambda: _has_room(base, jobs))
    jobs = edit_jobs(base, service, board, pacing)
    nudges = Nudges(base.database)

    async def wake(edit: Edit) -> None:
        if base.replica.owns(edit):
            jobs.wake(edit)
        else:
            await nudges.nudge(edit.id)

    handlers = update_handlers(base, bot, service, chat, pacing, wake)
    intake = Intake(bot, base.inbox, handlers.handle, base.owner, now)
    await base.stack.enter_async_context(web_server(base, service, intake, wake))
    base.stack.push_async_callback(jobs.stop, STOP_WITHIN_SECONDS)
    await jobs.start()
    await _work(base, bot, intake, jobs, board, flood, nudges)
    logger.info("@%s is at work", bot.username)


async def _work(
    base: Base,
    bot: ExtBot[Priority],
    intake: Intake,
    jobs: Jobs,
    board: CardBoard,
    flood: FloodControl,
    nudges: Nudges,
) -> None:
    """Everything that runs by itself from now on, and how it ends."""

    def on_absence() -> None:
        flood.send_all_back()
        board.clear()

    heartbeat = _heartbeat(base, intake, on_absence, on_company=flood.share)
    await heartbeat.beat()

    def on_nudge(edit_id: str) -> None:
        jobs.nudge(edit_id)
        if edit_id == ANYTHING:
            heartbeat.hurry()

    work = (intake.run(), heartbeat.run(), nudges.listen(on_nudge), introduce(base, bot))
    await base.stack.enter_async_context(_background(*work))

    async def leave() -> None:
        """While this replica is still heard of: what is under way may end."""
        base.replica.leave()
        flood.send_all_back()
        await jobs.stop(STOP_WITHIN_SECONDS)

    base.stack.push_async_callback(leave)


def _has_room(base: Base, jobs: Jobs) -> bool:
    """Whether this replica keeps what it admits, or leaves it for any to claim."""
    return base.replica.alone or jobs.count() < KEPT_AT_HOME


def _heartbeat(
    base: Base, intake: Intake, on_absence: Callable[[], None], on_company: Callable[[int], None]
) -> Heartbeat:
    def on_role(held: bool) -> None:  # noqa: FBT001 - the answer to "is it mine?"
        base.health.polls = held and not base.settings.telegram_webhook
        intake.poll(base.health.polls)

    return Heartbeat(
        base.replica,
        base.replicas,
        on_updates=intake.ring,
        on_role=on_role,
        on_absence=on_absence,
        on_company=on_company,
    )


async def _release(replicas: Replicas) -> None:
    """Leave everything for the others; without the database they find out by themselves."""
    with contextlib.suppress(SQLAlchemyError, OSError, TimeoutError):
        async with asyncio.timeout(1):
            await replicas.release()


@contextlib.asynccontextmanager
async def _background(*work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Tasks that run beside the block and end with it; the block ends when one of them fails."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in work]
        try:
            yield
        finally:
            await end(tasks, _LEAVE_WITHIN_SECONDS)
