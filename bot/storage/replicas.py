"""Which replicas are alive and what they hold: edits, updates and roles. By the database's clock."""

from datetime import timedelta

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from bot.core.edits import Edit
from bot.storage.database import Database
from bot.storage.edit_rows import edit_of
from bot.storage.inbox import COUNTED_TOGETHER
from bot.storage.notifications import CHANNEL, DEPARTURE
from bot.storage.tables import EDITS, INBOX, REPLICAS, ROLES

LEASE = timedelta(seconds=10)
"""A replica whose last heartbeat is older is taken for dead, by the database's clock."""
_MARGIN = timedelta(seconds=1)
"""A replica gives itself up this much earlier than others do, so a claim and a heartbeat cannot overlap."""


class DataDirNotShared(Exception):
    """Another living replica has another folder as its DATA_DIR."""

    def __init__(self) -> None:
        super().__init__(
            "the other replicas on this database have another folder as DATA_DIR; all have to share one, "
            "or one could not send what another has finished"
        )


class Replicas:
    """What a replica (`name`) writes and reads. On SQLite there is one process, which holds everything."""

    def __init__(self, database: Database, data_dir_id: str) -> None:
        self._database, self._data_dir_id = database, data_dir_id
        self._alone = database.is_sqlite

    async def register(self, name: str) -> None:
        """Add a replica, under a name that was never used before."""
        if not self._alone:
            row = {"name": name, "data_dir_id": self._data_dir_id, "beat_at": func.clock_timestamp()}
            async with self._database.writing() as connection:
                await connection.execute(insert(REPLICAS).values(row))

    async def beat(self, name: str) -> bool:
        """Write a heartbeat. False if the replica had been given up; then others may have its edits.

        A name that was given up is never used again.
        """
        if self._alone:
            return True
        mine = update(REPLICAS).where(REPLICAS.c.name == name, self._is_alive(_MARGIN))
        async with self._database.writing() as connection:
            beaten = await connection.execute(mine.values(beat_at=func.clock_timestamp()))
        return beaten.rowcount > 0

    async def claim_edits(self, name: str, limit: int) -> list[Edit]:
        """Take over at most `limit` unfinished edits that nobody alive holds, the most urgent first.

        A series goes to one replica: whoever locks its first unfinished edit takes the others too, beyond the
        limit if need be.
        """
        claimable = and_(EDITS.c.due_at.is_not(None), self._is_nobodys(EDITS, name))
        before = EDITS.alias("before")
        has_one_before = exists(
            select(literal(1)).where(
                before.c.update_id == EDITS.c.update_id,
                before.c.series_number < EDITS.c.series_number,
                before.c.due_at.is_not(None),
                self._is_nobodys(before, name),
            )
        )
        query = select(EDITS.c.update_id).where(claimable, ~has_one_before).order_by(EDITS.c.due_at)
        # As a common table expression it is run once; as a subquery it might be run for each row.
        chosen = query.limit(limit).with_for_update(skip_locked=True, of=EDITS).cte()
        mine = and_(EDITS.c.update_id.in_(select(chosen.c.update_id)), claimable)
        claimed = update(EDITS).where(mine).values(owner=name).returning(*EDITS.c)
        async with self._database.writing() as connection:
            edits = [edit_of(row) for row in (await connection.execute(claimed)).mappings()]
        return sorted(edits, key=lambda edit: edit.due_at or edit.created_at)

    async def claim_updates(self, name: str, limit: int) -> int:
        """Take over at most `limit` waiting updates that nobody alive holds; returns how many.

        That is counted as an attempt of each, but for those that are counted when they are begun.
        """
        claimable = and_(INBOX.c.handled_at.is_(None), self._is_nobodys(INBOX, name))
        query = select(INBOX.c.update_id).where(claimable).order_by(INBOX.c.update_id)
        chosen = query.limit(limit).with_for_update(skip_locked=True)
        attempts = case((INBOX.c.attempts < COUNTED_TOGETHER, INBOX.c.attempts + 1), else_=INBOX.c.attempts)
        claimed = update(INBOX).where(INBOX.c.update_id.in_(chosen)).values(owner=name, attempts=attempts)
        async with self._database.writing() as connection:
            return (await connection.execute(claimed)).rowcount

    async def hold(self, name: str, role: str) -> bool:
        """Take or keep a role that only one replica may have; returns whether this one has it."""
        if self._alone:
            return True
        row = self._database.insert(ROLES).values(name=role, owner=name)
        # Not ROLES.c.owner: the subquery would read the table for it, not the row in conflict.
        holder: ColumnElement[str | None] = literal_column("roles.owner")
        taken = row.on_conflict_do_update(
            index_elements=["name"],
            set_={"owner": name},
            where=or_(ROLES.c.owner == name, ~self._lives(holder)),
        )
        async with self._database.writing() as connection:
            return (await connection.execute(taken.returning(ROLES.c.name))).first() is not None

    async def release(self, name: str) -> None:
        """Called before stopping: give everything up, so that others can take it at once."""
        async with self._database.writing() as connection:
            for table in (EDITS, INBOX):
                await connection.execute(update(table).where(table.c.owner == name).values(owner=None))
            await connection.execute(delete(ROLES).where(ROLES.c.owner == name))
            await connection.execute(delete(REPLICAS).where(REPLICAS.c.name == name))
            if not self._alone:
                await connection.execute(select(func.pg_notify(CHANNEL, DEPARTURE)))

    async def alive(self) -> int:
        """How many replicas are alive: at least this one, even if others have given it up by now."""
        if self._alone:
            return 1
        async with self._database.reading() as connection:
            count = select(func.count()).select_from(REPLICAS).where(self._is_alive())
            return max(1, (await connection.execute(count)).scalar_one())

    async def others_elsewhere(self) -> bool:
        """Whether a living replica has another DATA_DIR: it could not send this one's pictures."""
        if self._alone:
            return False
        elsewhere = select(literal(1)).where(self._is_alive(), REPLICAS.c.data_dir_id != self._data_dir_id)
        async with self._database.reading() as connection:
            return (await connection.execute(elsewhere)).first() is not None

    async def forget_dead(self) -> None:
        """Delete the rows of dead replicas."""
        if not self._alone:
            async with self._database.writing() as connection:
                await connection.execute(delete(REPLICAS).where(~self._is_alive()))

    def _is_nobodys(self, table: FromClause, name: str) -> ColumnElement[bool]:
        owner: ColumnElement[str | None] = table.c.owner
        if self._alone:
            return or_(owner.is_(None), owner != name)
        return or_(owner.is_(None), ~self._lives(owner))

    def _lives(self, name: ColumnElement[str | None]) -> ColumnElement[bool]:
        return exists(select(literal(1)).where(REPLICAS.c.name == name, self._is_alive()))

    @staticmethod
    def _is_alive(margin: timedelta = timedelta(0)) -> ColumnElement[bool]:
        return REPLICAS.c.beat_at > func.clock_timestamp() - (LEASE - margin)
