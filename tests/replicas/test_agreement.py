"""What replicas have to agree on: how much a chat may ask for, and which folder they share."""

import asyncio
from pathlib import Path

from bot.telegram.webhook import webhook_secret
from tests.replicas.fleet import fleet, tiny

REQUESTS, PLACES = 200, 194


async def test_of_200_requests_to_three_replicas_exactly_as_many_as_may_be_are_admitted(
    tmp_path: Path, url: str
) -> None:
    roof = {"RATE_LIMIT_EDITS": str(PLACES), "NANOBANANA_TASKS_IN_FLIGHT": "1"}
    async with fleet(tmp_path, url, task_seconds=60, TELEGRAM_WEBHOOK="true", **roof) as ground:
        ada, photo = ground.telegram.people.person("Ada"), tiny()
        for _ in range(REQUESTS):
            ada.sends_photo(photo, "/sketch")
        raws = [update.raw for update in ground.telegram.world.updates.pending()]
        ground.telegram.world.updates.clear()
        members = await ground.start(3)
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(ground.telegram.token)}
        answers = await asyncio.gather(
            *(
                ground.client.post(f"{members[(n + twice) % 3].url}/telegram", json=raw, headers=headers)
                for n, raw in enumerate(raws)
                for twice in (0, 1)
            )
        )
        assert {answer.status_code for answer in answers} == {200}
        assert await ground.value("SELECT count(*) FROM inbox") == REQUESTS
        assert await ground.value("SELECT count(DISTINCT owner) FROM inbox") == 3
        await ground.until_rows("inbox WHERE attempts > 0", REQUESTS - 3)
        await ground.until_rows("edits", PLACES)
        await ground.until_rows("inbox WHERE handled_at IS NOT NULL", REQUESTS)
        assert await ground.value("SELECT count(*) FROM edits") == PLACES
        assert await ground.value("SELECT count(*) FROM inbox WHERE error IS NOT NULL") == 0


async def test_a_replica_with_another_folder_says_so_and_does_not_start(tmp_path: Path, url: str) -> None:
    async with fleet(tmp_path, url) as ground:
        (member,) = await ground.start()
        stranger = await ground.launch(DATA_DIR=str(tmp_path / "elsewhere"))
        async with asyncio.timeout(20):
            assert await stranger.process.wait() == 1
        assert "have another folder as DATA_DIR" in stranger.log
        assert "Traceback" not in stranger.log
        assert member.process.returncode is None
        assert await ground.value("SELECT count(*) FROM replicas") == 1
