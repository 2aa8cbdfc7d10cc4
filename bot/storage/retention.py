"""Forgets what nobody needs any more: old rows, and files that belong to no edit."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.clock import Clock
from bot.storage.alerts import ALERT_AGAIN_AFTER, Alerts
from bot.storage.chats import Chats
from bot.storage.edits import SqlEditStore
from bot.storage.files import DiskFiles
from bot.storage.inbox import Inbox

logger = logging.getLogger(__name__)

KEEP_RESULTS = timedelta(hours=48)
"""How long the full-quality file of a delivered edit can be had."""
KEEP_EDITS = timedelta(days=31)
"""Longer than any limit's window: the edits are its log."""
KEEP_UPDATES = timedelta(days=7)
KEEP_PHOTOS = timedelta(minutes=10)
"""How long a photo that came without words waits for them."""
KEEP_ALBUMS = timedelta(days=1)
FILE_GRACE = timedelta(minutes=10)
"""A file younger than this may belong to an edit that was not asked about yet."""


class HostedPhotos(Protocol):
    """The photos that the bot's own web server shows."""

    async def sweep(self, keep: Collection[str], before: datetime) -> int:
        """Remove what was last written before that moment and is not named in `keep`."""


class RowRetention:
    """Deletes old rows. May be left out or repeated without harm, and so may each kind for itself."""

    def __init__(self, edits: SqlEditStore, inbox: Inbox, chats: Chats, alerts: Alerts, now: Clock) -> None:
        self._edits, self._inbox, self._chats, self._alerts, self._now = edits, inbox, chats, alerts, now

    async def forget(self) -> None:
        """Once through every table."""
        now = self._now()
        await self._edits.forget_before(now - KEEP_EDITS)
        await self._inbox.forget_before(now - KEEP_UPDATES)
        await self._chats.forget_photos_before(now - KEEP_PHOTOS)
        await self._chats.forget_albums_before(now - KEEP_ALBUMS)
        await self._chats.forget_files_before(now - KEEP_RESULTS)
        await self._alerts.forget_before(now - ALERT_AGAIN_AFTER)


class FileRetention:
    """Removes files of edits that are done with, and what a crash left. May be left out or repeated."""

    def __init__(
        self, edits: SqlEditStore, files: DiskFiles, hosted: HostedPhotos, most_bytes: int, now: Clock
    ) -> None:
        self._edits, self._files, self._hosted = edits, files, hosted
        self._most_bytes, self._now = most_bytes, now

    async def sweep_files(self) -> None:
        """Photos and results on our side."""
        now = self._now()
        await self._files.sweep(await self._edits.kept_ids(now - KEEP_RESULTS), now - FILE_GRACE)

    async def sweep_hosted(self) -> None:
        """Prepared photos that the provider may no longer need."""
        await self._hosted.sweep(await self._edits.kept_photo_names(), self._now() - FILE_GRACE)

    async def make_room(self) -> None:
        """Remove delivered results, the oldest first, while the files take too much."""
        if (excess := await self._files.excess(self._most_bytes)) <= 0:
            return
        results = await self._files.results()  # before asking: what is written later is still needed
        needed = (await self._edits.kept_ids(self._now()))["photo"]
        removed = 0
        for edit_id, size in results:
            if excess > 0 and edit_id not in needed:
                await self._files.remove(edit_id, "result")
                removed, excess = removed + 1, excess - size
        if removed:
            logger.info("%d delivered results were removed to make room", removed)
