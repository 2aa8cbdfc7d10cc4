"""A comment that was forwarded together with a photo: two messages of one second, the comment first."""

import asyncio
import json
from datetime import timedelta
from typing import Any, Protocol

from bot.conversation.incoming import Message
from bot.core.clock import Clock
from bot.telegram.inbox.slots import Slots

_LOOKS, _APART_SECONDS = 3, 0.2
_RECENT = timedelta(seconds=3)
"""A photo that belongs to an older comment is in the inbox by now."""


class Inbox(Protocol):
    """The table of updates that were received."""

    async def next_in_chat(self, chat_id: int, update_id: int) -> str | None:
        """The JSON of a chat's first unhandled update after this one."""


class Comments:
    """Looks whether a photo comes with a comment. While it waits, it holds no slot."""

    def __init__(self, inbox: Inbox, slots: Slots, now: Clock) -> None:
        self._inbox, self._slots, self._now = inbox, slots, now

    async def photo_follows(self, message: Message) -> bool:
        """Whether the next message of the chat is a photo that was forwarded in the same second."""
        is_new = self._now() - message.sent_at < _RECENT
        for look in range(_LOOKS if is_new else 1):
            if look:
                async with self._slots.stepped_aside():
                    await asyncio.sleep(_APART_SECONDS)
            raw = await self._inbox.next_in_chat(message.chat.id, message.update_id)
            if raw is not None:
                return _is_forwarded_photo(json.loads(raw), message)
        return False


def _is_forwarded_photo(update: dict[str, Any], comment: Message) -> bool:
    message = update.get("message")
    if not isinstance(message, dict) or "forward_origin" not in message:
        return False
    return message.get("date") == int(comment.sent_at.timestamp()) and bool(
        message.get("photo") or message.get("document")
    )
