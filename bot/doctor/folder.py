"""Whether the bot can keep what it has to, and nobody else can read it."""

import asyncio
import contextlib
import secrets
import shutil
import stat
from collections.abc import AsyncIterator
from pathlib import Path

from bot import disk
from bot.doctor.finding import Finding, mend
from bot.settings import ENV_FILE, Settings
from bot.storage.errors import in_words
from bot.wiring.outside import DataDirUnusable, made_data_dir

_LITTLE_BYTES = 500_000_000
_KEPT = "The database and finished pictures are kept there; without it the bot does not start."


async def folder(settings: Settings, _: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """DATA_DIR is written to as the bot does; then who else may read it, and `.env`."""
    where = settings.data_dir
    try:
        made_data_dir(settings)
        free = await asyncio.to_thread(free_bytes_once_written, where)
    except DataDirUnusable as error:
        yield mend("folder", str(error), _KEPT, "correct DATA_DIR, or let this user write there")
        return
    except OSError as error:
        yield mend("folder", f"DATA_DIR {where}: {in_words(error)}", _KEPT, "make room, or correct DATA_DIR")
        return
    said = f"{where.absolute()} can be written to, {free / 1e9:.1f} GB are free"
    if free < _LITTLE_BYTES:
        yield mend("folder", said, "When the disk is full nothing is taken in any more.", "make room")
    else:
        yield Finding("folder", said)
    for path, what in ((where, "photos and what people wrote"), (ENV_FILE, "the token and the keys")):
        if path.exists() and path.stat().st_mode & stat.S_IRWXO:
            why = f"Everybody on this machine can read {what}."
            yield mend("file modes", f"{path} is open to others", why, f"chmod o= {path}")


def free_bytes_once_written(where: Path) -> int:
    """What is free on a folder's disk, after a file was written there. Raises OSError."""
    trial = where / f"doctor-{secrets.token_hex(8)}"
    try:
        disk.write_whole(trial, b"written by the doctor", durable=True)
    finally:
        trial.unlink(missing_ok=True)
    return shutil.disk_usage(where).free
