"""Photos that this bot's own web server serves."""

import asyncio
import re
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from bot import disk
from bot.core.errors import Reason, TryLater
from bot.core.provider import PublicUrl

_NAME = re.compile(r"[A-Za-z0-9_-]{20,64}")
_LATER_SECONDS = 10.0


class WebHost:
    """Files in a directory, which the bot's web server serves at `/i/<name>.jpg`."""

    def __init__(self, directory: Path, public_url: str) -> None:
        self._directory, self._public_url = directory, public_url.rstrip("/")

    async def publish(self, name: str, jpeg: bytes) -> PublicUrl:
        path = self._path(name)
        if path is None:
            raise ValueError("an unguessable name has 20 to 64 URL-safe characters")
        try:
            await asyncio.to_thread(disk.write_whole, path, jpeg, durable=False)
        except OSError as error:
            detail = f"the photo was not written: {error.strerror}"
            raise TryLater(_LATER_SECONDS, detail, Reason.OUR_FAULT) from error
        return PublicUrl(f"{self._public_url}/i/{path.name}")

    async def withdraw(self, name: str) -> None:
        path = self._path(name)
        if path is not None:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def open(self, name: str) -> BinaryIO | None:
        """What the web server answers, to be closed; None for what is not, or no longer, hosted."""
        path = self._path(name)
        if path is None:
            return None
        try:
            return await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError:
            return None

    async def sweep(self, keep: Collection[str], before: datetime) -> int:
        """Remove photos last written before `before` whose name is not in `keep`, and half-written files
        that a crash left. Returns how many.
        """
        kept = {f"{name}.jpg" for name in keep}
        return await asyncio.to_thread(
            disk.sweep, self._directory, {".jpg"}, keep=kept, before=before.timestamp()
        )

    def _path(self, name: str) -> Path | None:
        return self._directory / f"{name}.jpg" if _NAME.fullmatch(name) else None
