"""The doctor: one line for what is right, and what to do about what is not."""

import asyncio
import contextlib
import json
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from telegram import WebhookInfo

from bot.doctor import findings
from bot.doctor.finding import Finding, Level
from bot.doctor.provider import result_host
from bot.doctor.telegram import webhook
from bot.settings import Settings
from bot.wiring.outside import opened_database
from tests.harness.clock import until
from tests.harness.pictures import picture
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


LIBRARY_WORDS = re.compile(r"\b\w*(Error|Exception|Timeout|httpx|errno)\b|Errno", re.IGNORECASE)


async def examined(world: Processes, **changed: str) -> list[Finding]:
    found = [finding async for finding in findings(settings(world, **changed))]
    printed = "\n".join(map(str, found))
    assert not LIBRARY_WORDS.search(printed), printed
    assert world.telegram.token.partition(":")[2] not in printed
    assert world.nanobanana.api_key not in printed
    assert list((world.home.data / "hosted").glob("*")) == []
    return found


def advice(found: list[Finding]) -> dict[str, str]:
    """What is wrong: by subject, what to do."""
    wrong = [finding for finding in found if finding.level is Level.MEND]
    assert all(finding.why and finding.advice for finding in wrong)
    return {finding.subject: finding.advice for finding in wrong}


def said(found: list[Finding]) -> dict[str, str]:
    """What was found, by subject."""
    return {finding.subject: finding.text for finding in found}


def has_picture(world: Processes) -> None:
    """The bot has a profile picture."""
    sizes = world.ada.sends_photo(picture(320, 200)).raw["photo"]
    photos = {"ok": True, "result": {"total_count": 1, "photos": [sizes]}}
    world.telegram.faults.answer("getUserProfilePhotos", JSONResponse(photos), times=None)


