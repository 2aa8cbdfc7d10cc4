"""Whom the owner serves beside the chats of the settings, and who asks to be served."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from bot.core.guests import Guest
from bot.storage.database import Database
from bot.storage.tables import GUESTS

MOST_ASKING = 20
"""Chats about which the owner is asked at the same time: a hundred strangers shall not ring as often."""
_COLUMNS = [GUESTS.c[field.name] for field in fields(Guest)]


class SqlGuests:
    """The conversation's `Guests`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guest_id: int) -> Guest | None:
        """The guest, if the chat ever asked or was decided about."""
        return await self._first(GUESTS.c.id == guest_id)

    async def allowed_among(self, ids: Collection[int]) -> Guest | None:
        """A guest with one of these ids who is allowed."""
        return await self._first(GUESTS.c.id.in_(ids), GUESTS.c.is_allowed)

    async def ask(self, guest: Guest) -> bool:
        """Note that a chat asks; whether the owner is to hear of it: True for the update that came first.

        Asking again about the same update gives the same answer. False while too many others ask.
        """
        asking = select(func.count()).where(GUESTS.c.decided_at.is_(None), GUESTS.c.id != guest.id)
        row = {field.name: getattr(guest, field.name) for field in fields(Guest)}
        insert = self._database.insert(GUESTS).values(row)
        async with self._database.writing() as connection:
            if (await connection.execute(asking)).scalar_one() >= MOST_ASKING:
                return False
            await connection.execute(insert.on_conflict_do_nothing(index_elements=["id"]))
            first = select(GUESTS.c.update_id, GUESTS.c.decided_at).where(GUESTS.c.id == guest.id)
            known = (await connection.execute(first)).one()
        return known.decided_at is None and known.update_id == guest.update_id

    async def decide(self, guest: Guest, *, allowed: bool, now: datetime) -> Guest | None:
        """Write what the owner said. Returns the guest as it was before, None if it was not known."""
        decision = {"decided_at": now, "is_allowed": allowed}
        insert = self._database.insert(GUESTS).values(id=guest.id, name=guest.name, **decision)
        async with self._database.writing() as connection:
            found = select(*_COLUMNS).where(GUESTS.c.id == guest.id).with_for_update()
            before = (await connection.execute(found)).first()
            changed = GUESTS.c.is_allowed.is_distinct_from(allowed)
            decided = insert.on_conflict_do_update(index_elements=["id"], set_=decision, where=changed)
            await connection.execute(decided)
        return None if before is None else Guest(*before)

    async def last(self, count: int, after: int = 0) -> list[Guest]:
        """Those who ask, and then those who were decided about last; without the first `after` of them."""
        has_answer, answered = GUESTS.c.decided_at.is_not(None), GUESTS.c.decided_at.desc()
        query = select(*_COLUMNS).order_by(has_answer, answered, GUESTS.c.id)
        async with self._database.reading() as connection:
            return [Guest(*row) for row in await connection.execute(query.limit(count).offset(after))]

    async def forget_before(self, at: datetime) -> int:
        """Forget who asked before `at` and was not answered: they may ask anew."""
        unanswered = delete(GUESTS).where(GUESTS.c.decided_at.is_(None), GUESTS.c.asked_at < at)
        async with self._database.writing() as connection:
            return (await connection.execute(unanswered)).rowcount

    async def _first(self, *conditions: ColumnElement[bool]) -> Guest | None:
        query = select(*_COLUMNS).where(*conditions).limit(1)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else Guest(*row)
