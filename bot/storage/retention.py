"""Deletes what is no longer needed: old rows, and files that belong to no edit."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.clock import Clock
from bot.storage.alerts import ALERT_AGAIN_AFTER, Alerts
from bot.storage.chats import REFUSE_AGAIN_AFTER, Chats
from bot.storage.edits import SqlEditStore
from bot.storage.files import DiskFiles
from bot.storage.guests import SqlGuests
from bot.storage.inbox import Inbox
from bot.storage.money import SqlMoney
from bot.storage.refused import RefusedRequests
from bot.storage.wishes import SqlWishes

logger = logging.getLogger(__name__)

KEEP_RESULTS = timedelta(hours=48)
"""How long the full-quality file of a delivered edit is kept."""
KEEP_EDITS = timedelta(days=31)
"""Longer than any limit's window, because limits are counted from the edits."""
KEEP_UPDATES = timedelta(days=7)
KEEP_REFUSED = timedelta(hours=24)
"""How long a request that was refused can still be held."""
KEEP_WISHES = timedelta(days=1)
"""How long a photo without words and what the bot has asked are remembered."""
KEEP_QUESTIONS_TO_OWNER = timedelta(days=1)
"""How long who asked to use the bot waits for an answer; then they may ask anew."""
KEEP_ALBUMS = timedelta(days=1)
FILE_GRACE = timedelta(minutes=10)
"""A file younger than this may belong to an edit that is newer than the list of kept ones."""


class HostedPhotos(Protocol):
    """The photos that the bot's own web server serves."""

    async def sweep(self, keep: Collection[str], before: datetime) -> int:
        """Remove what was last written before that moment and is not named in `keep`."""


class RowRetention:
    """Deletes old rows. Missing or repeating a run does no harm."""

    def __init__(
        self,
        edits: SqlEditStore,
        refused: RefusedRequests,
        inbox: Inbox,
        chats: Chats,
        wishes: SqlWishes,
        alerts: Alerts,
        guests: SqlGuests,
        *,
        money: SqlMoney,
        now: Clock,
    ) -> None:
        self._edits, self._refused, self._inbox = edits, refused, inbox
        self._chats, self._wishes, self._alerts = chats, wishes, alerts
        self._guests, self._money, self._now = guests, money, now

    async def forget(self) -> None:
        """Go through every table once."""
        now = self._now()
        await self._edits.forget_before(now - KEEP_EDITS)
        await self._refused.forget_before(now - KEEP_REFUSED)
        await self._inbox.forget_before(now - KEEP_UPDATES)
        await self._wishes.forget_before(now - KEEP_WISHES)
        await self._chats.forget_albums_before(now - KEEP_ALBUMS)
        await self._chats.forget_refusals_before(now - REFUSE_AGAIN_AFTER)
        await self._chats.forget_extras_before(now - KEEP_EDITS)
        await self._alerts.forget_before(now - ALERT_AGAIN_AFTER)
        await self._money.forget_before(now - KEEP_EDITS)
        await self._guests.forget_before(now - KEEP_QUESTIONS_TO_OWNER)


class FileRetention:
    """Deletes files of settled edits, and half-written ones. Missing or repeating a run does no harm."""

    def __init__(
        self, edits: SqlEditStore, files: DiskFiles, hosted: HostedPhotos, most_bytes: int, now: Clock
    ) -> None:
        self._edits, self._files, self._hosted = edits, files, hosted
        self._most_bytes, self._now = most_bytes, now

    async def sweep_files(self) -> None:
        """Delete old photos and results in DATA_DIR/files."""
        now = self._now()
        await self._files.sweep(await self._edits.kept_names(now - KEEP_RESULTS), now - FILE_GRACE)

    async def sweep_hosted(self) -> None:
        """Prepared photos that the provider may no longer need."""
        await self._hosted.sweep(await self._edits.kept_photo_names(), self._now() - FILE_GRACE)

    async def make_room(self) -> None:
        """Remove delivered results, the oldest first, while the files take too much."""
        if (excess := await self._files.excess(self._most_bytes)) <= 0:
            return
        results = await self._files.results()  # before asking: what is written later is still needed
        needed = (await self._edits.kept_names(self._now()))["photo"]
        removed = 0
        for edit_id, size in results:
            if excess > 0 and edit_id not in needed:
                await self._files.remove(edit_id, "result")
                removed, excess = removed + 1, excess - size
        if removed:
            logger.info("%d delivered results were removed to make room", removed)
