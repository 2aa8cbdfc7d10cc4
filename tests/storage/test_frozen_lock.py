"""A process that freezes in the middle of a transaction must not keep the others from working."""

from contextlib import aclosing

from sqlalchemy import text

from bot.storage.database import Database
from tests.harness.postgres import Postgres


async def test_the_server_ends_a_transaction_that_nobody_goes_on_with(postgres: Postgres) -> None:
    async with postgres.migrated() as url, aclosing(Database.open(url)) as database:
        for door in (database.reading, database.writing):
            async with door() as connection:
                limit = await connection.scalar(text("SHOW idle_in_transaction_session_timeout"))
            assert limit == "10s"
