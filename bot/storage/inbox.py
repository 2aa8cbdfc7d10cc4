"""Updates as Telegram sent them, stored before they are acknowledged."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    and_,
    case,
    delete,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import INBOX

COUNTED_TOGETHER = 3
"""So many attempts are counted where updates are taken, for all that are taken at the same time. Whoever has
been taken so often may have ended processes, and is counted alone, when it is begun.
"""
_ERROR_LENGTH = 500
_ALBUM_WITHIN = 5000
"""Updates of other chats may come between two parts of an album."""
_NO_LARGER_ID = 2**63 - 1
_OF_CHATS = ("my_chat_member", "migrate_to_chat_id", "migrate_from_chat_id")


class NotOurs(Exception):
    """Another replica has this update, or it is handled already."""


class Inbox:
    """Each update_id is stored once, even if Telegram repeats it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self, updates: Iterable[tuple[int, int, str]], now: datetime, owner: str | None = None
    ) -> None:
        """Commit updates (update_id, chat_id, JSON) of a replica, all or none. Known ones stay unchanged.

        `chat_id` is 0 for an update that belongs to no chat. The first attempt of each is counted.
        """
        rows = [
            {
                "update_id": update_id,
                "chat_id": chat_id,
                "raw": _encodable(raw),
                "received_at": now,
                "attempts": 1,
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
        """A replica's unhandled updates as (update_id, JSON), at most the oldest `per_chat` of each chat.

        First the oldest of every chat, then the second of every chat, and so on: one chat's backlog hides no
        other chat. `queued` are ids that were read before: they count for their chat but are not returned (a
        few thousand at most).
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

    async def next_in_chat(self, chat_id: int, update_id: int) -> str | None:
        """The JSON of a chat's first unhandled update after this one."""
        waits = INBOX.c.handled_at.is_(None), INBOX.c.chat_id == chat_id, INBOX.c.update_id > update_id
        query = select(INBOX.c.raw).where(*waits).order_by(INBOX.c.update_id).limit(1)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def album(self, chat_id: int, album_id: str, near: int) -> list[tuple[int, str, datetime]]:
        """(update_id, JSON, when it was received) of what names an album, handled or not.

        `near` is the update of one of its parts.
        """
        query = (
            select(INBOX.c.update_id, INBOX.c.raw, INBOX.c.received_at)
            .where(
                INBOX.c.update_id.between(near - _ALBUM_WITHIN, near + _ALBUM_WITHIN),
                INBOX.c.chat_id == chat_id,
                INBOX.c.raw.contains(f'"media_group_id": "{album_id}"', autoescape=True),
            )
            .order_by(INBOX.c.update_id)
        )
        async with self._database.reading() as connection:
            return [(update_id, raw, at) for update_id, raw, at in await connection.execute(query)]

    async def overlong(self, chat_ids: Collection[int], kept: int, owner: str | None = None) -> list[int]:
        """Those of these chats of which more than `kept` updates wait."""
        waiting = select(INBOX.c.chat_id).where(_waits(INBOX, owner), INBOX.c.chat_id.in_(chat_ids))
        too_many = waiting.group_by(INBOX.c.chat_id).having(func.count() > kept)
        async with self._database.reading() as connection:
            return list(await connection.scalars(too_many))

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

    async def attempts(self, update_ids: Collection[int], owner: str | None = None) -> dict[int, int]:
        """How often each was attempted, this time included. Only those that a replica still has to handle."""
        query = select(INBOX.c.update_id, INBOX.c.attempts).where(_are(update_ids), _waits(INBOX, owner))
        async with self._database.reading() as connection:
            return {row.update_id: row.attempts for row in await connection.execute(query)}

    async def attempted(self, update_id: int, owner: str | None = None) -> int:
        """Count one more attempt at handling an update, and return the count.

        Raises NotOurs if another replica has it, or if it is handled already.
        """
        counted = update(INBOX).where(INBOX.c.update_id == update_id, _waits(INBOX, owner))
        counting = counted.values(attempts=INBOX.c.attempts + 1).returning(INBOX.c.attempts)
        async with self._database.writing() as connection:
            attempts: int | None = (await connection.execute(counting)).scalar_one_or_none()
        if attempts is None:
            raise NotOurs
        return attempts

    async def handled(
        self,
        update_ids: Collection[int],
        now: datetime,
        error: str | None = None,
        owner: str | None = None,
        *,
        attempts: int | None = None,
        within_seconds: float = 0,
    ) -> frozenset[int]:
        """Mark a replica's updates as handled; `error`: why they were given up. Another's are not changed.

        `attempts`: how many each had then. With another number it is to be handled anew, and stays. Returns
        those that are marked. It is done with another transaction if there is one `within_seconds`.
        """
        done = update(INBOX).where(_are(update_ids), INBOX.c.owner.is_not_distinct_from(owner))
        if attempts is not None:
            done = done.where(INBOX.c.attempts == attempts)
        why = error and _encodable(error).replace("\0", "")[:_ERROR_LENGTH]
        marked = done.values(handled_at=now, error=why).returning(INBOX.c.update_id)

        async def write(connection: AsyncConnection) -> frozenset[int]:
            return frozenset(await connection.scalars(marked))

        return await self._database.along(write, within_seconds)

    async def take_again(self, chat_id: int, first: int, since: datetime, owner: str | None = None) -> int:
        """Have what a chat sent, from the update `first` on, handled as if it came now; returns how much.

        What is being handled at this moment stays with its replica, which cannot mark it as handled any more.
        Presses are left out: a person's may have come from any chat.
        """
        is_press = INBOX.c.raw.contains('"callback_query": ', autoescape=True)
        sent = INBOX.c.chat_id == chat_id, INBOX.c.update_id >= first, INBOX.c.received_at >= since
        its_owner = case((INBOX.c.handled_at.is_(None), INBOX.c.owner), else_=owner)
        anew = {"handled_at": None, "attempts": 0, "error": None, "owner": its_owner}
        async with self._database.writing() as connection:
            again = await connection.execute(update(INBOX).where(*sent, not_(is_press)).values(anew))
            return again.rowcount

    async def forget_before(self, at: datetime) -> int:
        """Delete updates that were handled before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(INBOX).where(INBOX.c.handled_at < at))).rowcount


def _turns(owner: str | None, per_chat: int) -> CTE:
    """The first `per_chat` waiting updates of each chat, with their place in it from 1.

    Walks along the index from one update to the next, and after `per_chat` updates to the next chat. Ranking
    all of them instead would read a whole backlog of 50,000 whenever an update comes.
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
    """Written so that the index of waiting updates is used: IS NOT DISTINCT FROM would not use it."""
    return and_(inbox.c.handled_at.is_(None), inbox.c.owner == owner)


def _are(update_ids: Collection[int]) -> ColumnElement[bool]:
    return INBOX.c.update_id.in_(update_ids)


def _encodable(raw: str) -> str:
    r"""The same JSON with lone surrogates escaped (`\ud83d`), because no database takes them as they are.

    One such update would otherwise make its whole batch fail, again and again.
    """
    return raw.encode("utf-8", "backslashreplace").decode()
