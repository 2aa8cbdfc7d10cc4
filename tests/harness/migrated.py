"""A SQLite file with all its tables, from a copy: to make them takes longer than most tests."""

import tempfile
from contextlib import aclosing
from pathlib import Path

from bot.storage.database import Database

_made: list[bytes] = []
"""The first one, for the others to be copies of."""


async def migrated_file(path: Path) -> str:
    """The URL of the file, which is made unless it is there."""
    url = f"sqlite+aiosqlite:///{path}"
    if not path.exists():
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        path.write_bytes(await _content())
    return url


async def _content() -> bytes:
    if not _made:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bot.db"
            async with aclosing(Database.open(f"sqlite+aiosqlite:///{path}")) as database:
                await database.migrate()
            _made.append(path.read_bytes())
    return _made[0]
