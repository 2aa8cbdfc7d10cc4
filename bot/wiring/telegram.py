"""Telegram's side: what sends messages and cards, and what the bot tells Telegram about itself."""

from collections.abc import Callable
from dataclasses import dataclass

from telegram.ext import ExtBot

from bot.conversation.cards import Cards
from bot.conversation.feature import Features, menu
from bot.conversation.features.help import bot_description, bot_short_description
from bot.conversation.texts.i18n import LANGUAGES, translations
from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.pacing import Estimate
from bot.settings import Settings
from bot.storage.alerts import Alerts
from bot.telegram.files import FileDownloader
from bot.telegram.inbox.webhook import set_webhook, webhook_secret
from bot.telegram.menu import publish_description, publish_menu
from bot.telegram.outbox.cards import CardBoard
from bot.telegram.outbox.chat import TelegramChat
from bot.telegram.outbox.outbox import Outbox
from bot.telegram.outbox.results import ResultSender
from bot.telegram.outbox.turns import Priority


@dataclass(frozen=True, slots=True)
class Outside:
    """The way out: messages, the cards of running edits, and the core's `Chat`."""

    outbox: Outbox
    board: CardBoard
    chat: TelegramChat


def way_out(
    settings: Settings,
    bot: ExtBot[Priority],
    features: Features,
    estimate: Callable[[Edit], Estimate],
    downloader: FileDownloader,
    alerts: Alerts,
    now: Clock,
) -> Outside:
    """Everything that sends."""
    cards = Cards(features)
    results = ResultSender(bot, cards)
    outbox = Outbox(bot, results, now)
    board = CardBoard(outbox, cards, estimate, now)
    chat = TelegramChat(
        outbox, results, board, cards, downloader, alerts=alerts, admin_ids=settings.admin_ids, now=now
    )
    return Outside(outbox, board, chat)


def own_webhook_secret(settings: Settings) -> str:
    """The secret that Telegram sends along with each webhook update."""
    return webhook_secret(settings.telegram_bot_token.get_secret_value())


async def introduce(settings: Settings, bot: ExtBot[Priority], features: Features) -> None:
    """Tell Telegram where to send updates, which commands there are, and what the bot is for."""
    if settings.telegram_webhook:
        await set_webhook(bot, settings.public_url, own_webhook_secret(settings))
    await publish_menu(bot, LANGUAGES, lambda language, _: menu(features, language))
    await publish_description(bot, LANGUAGES, _description)


def _description(language: str) -> tuple[str, str]:
    t = translations(language)
    return bot_description(t), bot_short_description(t)
