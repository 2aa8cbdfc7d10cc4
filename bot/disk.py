"""Files on disk: written completely or not at all, and deleted when they are no longer needed."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

TEMPORARY = ".tmp"
"""The ending of what is not whole yet."""
_LEAST_FREE_BYTES, _LEAST_FREE_SHARE = 100_000_000, 0.02
"""A database that cannot write stops everything."""


def write_whole(path: Path, content: bytes, *, durable: bool) -> None:
    """Replace the file at `path`, completely or not at all. Only its owner can read it.

    `durable`: once this returns, it survives a power cut. Makes the folder if needed. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(TEMPORARY, f".{path.name}.", path.parent)  # mode 0600
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    if durable:
        _sync(path.parent)


def _sync(directory: Path) -> None:
    """Sync a directory: a new name is on disk only after that."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(directory: Path, suffixes: Collection[str], *, keep: Collection[str], before: float) -> int:
    """Delete files with one of the `suffixes`, and half-written ones, if last written before `before`
    (seconds since the epoch) and not named in `keep`. Returns how many.
    """
    removed = 0
    for path in directory.iterdir() if directory.exists() else ():
        if path.suffix not in {*suffixes, TEMPORARY} or path.name in keep:
            continue
        with contextlib.suppress(FileNotFoundError):  # deleted by somebody else in between
            if path.stat().st_mtime < before:
                path.unlink()
                removed += 1
    return removed


def oldest_first(directory: Path, suffix: str = "") -> list[tuple[Path, int]]:
    """The files with that ending (without one: all), with their sizes in bytes, oldest first."""
    found = []
    for path in directory.iterdir() if directory.exists() else ():
        with contextlib.suppress(FileNotFoundError):
            if path.name.endswith(suffix):
                stat = path.stat()
                found.append((stat.st_mtime, path, stat.st_size))
    return [(path, size) for _, path, size in sorted(found)]


def excess(directory: Path, most_bytes: int) -> int:
    """How many bytes a folder's files have too many: over `most_bytes`, or for the disk to have some free."""
    if not directory.exists():
        return 0
    disk = shutil.disk_usage(directory)
    least_free = min(_LEAST_FREE_BYTES, int(disk.total * _LEAST_FREE_SHARE))
    return max(sum(size for _, size in oldest_first(directory)) - most_bytes, least_free - disk.free)
