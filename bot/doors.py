"""Where the world comes in by the web: what answers there, and how Telegram learns of it."""

import contextlib
import logging

from sqlalchemy.exc import SQLAlchemyError
from telegram.ext import ExtBot

from bot.base import Base
from bot.core.errors import BotError
from bot.core.ports import Wake
from bot.core.service import EditService
from bot.settings import Settings
from bot.telegram.inbox.intake import Intake
from bot.telegram.inbox.webhook import Webhook, set_webhook, webhook_secret
from bot.telegram.menu import publish_menus
from bot.telegram.outbox.turns import Priority
from bot.web.server import listening, web_app

logger = logging.getLogger(__name__)


def web_server(
    base: Base, service: EditService, intake: Intake, wake: Wake
) -> contextlib.AbstractAsyncContextManager[None]:
    """Serves until the block ends: hosted photos, callbacks, Telegram's updates, how the process is."""
    settings = base.settings

    async def on_callback(secret: str, task_id: str | None) -> bool | None:
        try:
            edit = await base.edits.by_secret(secret)
            if edit is not None:
                await wake(await service.adopt(edit, task_id) if task_id else edit)
        except (SQLAlchemyError, OSError) as error:
            logger.warning("a callback came in vain: %s", type(error).__name__)
            return None
        return edit is not None

    webhook = Webhook(base.inbox, _webhook_secret(settings), base.owner, intake.ring, base.now)
    web = web_app(
        base.hosted.read,
        on_callback,
        on_update=webhook.take if settings.telegram_webhook else None,
        readiness=base.health.readiness,
        metrics=base.metrics.text,
    )
    return listening(web, settings.web_host, settings.web_port)


async def introduce(base: Base, bot: ExtBot[Priority]) -> None:
    """Tell Telegram where updates go and which commands there are."""
    try:
        if base.settings.telegram_webhook:
            await set_webhook(bot, base.settings.public_url, _webhook_secret(base.settings))
        await publish_menus(bot)
    except BotError as error:
        logger.warning("Telegram was not told everything about the bot: %s", error)


def _webhook_secret(settings: Settings) -> str:
    return webhook_secret(settings.telegram_bot_token.get_secret_value())
