"""Telegram's side: what sends messages and cards, and what the bot tells Telegram about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from telegram.ext import ExtBot

from bot.conversation.cards import Cards
from bot.conversation.feature import Features, menu
from bot.conversation.features.help import bot_description, bot_short_description
from bot.conversation.owners import Owners
from bot.conversation.texts.i18n import LANGUAGES, translations
from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.pacing import Estimate
from bot.settings import Settings
from bot.telegram.files import FileDownloader
from bot.telegram.inbox.webhook import set_webhook, webhook_secret
from bot.telegram.introduction import WEBHOOK, Introduction
from bot.telegram.menu import descriptions, menus
from bot.telegram.outbox.admins import Admins
from bot.telegram.outbox.albums import AlbumSender
from bot.telegram.outbox.cards import CardBoard
from bot.telegram.outbox.chat import TelegramChat
from bot.telegram.outbox.destination import Nearby
from bot.telegram.outbox.outbox import Outbox
from bot.telegram.outbox.pictures import Images, PictureSender
from bot.telegram.outbox.results import ResultSender
from bot.telegram.outbox.turns import Priority
from bot.telegram.rights import PictureRights
from bot.wiring.rows import Rows


@dataclass(frozen=True, slots=True)
class Outside:
    """The way out: messages, the cards of running edits, the core's `Chat`, and what groups let through."""

    outbox: Outbox
    board: CardBoard
    chat: TelegramChat
    rights: PictureRights


def way_out(
    bot: ExtBot[Priority],
    features: Features,
    estimate: Callable[[Edit], Estimate],
    downloader: FileDownloader,
    rows: Rows,
    owners: Owners,
    now: Clock,
    *,
    images: Images,
) -> Outside:
    """Everything that sends."""
    cards = Cards(features)
    nearby = Nearby(now)
    results = ResultSender(bot, cards, nearby)
    pictures = PictureSender(bot, nearby, downloader.download, rows.files, images)
    albums = AlbumSender(bot, cards, nearby, results, rows.files)
    outbox = Outbox(bot, results, pictures, nearby, rows.chats, rows.wishes, now, albums=albums)
    board = CardBoard(outbox, cards, estimate, now)
    rights = PictureRights(bot, rows.chats, now)
    admins = Admins(outbox, cards, rows.alerts, owners.all, now)
    chat = TelegramChat(outbox, results, board, cards, downloader, rights, admins, albums=albums)
    return Outside(outbox, board, chat, rights)


def own_webhook_secret(settings: Settings) -> str:
    """The secret that Telegram sends along with each webhook update."""
    return webhook_secret(settings.telegram_bot_token.get_secret_value())


def introduction(settings: Settings, bot: ExtBot[Priority], features: Features) -> Introduction:
    """Where updates go, which commands there are, and what the bot is for."""
    parts = [
        *menus(bot, LANGUAGES, lambda language, _: menu(features, language)),
        *descriptions(bot, LANGUAGES, _description),
    ]
    if settings.telegram_webhook:
        secret = own_webhook_secret(settings)
        parts.insert(0, (WEBHOOK, partial(set_webhook, bot, settings.public_url, secret)))
    return Introduction(parts)


def _description(language: str) -> tuple[str, str]:
    t = translations(language)
    return bot_description(t), bot_short_description(t)
