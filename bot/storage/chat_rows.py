"""The rows of chats: locked by whoever counts edits, moved when a chat gets a new id."""

from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.own_limits import move_own_limit
from bot.storage.tables import CHAT_MOVES, CHATS, EDITS, EXTRAS, QUESTIONS

_NUMBERED_ANEW: dict[str, Any] = {
    **{
        name: -func.abs(EDITS.c[name])
        for name in ("request_message_id", "photo_message_id", "result_message_id")
    },
    "status_message_id": None,
    "file_message_id": None,
}
"""A supergroup counts its messages from 1: a number of before the move would be another message's there.
Negative ones are nobody's.
"""


async def lock(database: Database, connection: AsyncConnection, *ids: int) -> None:
    """Lock the rows of chats and people, so that what counts their edits comes one by one.

    A person's row is that of the private chat, which has the same id. Always in the same order: else two
    transactions could wait for each other.
    """
    for each in sorted(set(ids)):
        insert = database.insert(CHATS).values(id=each)
        await connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"id": each}))


async def move_chat(database: Database, connection: AsyncConnection, old_id: int, new_id: int) -> bool:
    """Move a group's edits and facts to the supergroup that it became. True the first time.

    What was asked there is forgotten: nobody can reply to it any more.
    """
    insert = database.insert(CHAT_MOVES).values(old_id=old_id, new_id=new_id)
    noted = insert.on_conflict_do_update(
        index_elements=["old_id"], set_={"new_id": new_id}, where=CHAT_MOVES.c.new_id != new_id
    )
    is_news = (await connection.execute(noted.returning(CHAT_MOVES.c.old_id))).first() is not None
    await lock(database, connection, new_id)
    await move_own_limit(connection, old_id, new_id)
    old_facts = {
        column: select(column).where(CHATS.c.id == old_id).scalar_subquery()
        for column in (CHATS.c.told_not_allowed_at, CHATS.c.greeted_at, CHATS.c.is_quiet)
    }
    facts = {column: func.coalesce(column, old) for column, old in old_facts.items()}
    facts[CHATS.c.is_quiet] = func.coalesce(old_facts[CHATS.c.is_quiet], CHATS.c.is_quiet)  # it has a default
    await connection.execute(update(CHATS).where(CHATS.c.id == new_id).values(facts))
    # Before the edits are moved: it waits for an admission that holds the old row.
    await connection.execute(delete(CHATS).where(CHATS.c.id == old_id))
    moved = select(EDITS.c.id).where(EDITS.c.chat_id == old_id)
    await connection.execute(delete(EXTRAS).where(EXTRAS.c.edit_id.in_(moved)))
    await connection.execute(delete(QUESTIONS).where(QUESTIONS.c.chat_id == old_id))
    edits = update(EDITS).where(EDITS.c.chat_id == old_id).values(chat_id=new_id, **_NUMBERED_ANEW)
    await connection.execute(edits)
    return is_news
