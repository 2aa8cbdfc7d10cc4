"""Who may use the bot."""

import logging
from datetime import timedelta

from bot.conversation.incoming import Chat
from bot.conversation.tools import Tools

logger = logging.getLogger(__name__)

_FIRST_SUPERGROUP = -1_000_000_000_000
"""The ids of supergroups are below this, those of basic groups between this and zero."""


_CHECK_AGAIN_AFTER = timedelta(days=1)


class Access:
    """Everybody may, or else only the listed chats and people. The admins always may, in private."""

    def __init__(self, allowed_chats: frozenset[int], admin_ids: frozenset[int], tools: Tools) -> None:
        self._allowed_chats, self._admin_ids, self._tools = allowed_chats, admin_ids, tools

    async def admits(self, chat: Chat, person_id: int | None = None) -> bool:
        """Whether the bot serves a chat; `person_id` is who writes there."""
        if not self._allowed_chats or chat.id in self._allowed_chats:
            return True
        if person_id == chat.id and person_id in self._admin_ids:
            return True
        return chat.may_have_moved and (await self._came_from_allowed(chat) or await self._is_found(chat))

    async def _came_from_allowed(self, chat: Chat) -> bool:
        return bool(self._allowed_chats & await self._tools.memory.origins(chat.id))

    async def _is_found(self, chat: Chat) -> bool:
        """A supergroup may write before its move is known: ask Telegram, once a day, which group it was."""
        memory, now = self._tools.memory, self._tools.now()
        if await memory.has_checked_move(chat.id, now - _CHECK_AGAIN_AFTER):
            return False
        basic_groups = [each for each in self._allowed_chats if _FIRST_SUPERGROUP < each < 0]
        for group_id in basic_groups:
            if await self._tools.questions.moved_to(group_id) == chat.id:
                await self.follow(group_id, chat.id)
                return True
        await memory.note_move_check(chat.id, now)  # last, so that a failed question is asked again
        return False

    async def follow(self, old_chat_id: int, new_chat_id: int) -> None:
        """Keep an allowed group allowed when it becomes a supergroup. Both chats report the move."""
        is_news = await self._tools.desk.follow_chat(old_chat_id, new_chat_id)
        if is_news and old_chat_id in self._allowed_chats:
            logger.warning(
                "the allowed group %s became a supergroup: put %s into ALLOWED_CHATS",
                old_chat_id,
                new_chat_id,
            )
