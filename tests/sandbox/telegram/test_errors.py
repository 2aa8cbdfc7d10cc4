"""Each of Telegram's refusals as python-telegram-bot raises it."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from telegram import BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
)
from telegram.ext import ExtBot

from tests.harness.clock import ManualClock
from tests.sandbox.telegram.harness import Client, picture, telegram


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with telegram() as client:
        yield client


async def test_a_wrong_token_is_unauthorized(client: Client) -> None:
    stranger = ExtBot("1234567890:AAanother-Token", base_url=f"{client.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    answer = await client.http.get(f"{client.url}/bot1:x/getMe")
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert (await client.http.get(f"{client.url}/file/bot1:x/photos/file_0.jpg")).status_code == 401


async def test_an_unknown_method_is_not_found(client: Client) -> None:
    for path in (f"/bot{client.sandbox.token}/makeCoffee", "/", "/elsewhere/entirely"):
        answer = await client.http.get(client.url + path)
        assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_method_names_are_read_in_any_case_and_parameters_from_anywhere(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    ann.writes("/start")
    base = f"{client.url}/bot{client.sandbox.token}"
    query = {"chat_id": str(ann.id), "text": "from the query"}
    parts = {name: (None, each) for name, each in query.items()}
    for answer in (
        await client.http.get(f"{base}/SENDMESSAGE", params=query),
        await client.http.post(f"{base}/sendmessage", data=query),
        await client.http.post(f"{base}/sendMessage", files=parts),
        await client.http.post(f"{base}/sendMessage", json={"chat_id": ann.id, "text": "from the query"}),
    ):
        assert answer.json()["ok"]
    assert [call.params for call in client.sandbox.calls_of("sendMessage")] == [
        {"chat_id": ann.id, "text": "from the query"}
    ] * 4


async def test_a_person_who_never_wrote_cannot_be_written_to(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    with pytest.raises(BadRequest, match="Chat not found"):
        await client.bot.send_message(ann.id, "hello")


async def test_a_person_who_blocked_the_bot_is_forbidden_until_they_unblock_it(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    ann.writes("/start")
    ann.blocks_bot()
    with pytest.raises(Forbidden, match="Forbidden: bot was blocked by the user"):
        await client.bot.send_message(ann.id, "hello")
    ann.unblocks_bot()
    await client.bot.send_message(ann.id, "hello")
    statuses = [
        update["my_chat_member"]["new_chat_member"]["status"] for update in (await client.updates())[1:]
    ]
    assert statuses == ["kicked", "member"]


async def test_a_group_that_removed_the_bot_is_forbidden(client: Client) -> None:
    people = client.sandbox.people
    ann = people.person("Ann")
    for group, kind in (
        (people.group("Big", ann), "supergroup"),
        (people.basic_group("Small", ann), "group"),
    ):
        ann.removes_bot(group)
        with pytest.raises(Forbidden, match=f"Forbidden: bot was kicked from the {kind} chat"):
            await client.bot.send_photo(group.id, picture(9, 9))


async def test_the_bot_can_leave_a_group(client: Client) -> None:
    group = client.sandbox.people.group("Big", client.sandbox.people.person("Ann"))
    assert await client.bot.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await client.bot.send_message(group.id, "hello?")


async def test_a_group_that_became_a_supergroup_says_where_it_went(client: Client) -> None:
    people = client.sandbox.people
    old = people.basic_group("Small", people.person("Ann"))
    new = people.migrate(old)
    with pytest.raises(ChatMigrated) as moved:
        await client.bot.send_message(old.id, "hello")
    assert moved.value.new_chat_id == new.id
    await client.bot.send_message(new.id, "hello")
    services = [update["message"] for update in await client.updates() if "message" in update]
    assert services[-2]["migrate_to_chat_id"] == new.id
    assert services[-1]["migrate_from_chat_id"] == old.id


async def test_a_right_that_is_missing_is_named(client: Client) -> None:
    people = client.sandbox.people
    group = people.group("Quiet", people.person("Ann"))
    group.refuses("photos")
    await client.bot.send_message(group.id, "text is fine")
    with pytest.raises(BadRequest, match="Not enough rights to send photos to the chat"):
        await client.bot.send_photo(group.id, picture(9, 9))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"no picture", "Image_process_failed"),
        (picture(2100, 100), "Photo_invalid_dimensions"),
        (b"", "File must be non-empty"),
    ],
)
async def test_a_bad_photo_is_a_bad_request(client: Client, content: bytes, problem: str) -> None:
    ann = client.sandbox.people.person("Ann")
    ann.writes("/start")
    with pytest.raises(BadRequest, match=problem):
        await client.bot.send_photo(ann.id, content)


async def test_a_body_over_50_mb_is_too_large(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    ann.writes("/start")
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await client.bot.send_document(ann.id, b"x" * (52 << 20))


async def test_a_press_is_answered_once_it_is_seen_and_not_after_150_seconds() -> None:
    clock = ManualClock()
    async with telegram(clock=clock) as client:
        ann = client.sandbox.people.person("Ann")
        ann.writes("/start")
        keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
        await client.result("sendMessage", chat_id=ann.id, text="press", reply_markup=keyboard)
        press = ann.presses(ann.private.bot_messages()[0], "Go")
        (update,) = (await client.updates())[-1:]
        query_id = update["callback_query"]["id"]
        with pytest.raises(BadRequest, match="Message_too_long"):
            await client.bot.answer_callback_query(query_id, "x" * 201)
        assert await client.bot.answer_callback_query(query_id, "x" * 200, show_alert=True)
        answer = await press.answer()
        assert (answer.text, answer.show_alert) == ("x" * 200, True)
        clock.now += 151
        for late in (query_id, "made-up"):
            with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
                await client.bot.answer_callback_query(late)


async def test_commands_are_kept_by_scope_and_language(client: Client) -> None:
    scope = BotCommandScopeAllPrivateChats()
    await client.bot.set_my_commands([("edit", "Edit a photo"), ("help", "Help")])
    await client.bot.set_my_commands([BotCommand("edit", "Bearbeiten")], scope=scope, language_code="de")
    assert [each.command for each in await client.bot.get_my_commands()] == ["edit", "help"]
    assert await client.bot.get_my_commands(scope=scope) == ()
    german = await client.bot.get_my_commands(scope=scope, language_code="de")
    assert [each.description for each in german] == ["Bearbeiten"]
    await client.bot.delete_my_commands()
    assert await client.bot.get_my_commands() == ()


@pytest.mark.parametrize(
    ("commands", "problem"),
    [
        ([{"command": "Edit", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "x" * 33, "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "edit", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "edit", "description": "x" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "edit", "description": "x"}] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_commands_out_of_bounds_are_refused(
    client: Client, commands: list[dict[str, str]], problem: str
) -> None:
    assert await client.refusal("setMyCommands", commands=commands) == f"Bad Request: {problem}"


async def test_the_profile_texts_are_kept_by_language(client: Client) -> None:
    await client.bot.set_my_description("Edits photos")
    await client.bot.set_my_short_description("Kurz", language_code="de")
    assert (await client.bot.get_my_description(language_code="fr")).description == "Edits photos"
    assert (await client.bot.get_my_short_description("de")).short_description == "Kurz"


async def test_a_served_sandbox_ends_at_once_with_polls_open() -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        async with asyncio.timeout(20), telegram() as client, asyncio.TaskGroup() as tasks:
            address = f"{client.url}/bot{client.sandbox.token}/getUpdates"
            poll = tasks.create_task(http.get(address, params={"timeout": 50}))
            await asyncio.sleep(0.1)
            await client.sandbox.close()
        assert poll.result().status_code == 409
