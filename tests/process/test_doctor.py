"""The doctor: one line for what is right, and what to do about what is not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse

from bot.doctor import findings
from bot.doctor.finding import Finding
from bot.settings import Settings
from bot.wiring.outside import opened_database
from tests.harness.clock import until
from tests.harness.processes import Processes, ended, processes


@contextlib.asynccontextmanager
async def place(folder: Path, **options: Any) -> AsyncIterator[Processes]:
    """A processes whose bot has already made its database, and where no poll takes time."""
    async with processes(folder, **options) as world:
        nothing = JSONResponse({"ok": True, "result": []})
        world.telegram.faults.answer("getUpdates", nothing, times=None)
        async with opened_database(settings(world)) as database:
            await database.migrate()
        yield world


def settings(world: Processes, **changed: str) -> Settings:
    known = {name.lower(): value for name, value in world.home.settings.items()}
    return Settings.model_validate({**known, **changed})


async def examined(world: Processes, **changed: str) -> list[Finding]:
    found = [finding async for finding in findings(settings(world, **changed))]
    printed = "\n".join(map(str, found))
    assert world.telegram.token.partition(":")[2] not in printed
    assert world.nanobanana.api_key not in printed
    assert list((world.home.data / "hosted").glob("*")) == []
    return found


def advice(found: list[Finding]) -> dict[str, str]:
    """What is wrong: by subject, what to do."""
    return {finding.subject: finding.advice for finding in found if finding.advice}


async def test_all_is_well(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        await ended(world.home, "migrate")
        code, printed = await ended(world.home, "doctor")
    lines = [line for line in printed.splitlines() if line.startswith(("ok", "!!", "  "))]
    assert code == 0, printed
    assert [line.partition(":")[0] for line in lines] == [
        "ok settings",
        "ok database",
        "ok Telegram",
        "ok groups",
        "ok webhook",
        "ok updates",
        "ok NanoBanana",
        "ok photo host (web)",
        "ok callbacks",
    ]


async def test_everything_that_is_wrong_is_told_in_one_go(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        number = world.telegram.token.partition(":")[0]
        home = world.with_settings(
            TELEGRAM_BOT_TOKEN=f"{number}:AAwrong-Token-Of-No-Use-At-All-0123456",
            NANOBANANA_API_KEY="fedcba98765432100123456789abcdef",
            PUBLIC_URL="http://127.0.0.1:1",
        )
        code, printed = await ended(home, "doctor")
    assert code == 1
    assert "Traceback" not in printed
    assert "!! Telegram: refuses the token\n   -> copy TELEGRAM_BOT_TOKEN anew from @BotFather" in printed
    assert "-> check NANOBANANA_API_KEY" in printed
    assert "check PUBLIC_URL" in printed
    assert "AAwrong" not in printed
    assert "fedcba98" not in printed


@pytest.mark.parametrize(
    ("shape", "said"), [("credit-int", "100"), ("credit-float", "99.2"), ("credit-object", "100")]
)
async def test_the_balance_is_read_in_every_shape(tmp_path: Path, shape: str, said: str) -> None:
    async with place(tmp_path) as world:
        world.nanobanana.play(shape)
        assert f"ok NanoBanana: the key works, {said} credits left" in map(str, await examined(world))


async def test_no_credit_left(tmp_path: Path) -> None:
    async with place(tmp_path, nanobanana={"credits": 0}) as world:
        found = advice(await examined(world))
    assert found == {"NanoBanana": "top up at nanobananaapi.ai"}


async def test_the_api_is_out_of_reach(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        found = advice(await examined(world, nanobanana_api_url="http://127.0.0.1:1"))
    assert found == {"NanoBanana": "check that http://127.0.0.1:1 can be reached from here"}


async def test_telegram_is_out_of_reach(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        found = advice(await examined(world, telegram_api_url="http://127.0.0.1:1"))
    assert found["Telegram"] == "check that http://127.0.0.1:1 can be reached from here"
    assert set(found) == {"Telegram", "updates"}


async def test_a_webhook_is_in_the_way(tmp_path: Path) -> None:
    async with place(tmp_path) as world, httpx.AsyncClient() as client:
        world.telegram.faults.clear()
        url = f"{world.home.settings['TELEGRAM_API_URL']}/bot{world.telegram.token}"
        await client.post(f"{url}/setWebhook", json={"url": "http://127.0.0.1:1/hook"})
        found = advice(await examined(world))
        await client.post(f"{url}/deleteWebhook")
    assert set(found) == {"webhook", "updates"}
    assert "python -m bot run" in found["webhook"]
    assert "webhook" in found["updates"]


async def webhooks(world: Processes, client: httpx.AsyncClient, url: str) -> None:
    api = f"{world.home.settings['TELEGRAM_API_URL']}/bot{world.telegram.token}"
    await client.post(f"{api}/setWebhook", json={"url": url})


async def test_a_webhook_of_this_bots_own_is_as_it_should_be(tmp_path: Path) -> None:
    async with place(tmp_path) as world, httpx.AsyncClient() as client:
        asked = {"telegram_webhook": "true", "public_url": "https://bot.example.com", "image_host": "web"}
        said = {finding.subject: finding for finding in await examined(world, **asked)}
        assert (said["webhook"].text, said["webhook"].advice) == (
            "not set yet; `python -m bot run` does it",
            "",
        )
        await webhooks(world, client, "https://bot.example.com/telegram")
        said = {finding.subject: finding for finding in await examined(world, **asked)}
        await webhooks(world, client, "")
    assert said["webhook"].text.startswith("this bot's own address is set; 0 updates wait")
    assert said["updates"].text == "they come by the webhook"
    assert not said["webhook"].advice


async def test_a_webhook_that_telegram_cannot_reach(tmp_path: Path) -> None:
    async with place(tmp_path) as world, httpx.AsyncClient() as client:
        address = "http://127.0.0.1:1"
        await webhooks(world, client, f"{address}/telegram")
        world.ada.writes("hello")
        await until(
            lambda: (
                world.telegram.world.updates.webhook and world.telegram.world.updates.webhook.last_error_at
            )
        )
        found = advice(await examined(world, telegram_webhook="true", public_url=address))
        await webhooks(world, client, "")
    assert found["webhook"] == "PUBLIC_URL has to lead to the running bot, by HTTPS"


async def test_somebody_else_takes_the_updates(tmp_path: Path) -> None:
    async with place(tmp_path) as world, httpx.AsyncClient(timeout=30) as client:
        world.telegram.faults.clear()
        url = f"{world.home.settings['TELEGRAM_API_URL']}/bot{world.telegram.token}/getUpdates"

        async def other_bot() -> None:
            while True:
                await client.post(url, json={"timeout": 20})
                await asyncio.sleep(0.3)

        other = asyncio.create_task(other_bot())
        found = advice(await examined(world))
        other.cancel()
        await asyncio.wait([other])
    assert found == {"updates": "stop it: one bot token has one receiver"}


async def test_a_bot_that_runs_here_is_let_be(tmp_path: Path) -> None:
    async with processes(tmp_path) as world, world.bot():
        found = await examined(world)
        assert advice(found) == {}
        assert "this bot is running here and takes them" in [finding.text for finding in found]
        assert "Conflict" not in world.log


@pytest.mark.parametrize("port", ["1", "no-such-port"])
async def test_the_photo_host_cannot_be_reached(tmp_path: Path, port: str) -> None:
    async with place(tmp_path) as world:
        found = advice(await examined(world, public_url=f"http://localhost:{port}"))
    assert "check PUBLIC_URL" in found["photo host (web)"]


async def test_somebody_else_answers_at_the_public_address(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        found = advice(await examined(world, public_url=world.home.settings["TELEGRAM_API_URL"]))
    assert found["photo host (web)"].startswith("the address must lead to this bot")


async def test_somebody_else_would_get_the_callbacks(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        found = advice(await examined(world, public_url=world.home.settings["TELEGRAM_API_URL"]))
    assert found["callbacks"].startswith("check PUBLIC_URL")


async def test_without_an_address_there_are_no_callbacks_and_that_is_fine(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        world.hosts_elsewhere()
        found = await examined(world)
    assert advice(found) == {}
    assert "none without PUBLIC_URL" in str(found)


async def test_the_key_of_the_photo_host_is_wrong(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        world.hosts_elsewhere()
        found = advice(await examined(world, kie_api_key="wrong-key-of-kie"))
    assert found == {"photo host (kie)": "check the settings of this host"}
