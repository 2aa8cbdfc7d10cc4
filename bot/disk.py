"""Files on disk: written whole or not at all, and swept away when nobody needs them any more."""

import contextlib
import os
import tempfile
from collections.abc import Collection
from pathlib import Path

TEMPORARY = ".tmp"
"""The ending of what is not whole yet."""


def write_whole(path: Path, content: bytes, *, durable: bool) -> None:
    """Replace `path` by `content`: whole or not at all, and readable by nobody else on this machine.

    `durable`: it survives a power cut once this returns. The folder is made if need be. Raises OSError.
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
    """The new name is on disk only once its directory is."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(directory: Path, suffixes: Collection[str], *, keep: Collection[str], before: float) -> int:
    """Remove files that end in one of `suffixes`, and half-written ones, last written before `before`
    (seconds since the epoch) and not named in `keep`. Returns how many.
    """
    removed = 0
    for path in directory.iterdir() if directory.exists() else ():
        if path.suffix not in {*suffixes, TEMPORARY} or path.name in keep:
            continue
        with contextlib.suppress(FileNotFoundError):  # it was no longer needed meanwhile
            if path.stat().st_mtime < before:
                path.unlink()
                removed += 1
    return removed
