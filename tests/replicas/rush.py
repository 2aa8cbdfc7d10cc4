"""One chat asks for more than it may have, of all replicas at once and of each twice."""

import asyncio
from pathlib import Path

from bot.telegram.inbox.webhook import webhook_secret
from tests.harness.replicas import replicas, tiny


async def rush(folder: Path, url: str, *, requests: int, places: int) -> None:
    """Every request comes to two of three replicas; exactly as many as there are places are admitted."""
    roof = {"RATE_LIMIT_EDITS": str(places), "NANOBANANA_TASKS_IN_FLIGHT": "1"}
    async with replicas(folder, url, task_seconds=60, TELEGRAM_WEBHOOK="true", **roof) as world:
        ada, photo = world.telegram.people.person("Ada"), tiny()
        for _ in range(requests):
            ada.sends_photo(photo, "/sketch")
        raws = [update.raw for update in world.telegram.world.updates.pending()]
        world.telegram.world.updates.clear()
        members = await world.start(3)
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(world.telegram.token)}
        answers = await asyncio.gather(
            *(
                world.client.post(f"{members[(n + twice) % 3].url}/telegram", json=raw, headers=headers)
                for n, raw in enumerate(raws)
                for twice in (0, 1)
            )
        )
        assert {answer.status_code for answer in answers} == {200}
        assert await world.value("SELECT count(*) FROM inbox") == requests
        assert await world.value("SELECT count(DISTINCT owner) FROM inbox") == 3
        await world.until_rows("edits", places)
        await world.until_rows("inbox WHERE handled_at IS NOT NULL", requests)
        assert await world.value("SELECT count(*) FROM edits") == places
        assert await world.value("SELECT count(*) FROM inbox WHERE error IS NOT NULL") == 0
