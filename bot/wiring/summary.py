"""What the log says first: what this bot is made of, for whoever reads it later."""

from collections.abc import Iterator

from bot import VERSION
from bot.settings import Settings
from bot.telegram.inbox.webhook import PATH
from bot.urls import shown_url
from bot.wiring.outside import offer, price, strangers_cost


def summary(settings: Settings) -> Iterator[str]:
    """A line for each thing that somebody may have set in another way than they think."""
    yield f"nanobanana-bot {VERSION}"
    yield f"database: {settings.shown_database_url}; pictures in {settings.data_dir.absolute()}"
    through = shown_url(settings.nanobanana_api_url)
    yield f"model: {_operations(settings)}, at {through}"
    yield f"photos: {_photos(settings)}"
    called = f"Telegram brings them to {settings.public_url}{PATH}"
    asked = f"asked for at {shown_url(settings.telegram_api_url)}"
    yield f"updates: {called if settings.telegram_webhook else asked}"
    yield f"may use it: {_people(settings)}"


def _operations(settings: Settings) -> str:
    made, most = offer(settings), price(settings)
    if len(made.operations) == 1:
        return f"{made.dearest}, {most:g} credits an edit"
    return f"{made.model}, as large as a photo needs up to {made.most}, {most:g} credits an edit at most"


def _photos(settings: Settings) -> str:
    match settings.image_host:
        case "web":
            here = f"{settings.web_host}:{settings.web_port}"
            return f"fetched from {settings.public_url}, which has to lead to {here}"
        case "s3":
            where = shown_url(settings.s3_endpoint_url) or f"Amazon S3 in {settings.s3_region}"
            return f"fetched from the bucket {settings.s3_bucket}, {where}"
        case "kie":
            return f"fetched from kie.ai ({shown_url(settings.kie_upload_url)})"


def _people(settings: Settings) -> str:
    allowed, admins = len(settings.allowed_chats), len(settings.admin_ids)
    who = f"those of ALLOWED_CHATS ({allowed}), and whom" if allowed else "whom"
    who = f"{who} the owner allows"
    if settings.open_to_all:
        who = f"everybody (OPEN_TO_ALL=true): {strangers_cost(settings)}"
    owner = f"{admins} of ADMIN_IDS" if admins else "who opens the link below"
    return f"{who}; the owner: {owner}"
