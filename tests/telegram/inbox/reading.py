"""What the reader makes of an update."""

from typing import Any

from telegram import Update

from bot.conversation.incoming import Incoming, Message
from bot.core.requests import PhotoKind, PhotoRef
from bot.telegram.inbox.reader import read
from tests.telegram.inbox.updates import BOT, message

A_PHOTO = PhotoRef("large", PhotoKind.PHOTO)


def reading(**update: Any) -> Incoming | None:
    return read(Update.de_json({"update_id": 9, **update}, None), BOT)


def said(**fields: Any) -> Message:
    found = reading(message=message(**fields))
    assert isinstance(found, Message)
    return found
