"""The whole bot: built bottom up, each object from those that exist already, and stopped in order."""

import asyncio
import contextlib
import logging
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import datetime, timedelta

from telegram.ext import ExtBot

from bot.cluster.heartbeat import Heartbeat
from bot.cluster.held import HeldEdits
from bot.cluster.notify import Notify
from bot.conversation.access import Access
from bot.conversation.conversation import Conversation
from bot.conversation.feature import Features, all_features
from bot.conversation.features import finer
from bot.conversation.owners import LINK, Owners, digest_of
from bot.conversation.tools import About, Desk, Tools
from bot.core.callbacks import Callbacks
from bot.core.clock import Clock, SteadyClock, random_code, random_id, random_secret
from bot.core.edits import Edit
from bot.core.look_budget import LookBudget
from bot.core.pacing import MEMORY, Estimate, Pacing
from bot.core.ports import Ports, Sources, Wake
from bot.core.service import EditService
from bot.images.image_pool import ImagePool
from bot.scheduling.chores import Chore
from bot.scheduling.jobs import Jobs
from bot.scheduling.pace import Pace
from bot.settings import Settings
from bot.storage.database import DATABASE_ERRORS
from bot.storage.edits_table import EditsTable
from bot.storage.erasing import PersonalData
from bot.storage.notifications import Notifications
from bot.storage.ownership import Ownership
from bot.storage.replicas import DataDirNotShared, Replicas
from bot.storage.retention import FileRetention, RowRetention
from bot.storage.waiting import WaitingEdits
from bot.tasks import end
from bot.telegram.bot import initialized
from bot.telegram.inbox.albums import Albums
from bot.telegram.inbox.comments import Comments
from bot.telegram.inbox.intake import Intake
from bot.telegram.inbox.polling import UPDATE_CALLS, Polling, durable_request
from bot.telegram.inbox.slots import Slots
from bot.telegram.inbox.webhook import Webhook
from bot.telegram.outbox.cards import CardBoard
from bot.telegram.outbox.flood_control import FloodControl
from bot.telegram.outbox.outbox import Outbox
from bot.telegram.outbox.turns import Priority
from bot.telegram.questions import Questions
from bot.web import callbacks
from bot.web.routes import web_app
from bot.web.server import listening
from bot.wiring import outside
from bot.wiring.measures import Bounds, Measures, Warnings
from bot.wiring.members import Members
from bot.wiring.owners_files import OwnersFiles
from bot.wiring.rows import Process, Rows
from bot.wiring.telegram import Outside, introduction, own_webhook_secret, way_out

logger = logging.getLogger(__name__)

STOP_WITHIN_SECONDS = 5.0
"""For running steps at the end. The whole shutdown takes less than ten seconds."""
_LEAVE_WITHIN_SECONDS = 2.0
"""Given to the intake, which would tell Telegram at the end what it has taken; Telegram may not listen."""
_IMAGE_WORKERS = 4
_CARDS_SECONDS, _ROOM_SECONDS, _RETENTION_SECONDS = 1, 10, 600


@contextlib.asynccontextmanager
async def running(settings: Settings, now: Clock | None = None) -> AsyncIterator[None]:
    """Run the whole bot until the block ends; then stop it in order, within ten seconds.

    `now`: a clock other than the machine's.
    """
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(outside.opened_database(settings))
        outside.hold(settings, database, stack)
        await outside.migrate(settings, database)
        process = Process.of(settings, database, stack, now or SteadyClock())
        await process.replicas.register(process.replica.name)
        stack.push_async_callback(_release, process.replicas, process.replica.name)
        if await process.replicas.others_elsewhere():
            raise DataDirNotShared
        await _App(settings, Rows.of(settings, database), process, stack).start()
        yield


