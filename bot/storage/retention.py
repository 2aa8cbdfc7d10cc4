"""Forgets what nobody needs any more: old rows, and files that belong to no edit."""

from datetime import timedelta

from bot.core.clock import Clock
from bot.storage.chats import Chats
from bot.storage.edits import SqlEditStore
from bot.storage.files import DiskFiles
from bot.storage.inbox import Inbox

KEEP_RESULTS = timedelta(hours=48)
"""How long the full-quality file of a delivered edit can be had."""
KEEP_EDITS = timedelta(days=31)
"""Longer than any limit's window: the edits are its log."""
KEEP_UPDATES = timedelta(days=7)
KEEP_PHOTOS = timedelta(minutes=10)
"""How long a photo that came without words waits for them."""
FILE_GRACE = timedelta(minutes=10)


class Tidying:
    """Called now and then; may be skipped or repeated without harm."""

    def __init__(self, edits: SqlEditStore, inbox: Inbox, chats: Chats, files: DiskFiles, now: Clock) -> None:
        self._edits, self._inbox, self._chats, self._files, self._now = edits, inbox, chats, files, now

    async def tidy(self) -> None:
        """Once through everything."""
        now = self._now()
        await self._files.sweep(await self._edits.kept_ids(now - KEEP_RESULTS), now - FILE_GRACE)
        await self._edits.forget_before(now - KEEP_EDITS)
        await self._inbox.forget_before(now - KEEP_UPDATES)
        await self._chats.forget_photos_before(now - KEEP_PHOTOS)
