"""What replicas have to agree on: how much a chat may ask for, and which folder they share."""

import asyncio
from pathlib import Path

from tests.harness.replicas import replicas
from tests.replicas.rush import rush


async def test_of_200_requests_to_three_replicas_exactly_as_many_as_may_be_are_admitted(
    tmp_path: Path, url: str
) -> None:
    await rush(tmp_path, url, requests=200, places=194)


async def test_a_replica_with_another_folder_says_so_and_does_not_start(tmp_path: Path, url: str) -> None:
    async with replicas(tmp_path, url) as world:
        (member,) = await world.start()
        stranger = await world.launch(DATA_DIR=str(tmp_path / "elsewhere"))
        async with asyncio.timeout(20):
            assert await stranger.process.wait() == 1
        assert "have another folder as DATA_DIR" in stranger.log
        assert "Traceback" not in stranger.log
        assert member.process.returncode is None
        assert await world.value("SELECT count(*) FROM replicas") == 1