async def test_all_is_well(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        has_picture(world)
        world.home = world.with_settings(ADMIN_IDS=str(world.ada.id), OPEN_TO_ALL="false")
        await ended(world.home, "migrate")
        code, printed = await ended(world.home, "doctor")
    *lines, empty, last = printed.splitlines()
    assert (code, empty, last) == (0, "", "Nothing to mend."), printed
    assert [line.partition(":")[0] for line in lines] == [
        "ok settings",
        "ok folder",
        "ok database",
        "ok Telegram",
        "ok groups",
        "ok webhook",
        "ok admins",
        "ok files",
        "ok updates",
        "ok NanoBanana",
        "ok web server",
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
    assert (
        "!! Telegram: refuses the token\n   Everything that people send and get goes through it.\n"
        "   -> copy TELEGRAM_BOT_TOKEN anew from @BotFather"
    ) in printed
    assert "-> copy NANOBANANA_API_KEY anew" in printed
    assert "check PUBLIC_URL" in printed
    assert printed.endswith("\n\n5 things to mend, 2 to know.\n")
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


async def test_less_credit_than_an_edit_costs(tmp_path: Path) -> None:
    async with place(tmp_path, nanobanana={"credits": 3}) as world:
        found = await examined(world)
        assert "3 credits are left, and an edit costs 4" in said(found)["NanoBanana"]
        assert advice(found) == {"NanoBanana": "top up at nanobananaapi.ai"}


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
        first = await examined(world, **asked)
        await webhooks(world, client, "https://bot.example.com/telegram")
        found = await examined(world, **asked)
        await webhooks(world, client, "")
    assert said(first)["webhook"] == "not set yet; `python -m bot run` does it"
    told = "this bot's own address is set, and nothing failed there; 0 updates wait"
    assert said(found)["webhook"] == told
    assert said(found)["updates"] == "they come by the webhook"
    assert "webhook" not in {**advice(first), **advice(found)}


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


@pytest.mark.parametrize(
    ("port", "api", "level"),
    [
        ("", "https://api.telegram.org", Level.OK),
        *((f":{port}", "https://api.telegram.org", Level.OK) for port in (443, 80, 88, 8443)),
        (":8080", "https://api.telegram.org", Level.MEND),
        (":8080", "http://127.0.0.1:8081", Level.OK),
    ],
)
def test_telegram_calls_only_a_few_ports(port: str, api: str, level: Level) -> None:
    asked = Settings.model_validate(
        {
            "telegram_bot_token": f"123456789:{'A' * 35}",
            "nanobanana_api_key": "0f" * 16,
            "telegram_api_url": api,
            "telegram_webhook": "true",
            "public_url": f"https://bot.example.com{port}",
        }
    )
    found = webhook(asked, WebhookInfo("", has_custom_certificate=False, pending_update_count=0))
    assert found.level is level
    if level is Level.MEND:
        assert found.text == "PUBLIC_URL has port 8080"
        assert "443, 80, 88 and 8443" in found.why


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
        assert said(found)["updates"] == "this bot is running here and takes them; it was left in peace"
        assert said(found)["web server"].startswith("a running bot answers at 127.0.0.1:")
        assert "Conflict" not in world.log


async def test_the_photo_host_cannot_be_reached(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        found = await examined(world, public_url="http://localhost:1")
    assert "check PUBLIC_URL" in advice(found)["photo host (web)"]
    assert said(found)["photo host (web)"] == "http://localhost:1: nothing answers at this address"


async def test_telegram_is_asked_to_fetch_a_photo_too_and_leaves_no_message(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        world.ada.writes("/start")
        found = await examined(world, admin_ids=f"1,{world.ada.id}")
        assert said(found)["photo host (web)"].endswith(", by Telegram too")
        assert world.ada.private.bot_messages() == []
        bob = world.telegram.people.person("Bob")
        bob.writes("/start")
        bob.blocks_bot()
        found = await examined(world, admin_ids=f"1,{bob.id}")
        assert said(found)["photo host (web)"].endswith(", seen from this machine")
        refusal = {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: failed to get HTTP URL content",
        }
        world.telegram.faults.answer("sendPhoto", JSONResponse(refusal, 400), times=None)
        found = await examined(world, admin_ids=str(world.ada.id))
        (seen,) = [finding for finding in found if finding.subject == "photo host (web)"]
        assert seen.level is Level.KNOW
        assert seen.text.endswith("by this machine, but Telegram could not fetch it")


async def test_somebody_else_answers_at_the_public_address(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        found = advice(await examined(world, public_url=world.home.settings["TELEGRAM_API_URL"]))
    assert found["photo host (web)"].startswith("the address must lead to this bot")
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
    assert found == {"photo host (kie)": "check KIE_API_KEY"}


async def test_an_address_that_only_this_network_reaches_is_no_way_for_photos(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        nanobanana = "https://api.invalid"
        away = await examined(world, nanobanana_api_url=nanobanana, public_url="https://192.0.2.1")
        assert said(away)["photo host (web)"].startswith("192.0.2.1 is 192.0.2.1, which only this machine")
        found = await examined(world, nanobanana_api_url=nanobanana)
    assert said(found)["photo host (web)"].startswith("127.0.0.1 is 127.0.0.1, which only this machine")
    assert advice(found)["photo host (web)"] == "use an address that the whole internet reaches"
    assert said(found)["callbacks"] == said(found)["photo host (web)"]
    assert advice(found)["NanoBanana"] == "check that https://api.invalid can be reached from here"


async def test_the_port_is_taken_and_by_whom(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        with socket.create_server(("127.0.0.1", int(world.home.settings["WEB_PORT"]))):
            world.hosts_elsewhere()
            found = await examined(world, image_host="kie")
    assert re.search(r"Address already in use.*; it is \S+ \(process \d+\)$", said(found)["web server"])
    assert advice(found) == {"web server": "stop what listens there, or choose another WEB_PORT"}


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("nowhere.invalid", "there is no host nowhere.invalid"),
        ("192.0.2.1", "192.0.2.1:8080 cannot be listened"),
    ],
)
async def test_an_address_that_is_not_this_machines(tmp_path: Path, host: str, told: str) -> None:
    async with place(tmp_path) as world:
        world.hosts_elsewhere()
        found = await examined(world, web_host=host, web_port="8080")
    assert said(found)["web server"].startswith(told)
    assert advice(found)["web server"].startswith("correct WEB_HOST or WEB_PORT; ")


async def test_proxies_are_tried(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        there = world.home.settings["TELEGRAM_API_URL"]
        found = await examined(world, https_proxy=there, all_proxy="socks5://me:hunter2@127.0.0.1:1")
    told = [finding.text for finding in found if finding.subject == "proxy"]
    assert told == [
        f"HTTPS_PROXY {there} answers; calls go through it, but for those that NO_PROXY names",
        "ALL_PROXY socks5://127.0.0.1:1: nothing answers at this address",
    ]
    assert advice(found) == {"proxy": "correct the setting, or start the proxy"}


async def test_an_admin_who_cannot_be_written_to(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        world.ada.blocks_bot()
        found = await examined(world, admin_ids=f"{world.ada.id}")
    assert said(found)["admins"].startswith(f"{world.ada.id} cannot be written to: Telegram says: ")
    assert "open the bot and press Start" in advice(found)["admins"]


async def test_files_do_not_come_though_calls_do(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        has_picture(world)
        world.telegram.faults.answer("file", JSONResponse({"ok": False}, 404), times=None)
        found = advice(await examined(world))
    assert "does not hand out files" in found["files"]


async def test_what_everybody_on_the_machine_can_read_is_named(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        (tmp_path / ".env").write_text("")
        (tmp_path / ".env").chmod(0o644)
        found = advice(await examined(world))
        assert found == {"file modes": "chmod o= .env"}
        (tmp_path / ".env").chmod(0o640)
        world.home.data.chmod(0o755)
        assert advice(await examined(world)) == {"file modes": f"chmod o= {world.home.data}"}


async def test_names_that_are_no_setting_and_settings_without_effect(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        (tmp_path / ".env").write_text("ALOWED_CHATS=1\n")
        (tmp_path / ".env").chmod(0o600)
        home = world.with_settings(NANOBANANA_RESOLUTION="4K", ALLOW_PLAIN_HTTP="true")
        code, printed = await ended(home, "doctor")
    assert code == 1
    assert "!! settings: ALOWED_CHATS is no setting, so it has no effect; ALLOWED_CHATS is one" in printed
    assert " i settings: NANOBANANA_RESOLUTION=4K has no effect" in printed
    assert " i settings: ALLOW_PLAIN_HTTP is on" in printed
    assert printed.endswith("\n\n1 thing to mend, 5 to know.\n")


async def test_the_findings_can_be_read_by_programs(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        await ended(world.home, "migrate")
        code, printed = await ended(
            world.with_settings(NANOBANANA_API_KEY="wrong-key-of-ours"), "doctor", "--json"
        )
        refused = await ended(world.with_settings(WEB_PORT="many"), "doctor", "--json")
    document = json.loads(printed)
    assert (code, document["summary"]) == (1, "1 thing to mend, 3 to know.")
    (wrong,) = [finding for finding in document["findings"] if finding["level"] == "to mend"]
    assert (wrong["subject"], wrong["text"]) == ("NanoBanana", "the service refuses the key")
    assert wrong["why"]
    assert wrong["advice"]
    assert refused[0] == 2
    assert json.loads(refused[1])["findings"][0]["text"] == "WEB_PORT should be a whole number"


async def test_passwords_in_addresses_are_not_shown(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        addresses = {
            "telegram_api_url": "http://me:pw@127.0.0.1:1",
            "nanobanana_api_url": "http://me:hunter2@127.0.0.1:1",
        }
        found = await examined(world, **addresses)
    assert "me:" not in str(found)
    assert advice(found)["Telegram"] == "check that http://127.0.0.1:1 can be reached from here"


PRIVACY_ON = (
    "privacy mode is on: in groups it sees only commands that name it (/edit@nanobanana_bot), also in "
    "captions, and replies to its own messages"
)
PRIVACY_OFF = (
    "privacy mode is off: it sees every message of its groups; it answers commands and its name only"
)


@pytest.mark.parametrize(("privacy", "words"), [(True, PRIVACY_ON), (False, PRIVACY_OFF)])
async def test_what_the_bot_sees_in_groups(tmp_path: Path, privacy: bool, words: str) -> None:
    async with place(tmp_path) as world:
        world.telegram.world.privacy = privacy
        assert said(await examined(world))["groups"] == words


async def test_the_host_of_results_is_tried(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        given = settings(world)
        assert (await result_host(given, given.nanobanana_api_url)).level is Level.OK
        away = await result_host(given, "http://127.0.0.1:1")
    assert (away.level, away.text) == (Level.KNOW, "http://127.0.0.1:1: nothing answers at this address")
