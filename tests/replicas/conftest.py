"""Replicas need a PostgreSQL to meet on."""

from collections.abc import AsyncIterator

import pytest

from tests.harness.postgres import Postgres


@pytest.fixture
async def url(postgres: Postgres) -> AsyncIterator[str]:
    """A database without a table: whoever of the replicas comes first makes them."""
    async with postgres.empty() as fresh:
        yield fresh
