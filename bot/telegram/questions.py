"""What the conversation asks Telegram before it answers. No slot is held while Telegram thinks."""

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
    """Each raises TryLater where Telegram does not say."""

    def __init__(self, bot: ExtBot[Priority], slots: Slots) -> None:
        self._bot, self._slots = bot, slots

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Whether this person administers the group; not where Telegram does not know them there."""
        async with self._asking():
            try:
                member = await self._bot.get_chat_member(chat_id, user_id)
            except BadRequest:
                return False
        return member.status in _ADMINS

    async def moved_to(self, old_group_id: int) -> int | None:
        """The supergroup that a group became; None where it has not, or the bot is not in it.

        The question is a chat action, which is seen for a moment where the group has not moved: nothing else
        that Telegram answers with a move leaves fewer traces. It is not to be dropped like other actions.
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
