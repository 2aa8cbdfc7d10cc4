"""Updates as Telegram sent them, kept before they are acknowledged and until they are handled."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    and_,
    case,
    delete,
    literal,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from bot.storage.database import Database
from bot.storage.tables import INBOX

_ERROR_LENGTH = 500
_NO_LARGER_ID = 2**63 - 1
_OF_CHATS = ("my_chat_member", "migrate_to_chat_id", "migrate_from_chat_id")


class NotOurs(Exception):
    """Another replica has this update by now."""


class Inbox:
    """Each update_id is kept once, whatever Telegram repeats."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self, updates: Iterable[tuple[int, int, str]], now: datetime, owner: str | None = None
    ) -> None:
        """Commit updates (update_id, chat_id, JSON) of a replica, all or none; known ones stay unchanged.

        `chat_id` is 0 for what belongs to no chat.
        """
        rows = [
            {
                "update_id": update_id,
                "chat_id": chat_id,
                "raw": _encodable(raw),
                "received_at": now,
                "attempts": 0,
                "owner": owner,
            }
            for update_id, chat_id, raw in updates
        ]
        if not rows:
            return
        insert = self._database.insert(INBOX).on_conflict_do_nothing(index_elements=["update_id"])
        async with self._database.writing() as connection:
            await connection.execute(insert, rows)

    async def waiting(
        self, limit: int, owner: str | None = None, *, per_chat: int, queued: Collection[int] = ()
    ) -> list[tuple[int, str]]:
        """A replica's updates that are not handled yet, at most `per_chat` of each chat, its oldest ones.

        First come the oldest of every chat, then the second of every chat, and so on: one chat's backlog
        hides nobody. `queued` are the ids of updates that were read before: they count for their chat, and
        are left out (some thousands at most).
        """
        turns = _turns(owner, per_chat)
        query = (
            select(INBOX.c.update_id, INBOX.c.raw)
            .join(turns, turns.c.update_id == INBOX.c.update_id)
            .where(INBOX.c.update_id.not_in(queued))
            .order_by(turns.c.turn, INBOX.c.update_id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [(update_id, raw) for update_id, raw in await connection.execute(query)]

    async def drop_surplus(self, chat_id: int, kept: int, owner: str | None = None) -> list[tuple[int, str]]:
        """Delete what waits in a chat behind its first `kept` updates, and return it.

        What tells of the chat itself stays. Its names stand where no text of a person's can put them.
        """
        waits = and_(_waits(INBOX, owner), INBOX.c.chat_id == chat_id)
        line = select(INBOX.c.update_id).where(waits).order_by(INBOX.c.update_id)
        last_kept = line.offset(kept - 1).limit(1).scalar_subquery()
        of_chat = or_(*(INBOX.c.raw.contains(f', "{name}": ', autoescape=True) for name in _OF_CHATS))
        surplus = delete(INBOX).where(waits, INBOX.c.update_id > last_kept, not_(of_chat))
        async with self._database.writing() as connection:
            dropped = await connection.execute(surplus.returning(INBOX.c.update_id, INBOX.c.raw))
            return sorted((update_id, raw) for update_id, raw in dropped)

    async def attempted(self, update_id: int, owner: str | None = None) -> int:
        """Count one more attempt at handling an update, and return how many that makes.

        Raises NotOurs when another replica has it by now, or somebody has handled it.
        """
        counted = update(INBOX).where(
            INBOX.c.update_id == update_id,
            INBOX.c.owner.is_not_distinct_from(owner),
            INBOX.c.handled_at.is_(None),
        )
        counting = counted.values(attempts=INBOX.c.attempts + 1).returning(INBOX.c.attempts)
        async with self._database.writing() as connection:
            attempts: int | None = (await connection.execute(counting)).scalar_one_or_none()
        if attempts is None:
            raise NotOurs
        return attempts

    async def handled(
        self, update_id: int, now: datetime, error: str | None = None, owner: str | None = None
    ) -> None:
        """A replica's update waits no longer; `error` says why it was given up. Another's stays as it is."""
        done = update(INBOX).where(INBOX.c.update_id == update_id, INBOX.c.owner.is_not_distinct_from(owner))
        values = {"handled_at": now, "error": error and error[:_ERROR_LENGTH]}
        async with self._database.writing() as connection:
            await connection.execute(done.values(values))

    async def forget_before(self, at: datetime) -> int:
        """Delete updates that were handled before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(INBOX).where(INBOX.c.handled_at < at))).rowcount


def _turns(owner: str | None, per_chat: int) -> CTE:
    """The first `per_chat` updates that wait in each chat, with their place in it from 1.

    A walk along the index from one update to the next, and from the last one that a chat may have to the
    next chat. Ranking all that wait would read a backlog of 50,000 from end to end whenever an update comes.
    """
    following = INBOX.alias("following")
    first = select(INBOX.c.update_id).where(_waits(INBOX, owner))
    first_id = first.order_by(INBOX.c.owner, INBOX.c.chat_id, INBOX.c.update_id).limit(1).scalar_subquery()
    start = select(INBOX.c.update_id, INBOX.c.chat_id, literal(1).label("turn"))
    turns = start.where(INBOX.c.update_id == first_id).cte("turns", recursive=True)
    passed = tuple_(turns.c.chat_id, case((turns.c.turn < per_chat, turns.c.update_id), else_=_NO_LARGER_ID))
    next_id = (
        select(following.c.update_id)
        .where(_waits(following, owner), tuple_(following.c.chat_id, following.c.update_id) > passed)
        .order_by(following.c.owner, following.c.chat_id, following.c.update_id)
        .limit(1)
        .correlate(turns)
        .scalar_subquery()
    )
    turn = case((INBOX.c.chat_id == turns.c.chat_id, turns.c.turn + 1), else_=1)
    step = select(INBOX.c.update_id, INBOX.c.chat_id, turn).select_from(
        turns.join(INBOX, INBOX.c.update_id == next_id)
    )
    return turns.union_all(step)


def _waits(inbox: FromClause, owner: str | None) -> ColumnElement[bool]:
    """In words that the index of waiting updates answers: it does not know IS NOT DISTINCT FROM."""
    return and_(inbox.c.handled_at.is_(None), inbox.c.owner == owner)


def _encodable(raw: str) -> str:
    r"""JSON with lone surrogates, which no database takes, written as `\ud83d`: to JSON that is the same.

    One such update would keep its whole batch out, for ever.
    """
    return raw.encode("utf-8", "backslashreplace").decode()
