"""Whether the bot may send pictures to a group: asked of Telegram, and kept in a row for a while."""

from datetime import datetime, timedelta
from typing import Protocol

from telegram import ChatMemberAdministrator, ChatMemberOwner, ChatMemberRestricted
from telegram.ext import ExtBot

from bot.core.clock import Clock
from bot.telegram.outbox.turns import Priority

_KEEP_YES, _KEEP_NO = timedelta(hours=1), timedelta(seconds=30)
"""Telegram does not tell when a group's own permissions change."""


class RightRows(Protocol):
    """What was last known, the same for all replicas."""

    async def picture_right(self, chat_id: int) -> tuple[bool, datetime] | None:
        """Whether the chat takes pictures, and when that was found out; None where nothing is known."""

    async def is_quiet(self, chat_id: int) -> bool:
        """Whether the group wants reactions on requests instead of status cards."""

    async def note_picture_right(self, chat_id: int, *, takes: bool | None, now: datetime) -> None:
        """What was found out; None: it has to be asked."""


class PictureRights:
    """A result goes as a photo or as a file: one of the two rights is enough."""

    def __init__(self, bot: ExtBot[Priority], rows: RightRows, now: Clock) -> None:
        self._bot, self._rows, self._now = bot, rows, now

    async def may_send(self, chat_id: int) -> bool:
        """What is known, or what Telegram says. Raises its errors."""
        known, now = await self._rows.picture_right(chat_id), self._now()
        if known is not None and now - known[1] < (_KEEP_YES if known[0] else _KEEP_NO):
            return known[0]
        takes = await self._asked(chat_id)
        await self._rows.note_picture_right(chat_id, takes=takes, now=now)
        return takes

    async def is_quiet(self, chat_id: int) -> bool:
        """Whether the group wants reactions on requests instead of status cards."""
        return await self._rows.is_quiet(chat_id)

    async def refused(self, chat_id: int) -> None:
        """Telegram did not take a picture there."""
        await self._rows.note_picture_right(chat_id, takes=False, now=self._now())

    async def forget(self, chat_id: int) -> None:
        """Something has changed there."""
        await self._rows.note_picture_right(chat_id, takes=None, now=self._now())

    async def _asked(self, chat_id: int) -> bool:
        """An admin always may; who is restricted has rights of their own; for the others the group's hold."""
        member = await self._bot.get_chat_member(chat_id, self._bot.id)
        if isinstance(member, ChatMemberAdministrator | ChatMemberOwner):
            return True
        own = member if isinstance(member, ChatMemberRestricted) else None
        rights = own or (await self._bot.get_chat(chat_id)).permissions
        return rights is None or rights.can_send_photos is not False or rights.can_send_documents is not False
