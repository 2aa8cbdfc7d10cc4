"""Who runs the bot: who stands in ADMIN_IDS, and whoever opened the one-time link."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.guests import Guest
from bot.core.money import Day, Report, Table

LINK = "own-"
"""What `/start` brings from the link, before its code."""


class OwnerRows(Protocol):
    """The links that were printed, by their digests, and who opened one."""

    async def owner(self) -> int | None:
        """The person who opened a link; None while nobody has."""

    async def claim(self, digest: str, person_id: int) -> bool:
        """Make a person the owner, if the link is valid and nobody owns the bot yet."""


class Guests(Protocol):
    """Chats and people that asked to use the bot, and what its owner said."""

    async def get(self, guest_id: int) -> Guest | None:
        """The guest, if the chat ever asked or was decided about."""

    async def allowed_among(self, ids: Collection[int]) -> Guest | None:
        """A guest with one of these ids who is allowed."""

    async def ask(self, guest: Guest) -> bool:
        """Note that a chat asks. True if the owner is to hear of it: the first time, if not too many."""

    async def decide(self, guest: Guest, *, allowed: bool, now: datetime) -> Guest | None:
        """Write what the owner said. Returns the guest as it was before, None if it was not known."""

    async def last(self, count: int, after: int = 0) -> Collection[Guest]:
        """Those who ask, and then those who were decided about last; without the first `after` of them."""


class OwnLimits(Protocol):
    """How many edits the owner lets one chat or person have, in place of the number that all have."""

    async def of(self, ids: Collection[int]) -> Mapping[int, int]:
        """The numbers of those that have one; 0 is no limit."""

    async def set(self, id_: int, edits: int | None) -> None:
        """Give a chat or person a number, 0 for no limit; None: the one that all have."""


class Money(Protocol):
    """What was spent, and what the owner was told or has switched on."""

    async def report(self, now: datetime) -> Report:
        """Everything that the owner sees."""

    async def days(self, now: datetime, count: int) -> Sequence[Day]:
        """Each of the last days, today as the last one."""

    async def has_notice(self, name: str) -> bool:
        """Whether a notice was given and is not over."""

    async def notice(self, name: str, now: datetime) -> bool:
        """Give a notice: True the first time, until it is over."""

    async def notice_over(self, name: str) -> None:
        """It is over."""


class OwnersFiles(Protocol):
    """What takes a while to make."""

    async def chart(self, days: Sequence[Day]) -> bytes:
        """A picture of what each day cost, and how its edits ended."""

    async def table(self) -> Table:
        """Every edit that is kept."""


class Owners:
    """The owner's id is remembered: it never changes."""

    def __init__(self, admin_ids: frozenset[int], rows: OwnerRows) -> None:
        self._admin_ids, self._rows = admin_ids, rows
        self._owner: int | None = None

    async def all(self) -> frozenset[int]:
        """Everybody who runs the bot; empty as long as nobody is known to."""
        if self._owner is None:
            self._owner = await self._rows.owner()
        return self._admin_ids if self._owner is None else self._admin_ids | {self._owner}

    async def claim(self, code: str, person_id: int) -> bool:
        """Whether the code of a link has made this person the owner. Where there are ADMIN_IDS, none does."""
        return not self._admin_ids and await self._rows.claim(digest_of(code), person_id)


def digest_of(code: str) -> str:
    """What is stored of a link's code."""
    return hashlib.sha256(code.encode()).hexdigest()
