"""How many edits the owner lets one chat or person have, in place of the number that all have."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.limits import Limits, Scope
from bot.storage.database import Database
from bot.storage.tables import OWN_LIMITS


class SqlOwnLimits:
    """The conversation's `OwnLimits`. A private chat has its person's id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, ids: Collection[int]) -> Mapping[int, int]:
        """The numbers of those that have one."""
        async with self._database.reading() as connection:
            return await _numbers(connection, ids)

    async def set(self, id_: int, edits: int | None) -> None:
        """Give a chat or person a number, 0 for no limit; None: the one that all have."""
        async with self._database.writing() as connection:
            if edits is None:
                await connection.execute(delete(OWN_LIMITS).where(OWN_LIMITS.c.id == id_))
                return
            insert = self._database.insert(OWN_LIMITS).values(id=id_, edits=edits)
            await connection.execute(
                insert.on_conflict_do_update(index_elements=["id"], set_={"edits": edits})
            )


async def limits_for(connection: AsyncConnection, limits: Limits, chat_id: int, person_id: int) -> Limits:
    """The limits with the numbers of the chat and of the person, as they are in this transaction."""
    numbers = await _numbers(connection, {chat_id, person_id})
    own = {
        scope: numbers[id_]
        for scope, id_ in ((Scope.CHAT, chat_id), (Scope.PERSON, person_id))
        if id_ in numbers
    }
    return limits.with_own(own) if own else limits


async def move_own_limit(connection: AsyncConnection, old_id: int, new_id: int) -> None:
    """A group has a new id: its number goes along, if the new one has none."""
    has_one = select(OWN_LIMITS.c.id).where(OWN_LIMITS.c.id == new_id)
    if (await connection.execute(has_one)).first() is None:
        await connection.execute(update(OWN_LIMITS).where(OWN_LIMITS.c.id == old_id).values(id=new_id))


async def _numbers(connection: AsyncConnection, ids: Collection[int]) -> dict[int, int]:
    query = select(OWN_LIMITS.c.id, OWN_LIMITS.c.edits).where(OWN_LIMITS.c.id.in_(ids))
    return {row.id: row.edits for row in await connection.execute(query)}
