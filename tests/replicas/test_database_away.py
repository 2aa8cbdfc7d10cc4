"""PostgreSQL goes away for longer than a lease while edits are under way, and comes back."""

import asyncio
from pathlib import Path

import asyncpg
from sqlalchemy import make_url

from bot.telegram.inbox.webhook import webhook_secret
from tests.harness.clock import until
from tests.harness.replicas import replicas

AWAY_SECONDS = 10


async def test_replicas_outlive_the_databases_absence_and_take_nothing_on_credit(
    tmp_path: Path, url: str
) -> None:
    async with replicas(tmp_path, url, task_seconds=6, TELEGRAM_WEBHOOK="true") as world:
        members = await world.start(2)
        world.ask(10)
        await until(lambda: len(world.nanobanana.creates) >= 10, 30)
        await world.until_rows("edits WHERE state = 'processing'", 10)
        (raw,) = await world.rows("SELECT raw FROM inbox LIMIT 1")
        name = make_url(url).database
        server = await asyncpg.connect(url.replace("+asyncpg", "").replace(f"/{name}?", "/postgres?"))
        await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
        )
        sent = len(world.telegram.calls_of("sendPhoto"))
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(world.telegram.token)}
        for member in members:
            assert (await world.client.get(f"{member.url}/healthz")).status_code == 200
            ready = await world.client.get(f"{member.url}/readyz")
            assert (ready.status_code, ready.json()["database"]) == (503, False)
            answer = await world.client.post(
                f"{member.url}/telegram", content=raw["raw"].encode(), headers=headers
            )
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        world.ask(2)
        await asyncio.sleep(AWAY_SECONDS)
        assert len(world.telegram.calls_of("sendPhoto")) == sent
        assert [member.process.returncode for member in members] == [None, None]
        await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await server.close()
        await world.all_delivered()
        world.assert_each_paid_and_shown_once()
        for member in members:
            assert (await world.client.get(f"{member.url}/readyz")).status_code == 200
            assert await member.stop() == 0
