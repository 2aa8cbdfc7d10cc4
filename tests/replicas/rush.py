"""One chat asks for more than it may have, of all replicas at once and of each twice."""

import asyncio
from pathlib import Path

from bot.telegram.inbox.webhook import webhook_secret
from tests.replicas.fleet import fleet, tiny


async def rush(folder: Path, url: str, *, requests: int, places: int) -> None:
    """Every request comes to two of three replicas; exactly as many as there are places are admitted."""
    roof = {"RATE_LIMIT_EDITS": str(places), "NANOBANANA_TASKS_IN_FLIGHT": "1"}
    async with fleet(folder, url, task_seconds=60, TELEGRAM_WEBHOOK="true", **roof) as ground:
        ada, photo = ground.telegram.people.person("Ada"), tiny()
        for _ in range(requests):
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
        assert await ground.value("SELECT count(*) FROM inbox") == requests
        assert await ground.value("SELECT count(DISTINCT owner) FROM inbox") == 3
        await ground.until_rows("inbox WHERE attempts > 0", requests - 3)
        await ground.until_rows("edits", places)
        await ground.until_rows("inbox WHERE handled_at IS NOT NULL", requests)
        assert await ground.value("SELECT count(*) FROM edits") == places
        assert await ground.value("SELECT count(*) FROM inbox WHERE error IS NOT NULL") == 0
