"""The larger parts of the bot, each built from what it needs."""

import os
import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from telegram.ext import ExtBot

from bot.base import Base, limits
from bot.clients import (
    photo_host,
)
from bot.conversation.access import Access
from bot.conversation.answers import Answers
from bot.conversation.handlers import Handlers
from bot.conversation.presses import Presses
from bot.core.clock import random_id, random_secret
from bot.core.edits import Edit
from bot.core.pacing import Pacing
from bot.core.ports import Wake
from bot.core.service import EditService
from bot.core.steps import Steps
from bot.images.image_pool import ImagePool
from bot.nanobanana.client import NanoBananaClient
from bot.scheduling.jobs import Jobs
from bot.storage.retention import FILE_GRACE, Tidying
from bot.telegram.outbox.cards import CardBoard
from bot.telegram.outbox.chat import TelegramChat
from bot.telegram.outbox.turns import Priority

ADOPTION_WAIT = timedelta(seconds=60)
NO_CALLBACK_URL = "https://nanobanana-bot.invalid/callback"
"""The API wants one; `.invalid` belongs to nobody, so nobody hears of anything."""


def edit_service(
    base: Base,
    model: NanoBananaClient,
    chat: TelegramChat,
    pacing: Pacing,
    has_room: Callable[[], bool],
) -> EditService:
    """What admits and moves edits."""
    settings = base.settings
    host = photo_host(settings, base.hosted, base.stack)
    called_back = bool(settings.public_url)
    images = ImagePool(workers=min(os.cpu_count() or 1, 4))
    base.stack.push_async_exit(images)
    steps = Steps(
        store=base.edits,
        model=model,
        host=host,
        images=images,
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


def edit_jobs(base: Base, service: EditService, board: CardBoard, pacing: Pacing) -> Jobs:
    """What has edits looked at, cards refreshed and files tidied up."""

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


def update_handlers(
    base: Base,
    bot: ExtBot[Priority],
    service: EditService,
    chat: TelegramChat,
    pacing: Pacing,
    wake: Wake,
) -> Handlers:
    """What is done about updates."""
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
