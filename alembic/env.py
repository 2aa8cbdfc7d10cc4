"""Runs migrations on the connection in `config.attributes`, or for a developer on the URL of `-x url=...`."""

import asyncio
from typing import Literal

from sqlalchemy import Connection, TypeDecorator

from alembic import context
from bot.storage.database import Database
from bot.storage.tables import METADATA


def render_plainly(kind: str, item: object, _: object) -> str | Literal[False]:
    """A migration names the plain column types, so that it stays true when the models' own types change."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_plainly,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_on(url: str) -> None:
    database = Database.open(url)
    try:
        async with database.writing() as connection:
            await connection.run_sync(run)
    finally:
        await database.aclose()


def main() -> None:
    connection: Connection | None = context.config.attributes.get("connection")
    if connection is not None:
        run(connection)
        return
    url = context.get_x_argument(as_dictionary=True).get("url")
    if not isinstance(url, str):
        raise SystemExit("say which database: alembic -x url=sqlite+aiosqlite:///scratch.db ...")
    asyncio.run(run_on(url))


main()
