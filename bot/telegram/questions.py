"""What the conversation asks Telegram before it answers. While it waits, it holds no slot."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from telegram.constants import ChatAction, ChatMemberStatus
from telegram.error import BadRequest, ChatMigrated, Forbidden
from telegram.ext import ExtBot

from bot.core.errors import TryLater
from bot.telegram.inbox.slots import Slots
from bot.telegram.outbox.errors import translated
from bot.telegram.outbox.turns import Priority

_ADMINS = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})
_LONGEST_SECONDS = 10.0


class Questions:
    """Each question raises TryLater if Telegram does not answer."""

    def __init__(self, bot: ExtBot[Priority], slots: Slots) -> None:
        self._bot, self._slots = bot, slots

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Whether this person is an admin of the group; False if Telegram does not know them there."""
        async with self._asking():
            try:
                member = await self._bot.get_chat_member(chat_id, user_id)
            except BadRequest:
                return False
        return member.status in _ADMINS

    async def moved_to(self, old_group_id: int) -> int | None:
        """The supergroup that a group became; None if it did not, or if the bot is not in it.

        The question is a chat action: of the calls that tell of a move, it leaves the fewest traces. If the
        group has not moved, people see it for a moment. With this priority it is not dropped.
        """
        async with self._asking():
            try:
                await self._bot.send_chat_action(
                    old_group_id, ChatAction.TYPING, rate_limit_args=Priority.ANSWER
                )
            except ChatMigrated as moved:
                return moved.new_chat_id
            except (BadRequest, Forbidden):
                return None
        return None

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        async with self._slots.stepped_aside():
            try:
                with translated(small=True, repeatable=True):
                    async with asyncio.timeout(_LONGEST_SECONDS):
                        yield
            except TimeoutError:
                raise TryLater(1, "Telegram has not said") from None
