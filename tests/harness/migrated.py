"""A SQLite file with all its tables, from a copy: to make them takes longer than most tests."""

import tempfile
from pathlib import Path

from sqlalchemy import create_engine

from bot.storage import migrations

_made: list[bytes] = []
"""The first one, for the others to be copies of."""


async def migrated_file(path: Path) -> str:
    """The URL of the file, which is made unless it is there."""
    url = f"sqlite+aiosqlite:///{path}"
    if not path.exists():
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        path.write_bytes(_content())
    return url


def _content() -> bytes:
    """Not in several tasks at once: Alembic has one context for a process."""
    if not _made:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bot.db"
            engine = create_engine(f"sqlite:///{path}")
            with engine.begin() as connection:
                migrations.upgrade(connection)
            engine.dispose()
            _made.append(path.read_bytes())
    return _made[0]
