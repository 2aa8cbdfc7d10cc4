from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sandbox.play.harness import Play
from tests.sandbox.play.harness import play as played


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    async with played(tmp_path) as play:
        yield play
