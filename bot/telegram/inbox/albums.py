"""An album comes as one update for each part, in any order and without an end."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from telegram import Update

from bot.conversation.incoming import EditedMessage, Message
from bot.core.clock import Clock
from bot.telegram.inbox.reader import read
from bot.telegram.inbox.slots import Slots

_QUIET = timedelta(seconds=1.2)
"""When no part came for so long, it is whole."""
_LONGEST = timedelta(seconds=10)


Sleep: TypeAlias = Callable[[float], Awaitable[None]]


class Inbox(Protocol):
    """The table of updates that were received."""

    async def album(self, chat_id: int, album_id: str, near: int) -> Sequence[tuple[int, str, datetime]]:
        """(update_id, JSON, when it was received) of what names an album, handled or not."""


class Albums:
    """Waits for an album's parts. They are rows of the inbox, so nothing is lost in a restart."""

    def __init__(
        self, username: str, inbox: Inbox, slots: Slots, now: Clock, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._username, self._inbox, self._slots = username, inbox, slots
        self._now, self._sleep = now, sleep

    async def whole(self, message: Message) -> Sequence[Message]:
        """All parts, in the order of their messages and as they were last edited. It holds no slot."""
        album_id = message.album_id or ""
        began = self._now()
        while True:
            rows = await self._inbox.album(message.chat.id, album_id, message.update_id)
            last = max((at for _, _, at in rows), default=began)
            left = min(last + _QUIET, began + _LONGEST) - self._now()
            if left <= timedelta(0):
                break
            async with self._slots.stepped_aside():
                await self._sleep(left.total_seconds())
        parts: dict[int, Message] = {}
        for _, raw, _ in rows:
            part = read(Update.de_json(json.loads(raw), None), self._username)
            if isinstance(part, EditedMessage):
                part = part.message
            if isinstance(part, Message) and part.album_id == album_id:
                parts[part.message_id] = part
        return [parts[message_id] for message_id in sorted(parts)]
