"""A pool for each test."""

from collections.abc import AsyncIterator

import pytest

from bot.images.image_pool import ImagePool


@pytest.fixture
async def pool() -> AsyncIterator[ImagePool]:
    async with ImagePool(workers=2) as pool:
        yield pool
