"""Moves every row from one database to another, of either engine."""

from collections.abc import Mapping

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.replicas import LEASE
from bot.storage.tables import METADATA, REPLICAS

BATCH_ROWS = 500
"""So many rows are in memory at once."""
_PATIENT = "SET LOCAL idle_in_transaction_session_timeout = 0"
_NO_BEATS = "LOCK TABLE replicas IN EXCLUSIVE MODE"


class NotMoved(Exception):
    """Why nothing was moved, in a sentence."""


async def move(source: Database, target: Database) -> Mapping[str, int]:
    """Copy every row of every table; returns how many by table.

    Both have this version's tables, and the target no rows. It is one transaction: at its end the target has
    every row, or none. The source stays as it is. Raises NotMoved.
    """
    async with source.writing() as old, target.writing() as new:
        tables = METADATA.sorted_tables
        if filled := [table.name for table in tables if await _count(new, table)]:
            raise NotMoved(f"the new database is not empty: it has rows in {', '.join(filled)}")
        await _keep_others_out(old)
        await _keep_others_out(new)
        return {table.name: await _copy(table, old, new) for table in tables}


async def _keep_others_out(connection: AsyncConnection) -> None:
    """No bot works with it, nor starts to before the transaction ends. A SQLite file has its own lock."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(_PATIENT))
        await connection.execute(text(_NO_BEATS))
        alive = select(func.count()).where(REPLICAS.c.beat_at > func.clock_timestamp() - LEASE)
        if count := (await connection.execute(alive)).scalar_one():
            raise NotMoved(f"the bot works with the database (replicas: {count}): stop it first")


async def _copy(table: Table, old: AsyncConnection, new: AsyncConnection) -> int:
    async with old.stream(select(table), execution_options={"yield_per": BATCH_ROWS}) as rows:
        async for batch in rows.mappings().partitions():
            await new.execute(insert(table), [dict(row) for row in batch])
    there, here = await _count(old, table), await _count(new, table)
    if there != here:
        raise NotMoved(f"{table.name} has {there} rows in the old database, and {here} in the new one")
    return here


async def _count(connection: AsyncConnection, table: Table) -> int:
    return (await connection.execute(select(func.count()).select_from(table))).scalar_one()
