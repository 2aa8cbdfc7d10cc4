import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import Conflict, NetworkError

from bot.sandbox.serve import serving
from tests.harness.clock import ManualClock
from tests.sandbox.telegram.harness import Client, picture, telegram


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with telegram(first_update_id=5000, webhook_retry=0.05) as client:
        yield client


def ids(updates: list[dict[str, Any]]) -> list[int]:
    return [update["update_id"] for update in updates]


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_update_ids_grow_by_one_from_the_given_number(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    for text in "abc":
        ann.writes(text)
    assert ids(await client.updates()) == [5000, 5001, 5002]


async def test_an_unacknowledged_update_is_delivered_again(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    ann.writes("one")
    ann.writes("two")
    assert texts(await client.updates()) == ["one", "two"]
    assert texts(await client.updates(offset=5001)) == ["two"]
    assert texts(await client.updates()) == ["two"]


async def test_an_offset_acknowledges_everything_below_it(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    for text in "abc":
        ann.writes(text)
    assert await client.updates(offset=5003) == []
    assert await client.updates() == []


async def test_updates_whose_answer_was_lost_are_delivered_again(client: Client) -> None:
    client.sandbox.people.person("Ann").writes("hello")
    client.sandbox.faults.answer("getUpdates", Response(status_code=502), phase="after")
    with pytest.raises(NetworkError):
        await client.bot.get_updates()
    assert texts(await client.updates()) == ["hello"]


async def test_a_negative_offset_forgets_all_but_the_last(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    for text in "abcd":
        ann.writes(text)
    assert texts(await client.updates(offset=-2)) == ["c", "d"]
    assert texts(await client.updates()) == ["c", "d"]


async def test_a_batch_is_no_longer_than_its_limit_nor_than_a_hundred(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    for number in range(120):
        ann.writes(str(number))
    assert len(await client.updates(limit=3)) == 3
    assert len(await client.updates(limit=1000)) == 100


async def test_a_long_poll_wakes_as_soon_as_somebody_writes(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    poll = asyncio.create_task(client.bot.get_updates(timeout=30))
    await asyncio.sleep(0.1)
    written = time.monotonic()
    ann.writes("hello")
    (update,) = await poll
    assert update.message is not None
    assert update.message.text == "hello"
    assert time.monotonic() - written < 0.5


async def test_a_long_poll_ends_empty_at_its_timeout(client: Client) -> None:
    began = time.monotonic()
    assert await client.updates(timeout=1) == []
    assert 0.9 < time.monotonic() - began < 3


async def test_a_second_poll_ends_the_first_with_a_conflict(client: Client) -> None:
    first = asyncio.create_task(client.bot.get_updates(timeout=30))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(client.updates(timeout=30))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first
    client.sandbox.people.person("Ann").writes("hello")
    assert texts(await second) == ["hello"]


async def test_polls_one_after_the_other_are_no_conflict(client: Client) -> None:
    for _ in range(5):
        assert await client.updates(timeout=0) == []


async def test_allowed_updates_are_remembered_until_changed(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    message = ann.writes("before")
    assert ids(await client.updates(allowed_updates=["edited_message"])) == [5000]
    ann.writes("unwanted")
    ann.edits(message, "after")
    updates = await client.updates(offset=5001)
    assert [set(update) - {"update_id"} for update in updates] == [{"edited_message"}]
    await client.updates(offset=5002, allowed_updates=[])
    ann.writes("wanted again")
    assert texts(await client.updates()) == ["wanted again"]


async def test_any_object_can_be_delivered_as_an_update(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    ann.sends_raw_update({"callback_query": {"id": "no chat instance"}})
    ann.writes("after it")
    poison, healthy = await client.updates()
    assert poison == {"update_id": 5000, "callback_query": {"id": "no chat instance"}}
    assert healthy["update_id"] == 5001


async def test_old_updates_are_forgotten_and_presses_sooner() -> None:
    clock = ManualClock()
    async with telegram(clock=clock) as client:
        ann = client.sandbox.people.person("Ann")
        ann.writes("hello")
        keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
        await client.bot.send_message(ann.id, "press", api_kwargs={"reply_markup": keyboard})
        ann.presses(ann.private.bot_messages()[0], "Go")
        assert len(await client.updates()) == 2
        clock.now += 151
        assert texts(await client.updates()) == ["hello"]
        clock.now += 24 * 3600
        assert await client.updates() == []


class Hook:
    """A bot's webhook that answers as it is told."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.seen: list[tuple[int, str | None]] = []
        self.app = Starlette(routes=[Route("/hook", self.hook, methods=["POST"])])

    async def hook(self, request: Request) -> Response:
        update = await request.json()
        self.seen.append((update["update_id"], request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

    async def until(self, count: int) -> list[int]:
        async with asyncio.timeout(10):
            while len(self.seen) < count:
                await asyncio.sleep(0.01)
        return [update_id for update_id, _ in self.seen]


async def test_a_webhook_gets_each_update_with_its_secret_until_it_answers_2xx(client: Client) -> None:
    hook = Hook(200, 500, 503)
    async with serving(hook.app) as url:
        await client.bot.set_webhook(f"{url}/hook", secret_token="hush")
        ann = client.sandbox.people.person("Ann")
        for text in "abc":
            ann.writes(text)
        assert await hook.until(5) == [5000, 5001, 5001, 5001, 5002]
        assert {secret for _, secret in hook.seen} == {"hush"}
        info = await client.bot.get_webhook_info()
        assert info.url == f"{url}/hook"
        assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
        await client.bot.delete_webhook()
    assert await client.updates() == []


async def test_a_failing_update_holds_up_its_own_chat_only(client: Client) -> None:
    hook = Hook(*[500] * 3)
    async with serving(hook.app) as url:
        ann, bob = client.sandbox.people.person("Ann"), client.sandbox.people.person("Bob")
        await client.bot.set_webhook(f"{url}/hook")
        ann.writes("fails")
        await hook.until(1)
        hook.statuses = []
        ann.writes("waits behind it")
        bob.writes("passes")
        seen = await hook.until(4)
        await client.bot.delete_webhook()
    assert seen.index(5002) < seen.index(5001)


async def test_polling_is_a_conflict_while_a_webhook_is_set(client: Client) -> None:
    poll = asyncio.create_task(client.bot.get_updates(timeout=30))
    await asyncio.sleep(0.1)
    await client.bot.set_webhook("https://127.0.0.1:1/hook")
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await poll
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await client.bot.get_updates()
    await client.bot.delete_webhook(drop_pending_updates=True)
    assert await client.updates() == []


async def test_with_privacy_a_group_shows_the_bot_only_what_is_meant_for_it(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    group = client.sandbox.people.group("Hats", ann)
    own = await client.bot.send_message(group.id, "I am here")
    before = len(await client.updates())
    ann.writes("chatter", chat=group)
    ann.writes("@nanobanana_bot hello", chat=group)
    ann.writes("/edit@another_bot", chat=group)
    ann.sends_photo(picture(20, 20), "no command", chat=group)
    ann.writes("a hat /edit", chat=group)
    ann.sends_photo(picture(20, 20), "/edit@NanoBanana_bot", chat=group)
    reply = group.message(own.message_id)
    ann.writes("nice", chat=group, reply_to=reply)
    updates = (await client.updates())[before:]
    seen = [update["message"].get("text", update["message"].get("caption")) for update in updates]
    assert seen == ["a hat /edit", "/edit@NanoBanana_bot", "nice"]


async def test_an_administrator_bot_sees_everything_in_spite_of_privacy(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    group = client.sandbox.people.group("Hats", ann)
    ann.adds_bot(group, admin=True)
    ann.writes("chatter", chat=group)
    assert texts((await client.updates())[-1:]) == ["chatter"]
