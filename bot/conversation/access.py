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
    """The listed chats and people may, those whom the owner allowed, and the owners in private; or everybody
    where the bot is open.
    """

    def __init__(self, allowed_chats: frozenset[int], tools: Tools, *, open_to_all: bool) -> None:
        self._allowed_chats, self._tools, self._is_open = allowed_chats, tools, open_to_all

    async def admits(self, chat: Chat, person_id: int | None = None) -> bool:
        """Whether the bot serves a chat; `person_id` is who writes there."""
        if self._is_open or chat.id in self._allowed_chats:
            return True
        if person_id == chat.id and person_id in await self._tools.owners.all():
            return True
        if await self._tools.guests.allowed_among([chat.id]):
            return True
        return chat.may_have_moved and (await self._came_from_allowed(chat) or await self._is_found(chat))

    async def _came_from_allowed(self, chat: Chat) -> bool:
        origins = await self._tools.memory.origins(chat.id)
        if not origins:
            return False
        return bool(self._allowed_chats & origins or await self._tools.guests.allowed_among(origins))

    async def _is_found(self, chat: Chat) -> bool:
        """A supergroup may write before its move is known: ask Telegram, once a day, which group it was."""
        memory, now = self._tools.memory, self._tools.now()
        basic_groups = [each for each in self._allowed_chats if _FIRST_SUPERGROUP < each < 0]
        if not basic_groups or await memory.has_checked_move(chat.id, now - _CHECK_AGAIN_AFTER):
            return False
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
