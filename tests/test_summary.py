"""What the log says first."""

import re
from pathlib import Path

import pytest

from bot import VERSION
from bot.settings import Settings
from bot.wiring.summary import summary
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.processes import processes

NEEDED = {
    "telegram_bot_token": "123456789:" + "A" * 35,
    "nanobanana_api_key": "0f" * 16,
    "data_dir": "/srv/bot",
}


ONE_STRANGER = "a stranger can spend 52 credits ($0.26) an hour, all together up to 14420 credits ($72.10)"
NO_LIMITS = {"rate_limit_edits": "0", "person_limit_edits": "0"}
NO_OWNER = "the owner: who opens the link below"
ALL_STRANGERS = (
    "strangers can spend up to 14420 credits ($72.10) an hour: neither a person nor a chat has a limit"
)


def said(**settings: str) -> list[str]:
    return list(summary(Settings.model_validate({**NEEDED, **settings})))


def test_the_bot_says_what_it_is_made_of() -> None:
    assert said(public_url="https://bot.example.org", web_port="8081", admin_ids="1") == [
        f"nanobanana-bot {VERSION}",
        "database: sqlite+aiosqlite:////srv/bot/bot.db; pictures in /srv/bot",
        "model: nano-banana, 4 credits an edit, at https://api.nanobananaapi.ai",
        "photos: fetched from https://bot.example.org, which has to lead to 127.0.0.1:8081",
        "updates: asked for at https://api.telegram.org",
        "may use it: whom the owner allows; the owner: 1 of ADMIN_IDS",
    ]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"s3_bucket": "b", "s3_access_key_id": "i", "s3_secret_access_key": "s", "s3_endpoint_url": ""},
            "photos: fetched from the bucket b, Amazon S3 in us-east-1",
        ),
        ({"kie_api_key": "k"}, "photos: fetched from kie.ai (https://kieai.redpandaai.co)"),
        (
            {"public_url": "https://b.example", "telegram_webhook": "true"},
            "updates: Telegram brings them to https://b.example/telegram",
        ),
        (
            {"kie_api_key": "k", "telegram_api_url": "https://me:secret@tg.example"},
            "updates: asked for at https://tg.example",
        ),
        (
            {"kie_api_key": "k", "allowed_chats": "1,2"},
            f"may use it: those of ALLOWED_CHATS (2), and whom the owner allows; {NO_OWNER}",
        ),
        (
            {"kie_api_key": "k", "open_to_all": "true", "admin_ids": "1"},
            f"may use it: everybody (OPEN_TO_ALL=true): {ONE_STRANGER}; the owner: 1 of ADMIN_IDS",
        ),
        (
            {"kie_api_key": "k", "open_to_all": "true", "admin_ids": "1", **NO_LIMITS},
            f"may use it: everybody (OPEN_TO_ALL=true): {ALL_STRANGERS}; the owner: 1 of ADMIN_IDS",
        ),
    ],
)
def test_it_follows_the_settings(settings: dict[str, str], line: str) -> None:
    assert line in said(**settings)


async def test_the_log_begins_with_it_and_has_a_line_for_each_finished_edit(tmp_path: Path) -> None:
    async with processes(tmp_path) as world, world.bot() as process:
        world.ada.sends_photo(picture(320, 200), "/sketch")
        await until(lambda: "-> delivered" in world.log)
        await until(lambda: re.search(r"INFO +bot\.run: credit: [\d.]+ left$", world.log, re.MULTILINE))
        process.terminate()
        await process.wait()
        first, *others = world.log.splitlines()
        assert re.fullmatch(
            rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d INFO +bot\.run: nanobanana-bot {VERSION}", first
        )
        (ended,) = [line for line in others if "-> delivered" in line]
        assert re.search(rf"\(chat {world.ada.id}, /sketch, \d+\.\d s, 4 credits\)$", ended)
