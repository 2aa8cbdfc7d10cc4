"""Flood limits and faults that a test switches on, and the calls that it can look back on."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from telegram.error import NetworkError, RetryAfter, TimedOut

from bot.sandbox.telegram.api import too_many_requests
from tests.harness.clock import ManualClock
from tests.sandbox.telegram.harness import Client, picture, telegram


@pytest.fixture(autouse=True)
def periods_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with telegram() as client:
        yield client


async def test_flood_limits_are_off_unless_asked_for(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    ann.writes("/start")
    for number in range(40):
        await client.result("sendMessage", chat_id=ann.id, text=str(number))


async def test_flood_limits_refuse_what_comes_too_fast() -> None:
    clock = ManualClock()
    async with telegram(flood_limits=True, clock=clock) as client:
        ann = client.sandbox.people.person("Ann")
        group = client.sandbox.people.group("Hats", ann)
        ann.writes("/start")
        for _ in range(5):
            await client.bot.send_message(ann.id, "burst")
        with pytest.raises(RetryAfter) as wait:
            await client.bot.send_message(ann.id, "too fast")
        assert wait.value.retry_after == dt.timedelta(seconds=5)
        assert await client.bot.send_chat_action(ann.id, "typing")
        clock.now += 5
        await client.bot.send_message(ann.id, "slow enough")
        for _ in range(20):
            await client.bot.send_message(group.id, "chatter")
        body = await client.call("sendMessage", chat_id=group.id, text="too much")
        assert (body["error_code"], body["parameters"]) == (429, {"retry_after": 60})


async def test_a_fault_before_a_call_takes_its_place(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    ann.writes("/start")
    client.sandbox.faults.answer("sendMessage", too_many_requests(3))
    with pytest.raises(RetryAfter):
        await client.bot.send_message(ann.id, "once")
    assert ann.private.bot_messages() == []
    await client.bot.send_message(ann.id, "twice")
    client.sandbox.faults.answer("getFile", HTMLResponse("<h1>Bad Gateway</h1>", 502))
    with pytest.raises(NetworkError):
        await client.bot.get_file("any")


async def test_a_fault_after_a_call_loses_the_answer_but_not_the_message(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    ann.writes("/start")

    async def hang(_: Request) -> Response | None:
        await asyncio.sleep(1)
        return None

    client.sandbox.faults.at("sendPhoto", hang, phase="after", times=1)
    with pytest.raises(TimedOut):
        await client.bot.send_photo(ann.id, picture(9, 9), read_timeout=0.3)
    assert len(ann.private.bot_messages()) == 1


async def test_a_fault_at_a_download_is_played_for_files(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    sent = ann.sends_photo(picture(9, 9))
    file = await client.bot.get_file(str(sent.file_id))
    client.sandbox.faults.answer("file", Response(status_code=500))
    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    assert await file.download_as_bytearray()


async def test_every_call_is_remembered_with_its_files_and_times(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    ann.writes("/start")
    content = picture(20, 20)
    await client.bot.send_photo(ann.id, content, caption="12", disable_notification=True)
    (call,) = client.sandbox.calls_of("sendPhoto")
    assert call.params == {"chat_id": ann.id, "caption": "12", "disable_notification": True}
    assert call.files == {"photo": content}
    assert call.answered_at is not None
    assert call.arrived_at < call.answered_at
    assert call.status == 200
