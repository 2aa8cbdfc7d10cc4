"""What the conversation asks Telegram before it answers. While it waits, it holds no slot."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from telegram.constants import ChatAction, ChatMemberStatus
from telegram.error import BadRequest, ChatMigrated, Forbidden
from telegram.ext import ExtBot

from bot.core.errors import BotError, EditFailed, TryLater
from bot.telegram.inbox.slots import Slots
from bot.telegram.outbox.errors import is_refusal, translated
from bot.telegram.outbox.turns import Priority
from bot.telegram.rights import PictureRights

logger = logging.getLogger(__name__)

_ADMINS = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})
_LONGEST_SECONDS = 10.0


class Questions:
    """Each raises TryLater where Telegram does not say, unless it says otherwise."""

    def __init__(self, bot: ExtBot[Priority], slots: Slots, rights: PictureRights) -> None:
        self._bot, self._slots, self._rights = bot, slots, rights

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Whether this person is an admin of the group; False if Telegram does not know them there."""
        async with self._asking():
            try:
                member = await self._bot.get_chat_member(chat_id, user_id)
            except BadRequest:
                return False
        return member.status in _ADMINS

    async def takes_pictures(self, chat_id: int) -> bool:
        """Whether the bot may send photos or files to a group; True where Telegram does not say."""
        try:
            async with self._asking():
                return await self._rights.may_send(chat_id)
        except BotError as error:
            logger.info("chat %s: whether it takes pictures is not known: %s", chat_id, error)
            return True

    async def forget_rights(self, chat_id: int) -> None:
        """What the bot may do in a chat has changed."""
        await self._rights.forget(chat_id)

    async def has_message(self, chat_id: int, message_id: int) -> bool:
        """Whether a message of the bot's without buttons is still there; True where Telegram does not say.

        Taking away the buttons that it does not have changes nothing.
        """
        try:
            async with self._asking():
                await self._bot.edit_message_reply_markup(
                    chat_id, message_id, rate_limit_args=Priority.ANSWER
                )
        except EditFailed as error:
            return not is_refusal(error.__cause__, "not found", "message_id_invalid")
        except BotError as error:
            logger.info("message %s of chat %s may be there: %s", message_id, chat_id, error)
        return True

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
