"""Who may use the bot."""

import logging

from telegram import User

logger = logging.getLogger(__name__)

_FIRST_SUPERGROUP = -1_000_000_000_000
"""Their ids go down from here, those of basic groups from zero."""


class Access:
    """Who may use the bot: everybody, or the chats (and people) listed, and the admins always."""

    def __init__(self, allowed_chats: frozenset[int], admin_ids: frozenset[int]) -> None:
        self.allowed_chats, self.admin_ids = allowed_chats, admin_ids

    @property
    def basic_groups(self) -> frozenset[int]:
        """The allowed chats that may become supergroups, or have."""
        return frozenset(chat_id for chat_id in self.allowed_chats if _FIRST_SUPERGROUP < chat_id < 0)

    def follow(self, old_chat_id: int, new_chat_id: int) -> None:
        """An allowed group became a supergroup: it stays allowed."""
        if old_chat_id in self.allowed_chats and new_chat_id not in self.allowed_chats:
            self.allowed_chats |= {new_chat_id}
            logger.warning(
                "the allowed group %s became a supergroup: put %s into ALLOWED_CHATS",
                old_chat_id,
                new_chat_id,
            )

    def admits(self, chat_id: int, user: User | None) -> bool:
        if not self.allowed_chats or chat_id in self.allowed_chats:
            return True
        return user is not None and user.id in self.admin_ids and chat_id == user.id
