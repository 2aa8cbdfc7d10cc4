"""The only wiring: builds everything from the settings, starts it, and stops it in order."""

import asyncio
import contextlib
import logging
import os
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from telegram.ext import ExtBot

from bot.base import Base, limits
from bot.clients import (
    file_downloader,
    initialized,
    nanobanana_client,
    opened_database,
    photo_host,
    telegram_bot,
)
from bot.core.clock import random_id, random_secret
from bot.core.edits import Edit
from bot.core.pacing import MEMORY, Pacing
from bot.core.ports import Wake
from bot.core.service import EditService
from bot.core.steps import Steps
from bot.doors import introduce, web_server
from bot.endings import end
from bot.heartbeat import Heartbeat
from bot.images.darkroom import ThreadedDarkroom
from bot.jobs import Jobs
from bot.nanobanana.calls import certificates
from bot.nanobanana.client import NanoBananaClient
from bot.settings import Settings
from bot.storage.database import lock_database_file
from bot.storage.nudges import ANYTHING, Nudges
from bot.storage.replicas import DataDirNotShared, Replicas
from bot.storage.tidying import FILE_GRACE, Tidying
from bot.telegram.access import Access
from bot.telegram.answers import Answers
from bot.telegram.cards import CardBoard
from bot.telegram.chat import TelegramChat
from bot.telegram.flood import FloodControl
from bot.telegram.handlers import Handlers
from bot.telegram.intake import DurableRequest, Intake
from bot.telegram.presses import Presses
from bot.telegram.turns import Priority

logger = logging.getLogger(__name__)

STOP_WITHIN_SECONDS = 5.0
"""Given to running steps at the end; with the rest of the shutdown this stays under ten seconds."""
_LEAVE_WITHIN_SECONDS = 2.0
"""Given to the intake, which would tell Telegram at the end what it has taken; Telegram may not listen."""
KEPT_AT_HOME = 16
"""Unfinished edits at which a replica leaves new ones for any to claim, itself included."""
ADOPTION_WAIT = timedelta(seconds=60)
NO_CALLBACK_URL = "https://nanobanana-bot.invalid/callback"
"""The API wants one; `.invalid` belongs to nobody, so nobody hears of anything."""


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
        base.inbox, base.owner, lambda status: base.called("updates", status), now, certificates()
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
    service = _service(base, model, chat, pacing, has_room=lambda: _has_room(base, jobs))
    jobs = _jobs(base, service, board, pacing)
    nudges = Nudges(base.database)

    async def wake(edit: Edit) -> None:
        if base.replica.owns(edit):
            jobs.wake(edit)
        else:
            await nudges.nudge(edit.id)

    handlers = _handlers(base, bot, service, chat, pacing, wake)
    intake = Intake(bot, base.inbox, handlers.handle, base.owner, now)
    await base.stack.enter_async_context(web_server(base, service, intake, wake))
    base.stack.push_async_callback(jobs.stop, STOP_WITHIN_SECONDS)
    await jobs.start()

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
        """While there are heartbeats, and the connections that the intake's Updater closes at its end."""
        base.replica.leave()
        flood.send_all_back()
        await jobs.stop(STOP_WITHIN_SECONDS)

    base.stack.push_async_callback(leave)
    logger.info("@%s is at work", bot.username)


def _has_room(base: Base, jobs: Jobs) -> bool:
    """Whether this replica keeps what it admits, or leaves it for any to claim."""
    return base.replica.alone or jobs.count() < KEPT_AT_HOME


def _jobs(base: Base, service: EditService, board: CardBoard, pacing: Pacing) -> Jobs:
    async def tick() -> None:
        base.metrics.unfinished(jobs.count())
        if base.replica.is_trusted:
            await board.tick()

    async def held() -> Sequence[Edit]:
        return await base.edits.unfinished(base.replica.name)

    tidying = Tidying(base.edits, base.inbox, base.chats, base.files, base.now)

    async def tidy() -> None:
        await tidying.tidy()
        await base.hosted.sweep(await base.edits.kept_secrets(), base.now() - FILE_GRACE)

    jobs = Jobs(
        advance=service.advance,
        claim=base.replicas.claim_edits,
        held=held,
        tick=tick,
        tidy=tidy,
        next_wait=pacing.next_wait,
        idle_wait=base.turnstile.wait_seconds,
        found_done=pacing.found_done,
        now=base.now,
        random=random.random,
    )
    return jobs


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


def _service(
    base: Base,
    model: NanoBananaClient,
    chat: TelegramChat,
    pacing: Pacing,
    has_room: Callable[[], bool],
) -> EditService:
    settings = base.settings
    host = photo_host(settings, base.hosted, base.stack)
    called_back = bool(settings.public_url)
    threads = base.stack.enter_context(ThreadPoolExecutor(os.cpu_count(), "darkroom"))
    steps = Steps(
        store=base.edits,
        model=model,
        host=host,
        darkroom=ThreadedDarkroom(threads),
        files=base.files,
        chat=chat,
        pacing=pacing,
        turnstile=base.turnstile,
        replica=base.replica,
        observer=base.metrics,
        callback_url=lambda secret: (
            f"{settings.public_url}/callback/{secret}" if called_back else NO_CALLBACK_URL
        ),
        adoption_wait=ADOPTION_WAIT if called_back else timedelta(0),
        now=base.now,
    )
    return EditService(
        store=base.edits,
        model=model,
        host=host,
        files=base.files,
        chat=chat,
        steps=steps,
        limits=limits(settings),
        replica=base.replica,
        has_room=has_room,
        observer=base.metrics,
        now=base.now,
        new_id=random_id,
        new_secret=random_secret,
    )


def _handlers(
    base: Base,
    bot: ExtBot[Priority],
    service: EditService,
    chat: TelegramChat,
    pacing: Pacing,
    wake: Wake,
) -> Handlers:
    bounds = limits(base.settings)
    return Handlers(
        bot=bot,
        service=service,
        store=base.edits,
        chats=base.chats,
        answers=Answers(bot, service, base.edits, pacing, bounds, base.now),
        presses=Presses(
            bot=bot,
            service=service,
            store=base.edits,
            chat=chat,
            files=base.files,
            limits=bounds,
            wake=wake,
            now=base.now,
        ),
        access=Access(base.settings.allowed_chats, base.settings.admin_ids),
        limits=bounds,
        wake=wake,
        now=base.now,
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
