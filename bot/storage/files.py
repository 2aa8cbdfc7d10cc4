"""Bytes on disk, one file per edit and kind: whole or not there, and readable by the bot's user only."""

import asyncio
import contextlib
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from bot import disk
from bot.core.clock import NewId
from bot.core.ports import FileKind

_EDIT_ID = re.compile(r"[A-Za-z0-9_-]{6,64}")


def data_dir_id(directory: Path, new_id: NewId) -> str:
    """What tells one DATA_DIR from another: written into it once, the same for all who share the folder."""
    path, draft = directory / "id", directory / f"id.{new_id()}{disk.TEMPORARY}"
    if not path.exists():
        draft.write_text(new_id())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)  # whole or not at all: another process may read it right now
        draft.unlink()
    return path.read_text()


class DiskFiles:
    """The Files of the core, in `directory`, which is made when the first file comes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def put(self, edit_id: str, kind: FileKind, content: bytes) -> None:
        """Keep `content`, on disk before this returns."""
        await asyncio.to_thread(disk.write_whole, self._path(edit_id, kind), content, durable=True)

    async def get(self, edit_id: str, kind: FileKind) -> bytes | None:
        """What was kept, or None."""
        return await asyncio.to_thread(_read, self._path(edit_id, kind))

    async def remove(self, edit_id: str, kind: FileKind) -> None:
        """Forget it; nothing happens where there is nothing."""
        await asyncio.to_thread(self._path(edit_id, kind).unlink, missing_ok=True)

    async def sweep(self, keep: Mapping[FileKind, Collection[str]], before: datetime) -> int:
        """Remove files last written before `before` that no id in `keep` needs, and what a crash left.

        A moment's distance to now spares files whose edit was not asked about yet. Returns how many.
        """
        kept = {f"{edit_id}.{kind}" for kind, edit_ids in keep.items() for edit_id in edit_ids}
        return await asyncio.to_thread(
            disk.sweep, self._directory, {".photo", ".result"}, keep=kept, before=before.timestamp()
        )

    async def excess(self, most_bytes: int) -> int:
        """How many bytes are too many: more than `most_bytes` in all, or than the disk has room for."""
        return await asyncio.to_thread(disk.excess, self._directory, most_bytes)

    async def results(self) -> list[tuple[str, int]]:
        """Every result's edit and size in bytes, the oldest first."""
        found = await asyncio.to_thread(disk.oldest_first, self._directory, ".result")
        return [(path.stem, size) for path, size in found]

    def _path(self, edit_id: str, kind: FileKind) -> Path:
        if _EDIT_ID.fullmatch(edit_id) is None:
            raise ValueError("not an edit's id")
        return self._directory / f"{edit_id}.{kind}"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
