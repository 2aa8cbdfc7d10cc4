"""From one database to another: what has to be so before its rows are moved."""

import contextlib
from collections.abc import Mapping

from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.moving import NotMoved, move
from bot.wiring import outside


async def moved(settings: Settings, target: Settings) -> Mapping[str, int]:
    """Move every row from the database of `settings` to that of `target`; returns how many by table.

    Raises NotMoved, AlreadyRunning, DatabaseUnusable, DataDirUnusable.
    """
    async with contextlib.AsyncExitStack() as stack:
        old = await stack.enter_async_context(outside.opened_database(settings))
        new = await stack.enter_async_context(outside.opened_database(target))
        if old.path is not None and not old.path.exists():
            raise NotMoved(f"there is no database at {settings.shown_database_url}")
        if _is_same(settings, old, target, new):
            raise NotMoved("the new database is the old one")
        outside.hold(settings, old, stack)
        outside.hold(target, new, stack)
        await _is_at_this_version(settings, old)
        if (await outside.revision(target, new))[0] is not None:
            await _is_at_this_version(target, new)
        await outside.migrate(target, new)
        return await move(old, new)


def _is_same(settings: Settings, old: Database, target: Settings, new: Database) -> bool:
    if old.path is not None and new.path is not None:
        return old.path.resolve() == new.path.resolve()
    return settings.database_url == target.database_url


async def _is_at_this_version(settings: Settings, database: Database) -> None:
    current, head = await outside.revision(settings, database)
    if current is None:
        raise NotMoved(f"there are no tables of the bot in {settings.shown_database_url}")
    if current != head:
        where, advice = settings.shown_database_url, "run `python -m bot migrate` with it first"
        raise NotMoved(f"{where} is at version {current}, and this program's is {head}: {advice}")
