"""How an edit looks in its chat: its status card, its result, its end, and what the admins read of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.outgoing import Buttons
from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.pacing import Estimate


@dataclass(frozen=True, slots=True)
class Card:
    """Words (HTML) and buttons of one message."""

    html: str
    buttons: Buttons = ()


class Cards:
    """Renders edits in their requester's language; the buttons are those that the features declare."""

    def __init__(self, features: Sequence[object]) -> None:
        self._features = features

    def status(self, edit: Edit, now: datetime, estimate: Estimate, ahead: int = 0) -> Card:
        """What the status card shows now; for an edit that has ended, its end."""
        raise NotImplementedError

    def result(self, edit: Edit) -> Card:
        """The caption of the result and the buttons under it. The edit is Ready or Delivered."""
        raise NotImplementedError

    def admin_alert(self, edit: Edit, reason: Reason) -> str:
        """What admins read of something that only they can mend."""
        raise NotImplementedError
