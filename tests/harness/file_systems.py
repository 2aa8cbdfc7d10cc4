"""What may happen to the file system that the bot's data is on."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """The folder is a file system of its own, of eight megabytes; False where nobody may mount one."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or not _done(mount):
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not a byte is left in the folder's file system."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        ballast.unlink()


@contextlib.contextmanager
def read_only(database: Path) -> Iterator[bool]:
    """A SQLite file that is open already can no longer be written to; False where that cannot be done.

    chmod does not bind root, and a busy file system cannot be turned read-only: the files are made immutable,
    which ext4, xfs and btrfs hold even those to who have them open. (The memory that connections share stays
    as it is: to have that taken away would kill whoever uses it, SQLite or not.)
    """
    paths = [str(database), f"{database}-wal", str(database.parent)]
    try:
        yield os.geteuid() == 0 and _done(["chattr", "+i", *paths]) and not _can_write(paths[1])
    finally:
        _done(["chattr", "-i", *paths])


def _can_write(path: str) -> bool:
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_WRONLY))
        return True
    return False


def _done(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False
