"""Chats and people that asked to use the bot, and what its owner said."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Guest:
    """A chat that is not named in the settings; a private chat has its person's id.

    `update_id` and `asked_at` are those of its first message, None if the owner was never asked.
    `decided_at` and `is_allowed` are what the owner said last, None while nothing.
    """

    id: int
    name: str
    update_id: int | None = None
    asked_at: datetime | None = None
    decided_at: datetime | None = None
    is_allowed: bool | None = None

    @property
    def allowed_at(self) -> datetime | None:
        return self.decided_at if self.is_allowed else None
