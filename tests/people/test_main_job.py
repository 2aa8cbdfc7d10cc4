"""The main job, end to end over real connections: a photo and a command in, the picture back at its size."""

from pathlib import Path

import pytest

from tests.harness.pictures import picture, size_of
from tests.harness.world import bot_between


@pytest.mark.parametrize("size", [(1280, 853), (641, 359), (90, 1270), (333, 1000)])
async def test_a_photo_comes_back_at_its_exact_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with bot_between(tmp_path) as world:
        asked = world.ada.sends_photo(picture(*size), "/watercolor")
        result = await world.result(world.ada.private, asked)
        assert asked.photo_size == size
        assert result.photo_size == size
        assert size_of(result.content()) == size
