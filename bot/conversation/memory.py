"""What is remembered of a chat between messages. In rows: kept over restarts, shared by replicas."""

from datetime import datetime, timedelta
from typing import Protocol

from bot.core.edits import Extra, PhotoRef

KEEP_PHOTOS = timedelta(minutes=10)
"""How long a photo that came without words waits for them."""


class Memory(Protocol):
    """A few facts per chat and person."""

    async def remember_photo(
        self, chat_id: int, user_id: int, message_id: int, photo: PhotoRef, now: datetime
    ) -> None:
        """Keep a person's photo for words that may follow. It replaces the one before."""

    async def remembered_photo(
        self, chat_id: int, user_id: int, since: datetime
    ) -> tuple[int, PhotoRef] | None:
        """The message id and the photo that a person sent there last, if that was not before `since`."""

    async def is_first_of_album(self, chat_id: int, album_id: str, update_id: int, now: datetime) -> bool:
        """Whether this update has the first part of the album. Asking again gives the same answer."""

    async def tell_not_allowed(self, chat_id: int, now: datetime) -> bool:
        """Whether to tell this chat that it may not use the bot: True the first time, then False."""

    async def tell_no_pictures(self, chat_id: int, now: datetime) -> bool:
        """Whether this chat is to be told that it takes no pictures: True once, and again after a while."""

    async def claim_extra(self, edit_id: str, extra: Extra, now: datetime) -> bool:
        """Whether an extra of an edit is to be sent now: it was not, and nobody is about to send it."""

    async def sent_extra(self, edit_id: str, extra: Extra) -> int | None:
        """The message that an extra of an edit was sent as; None while it is on its way, or was not sent."""

    async def forget_extra(self, edit_id: str, extra: Extra) -> None:
        """An extra of an edit is not there any more."""

    async def origins(self, chat_id: int) -> frozenset[int]:
        """Every id that the chat had before it became a supergroup."""

    async def has_checked_move(self, chat_id: int, since: datetime) -> bool:
        """Whether Telegram was asked, since `since`, which group a supergroup was before."""

    async def note_move_check(self, chat_id: int, now: datetime) -> None:
        """Note that Telegram was asked, and that none of the allowed groups was it."""
