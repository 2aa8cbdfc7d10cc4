"""A client of the API, and the API as respx plays it."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx

from bot.nanobanana.client import NanoBananaClient
from tests.nanobanana.samples import a_client


@pytest.fixture
async def client() -> AsyncIterator[NanoBananaClient]:
    async with a_client() as made:
        yield made


@pytest.fixture
def api() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router