class _App:
    """Builds and starts; `stack` stops everything in the opposite order."""

    def __init__(
        self, settings: Settings, rows: Rows, process: Process, stack: contextlib.AsyncExitStack
    ) -> None:
        self._settings, self._rows, self._process, self._stack = settings, rows, process, stack
        self._features: Features = all_features()
        if len(outside.offer(settings).operations) == 1:
            self._features = tuple(each for each in self._features if each is not finer.FEATURE)
        self._owners = Owners(settings.admin_ids, rows.ownership)

    async def start(self) -> None:
        """Build everything, from the database up to what receives updates and calls, and start it."""
        settings, rows, process = self._settings, self._rows, self._process
        flood = FloodControl(may_write=lambda: process.replica.is_trusted)
        bot = await self._telegram(flood)
        model = outside.nanobanana_client(
            settings, self._stack, lambda status: process.called("nanobanana", status)
        )
        pacing = await self._pacing()

        def estimate(edit: Edit) -> Estimate:
            return pacing.estimate_of(edit, process.now())

        downloader = outside.file_downloader(settings, bot, self._stack)
        images = await self._stack.enter_async_context(
            ImagePool(workers=min(os.cpu_count() or 1, _IMAGE_WORKERS))
        )
        out = way_out(
            bot, self._features, estimate, downloader, rows, self._owners, process.now, images=images
        )
        self._stack.push_async_callback(out.board.close)
        ports = Ports(
            store=rows.edits,
            model=model,
            photo_host=outside.photo_host(settings, rows.hosted, self._stack),
            images=images,
            files=rows.files,
            chat=out.chat,
            budget=rows.budget,
            observer=process.metrics,
        )

        async def wake(edit: Edit) -> None:
            await notify.wake(edit)

        service = self._service(ports, pacing, wake)
        jobs = self._jobs(service, pacing, out.board, model.credits, out.outbox)
        notify = Notify(process.replica, jobs, Notifications(rows.database))
        slots = Slots()
        questions = Questions(bot, slots, out.rights)
        owners_files = OwnersFiles(images, EditsTable(rows.database), slots)
        conversation = self._conversation(
            bot, service, notify.wake, questions, slots, estimate, owners_files=owners_files
        )
        intake = Intake(
            bot, rows.inbox, conversation.handle, out.outbox.send, slots, process.owner, process.now
        )
        await self._serve(service, intake, notify.wake)
        self._stack.push_async_callback(jobs.stop, STOP_WITHIN_SECONDS)
        await jobs.start()
        await self._work(bot, intake, notify, flood, out, pacing.budget)
        self._stack.push_async_callback(self._leave, flood, jobs)
        logger.info("@%s is at work", bot.username)
        await self._offer_ownership(bot.username)

    async def _pacing(self) -> Pacing:
        """With what tasks took before this process."""
        seconds, operations = self._settings.edit_timeout_seconds, outside.offer(self._settings).operations
        pacing = Pacing(
            self._settings.poll_interval_seconds,
            timedelta(seconds=seconds),
            LookBudget(self._settings.looks_per_second),
            {str(each): timedelta(seconds=seconds * each.slowness) for each in operations},
        )
        for each in map(str, operations):
            pacing.learn(each, await self._rows.edits.durations(each, MEMORY))
        return pacing

    async def _telegram(self, flood: FloodControl) -> ExtBot[Priority]:
        """The Bot API's client, initialized."""
        process, inbox = self._process, self._rows.inbox
        updates = durable_request(
            inbox,
            process.owner,
            process.now,
            outside.way_out(self._settings, self._settings.telegram_api_url, UPDATE_CALLS),
            lambda status: process.called("updates", status),
        )
        bot = outside.telegram_client(
            self._settings,
            flood_control=flood,
            updates=updates,
            on_call=lambda status: process.called("telegram", status),
        )
        await initialized(bot)
        self._stack.push_async_callback(bot.shutdown)
        return bot

    def _service(self, ports: Ports, pacing: Pacing, wake: Wake) -> EditService:
        process = self._process
        return EditService(
            ports,
            process.replica,
            process.workload,
            outside.limits(self._settings),
            pacing,
            Callbacks(self._settings.public_url or None),
            Sources(process.now, random_id, random_secret),
            wake=wake,
        )

    def _jobs(
        self,
        service: EditService,
        pacing: Pacing,
        board: CardBoard,
        credits_left: Callable[[], Awaitable[float]],
        outbox: Outbox,
    ) -> Jobs:
        rows, process = self._rows, self._process
        bounds = Bounds(self._settings.low_credits, self._settings.daily_credits)
        warnings = Warnings(rows.money, self._owners, outbox, bounds, process.now)
        row_retention = RowRetention(
            rows.edits,
            rows.refused,
            rows.inbox,
            rows.chats,
            rows.wishes,
            rows.alerts,
            rows.guests,
            money=rows.money,
            now=process.now,
        )
        file_retention = FileRetention(
            rows.edits, rows.files, rows.hosted, self._settings.max_stored_bytes, process.now
        )

        async def refresh_cards() -> None:
            if process.replica.is_trusted:
                await board.tick()

        chores = (
            Chore("cards", _CARDS_SECONDS, refresh_cards),
            Chore("rows", _RETENTION_SECONDS, row_retention.forget),
            Chore("room", _ROOM_SECONDS, file_retention.make_room),
            Chore("files", _RETENTION_SECONDS, file_retention.sweep_files),
            Chore("hosted photos", _RETENTION_SECONDS, file_retention.sweep_hosted),
            *Measures(
                process.metrics, WaitingEdits(rows.database), rows.money, credits_left, warnings, process.now
            ).chores(),
        )
        held = HeldEdits(process.replica, process.replicas, rows.edits, pacing.budget)
        pace = Pace(pacing, rows.budget, random.random)
        return Jobs(service.advance, held, pace, process.workload, chores, process.now)

    def _conversation(
        self,
        bot: ExtBot[Priority],
        service: EditService,
        wake: Wake,
        questions: Questions,
        slots: Slots,
        estimate: Callable[[Edit], Estimate],
        *,
        owners_files: OwnersFiles,
    ) -> Conversation:
        settings, rows = self._settings, self._rows
        about = About(
            username=bot.username,
            name=bot.first_name,
            reads_group_messages=bool(bot.bot.can_read_all_group_messages),
            limits=outside.limits(settings),
            longest_wait=timedelta(seconds=settings.max_request_age_seconds),
            prices=frozenset(outside.offer(settings).prices.values()) - {0.0},
            shows_prices=settings.show_prices,
        )
        tools = Tools(
            desk=Desk(
                service,
                wake,
                rows.refused,
                PersonalData(rows.database, rows.files),
                rows.edits,
                self._process.now,
            ),
            edits=rows.edits,
            memory=rows.chats,
            wishes=rows.wishes,
            photo_follows=Comments(rows.inbox, slots, self._process.now).photo_follows,
            album_of=Albums(bot.username, rows.inbox, slots, self._process.now).whole,
            most_photos=outside.offer(settings).dearest.most_photos,
            owners=self._owners,
            guests=rows.guests,
            own_limits=rows.own_limits,
            money=rows.money,
            owners_files=owners_files,
            take_again=self._take_again,
            questions=questions,
            files=rows.files,
            estimate=estimate,
            about=about,
            now=self._process.now,
        )
        access = Access(settings.allowed_chats, tools, open_to_all=settings.open_to_all)
        return Conversation(self._features, tools, access)

    async def _take_again(self, chat_id: int, first: int, since: datetime) -> None:
        await self._rows.inbox.take_again(chat_id, first, since, self._process.owner())

    async def _offer_ownership(self, username: str) -> None:
        """As long as nobody runs the bot: a link that makes somebody its owner, once."""
        if await self._owners.all():
            return
        rows, code = self._rows.ownership, random_code()
        await rows.offer(digest_of(code), self._process.now())
        self._stack.push_async_callback(_withdraw, rows, digest_of(code))
        link = f"https://t.me/{username}?start={LINK}{code}"
        logger.warning("nobody owns this bot yet: open %s to make yourself the owner", link)

    async def _serve(self, service: EditService, intake: Intake, wake: Wake) -> None:
        """Start the web server."""
        settings, rows, process = self._settings, self._rows, self._process
        secret = own_webhook_secret(settings)
        webhook = Webhook(rows.inbox, secret, process.owner, intake.ring, process.now)
        web = web_app(
            rows.hosted.open,
            callbacks.Callbacks(rows.edits, service, wake).take,
            on_update=webhook.take if settings.telegram_webhook else None,
            readiness=process.health.readiness,
            metrics=process.metrics.text,
        )
        await self._stack.enter_async_context(listening(web, settings.web_host, settings.web_port))

    async def _work(
        self,
        bot: ExtBot[Priority],
        intake: Intake,
        notify: Notify,
        flood: FloodControl,
        out: Outside,
        looks: LookBudget,
    ) -> None:
        """Start the background tasks."""
        process = self._process
        polling = Polling(bot, intake.doorbell)
        members = Members(self._settings, process, intake, polling, flood, out.board, looks)
        heartbeat = Heartbeat(process.replica, process.replicas, members)
        await heartbeat.beat()
        introduced = introduction(self._settings, bot, self._features)
        process.health.introduced_by(introduced)
        work = (
            intake.run(),
            polling.run(),
            heartbeat.run(),
            notify.listen(heartbeat.hurry),
            introduced.run(),
        )
        await self._stack.enter_async_context(_background(*work))

    async def _leave(self, flood: FloodControl, jobs: Jobs) -> None:
        """Let running steps end while this replica's heartbeat still runs."""
        self._process.replica.leave()
        flood.send_all_back()
        await jobs.stop(STOP_WITHIN_SECONDS)


async def _withdraw(ownership: Ownership, digest: str) -> None:
    """The link ends with its process. Without the database, it ends with the next one."""
    with contextlib.suppress(*DATABASE_ERRORS, TimeoutError):
        async with asyncio.timeout(1):
            await ownership.withdraw(digest)


async def _release(replicas: Replicas, name: str) -> None:
    """Give everything up for the others. Without the database, they notice when the lease ends."""
    with contextlib.suppress(*DATABASE_ERRORS, TimeoutError):
        async with asyncio.timeout(1):
            await replicas.release(name)


@contextlib.asynccontextmanager
async def _background(*work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Run tasks until the block ends. If one of them fails, the block is cancelled."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in work]
        try:
            yield
        finally:
            await end(tasks, _LEAVE_WITHIN_SECONDS)
