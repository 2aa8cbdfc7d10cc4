"""How many calls there are at once, when none is made, and what is left of one that was cancelled."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import respx

from bot.core.errors import OutcomeUnknown, TryLater
from bot.core.provider import TaskRunning
from tests.harness.clock import ManualClock, until
from tests.nanobanana.samples import (
    API_URL,
    CHECK_URL,
    CREATE_URL,
    CREDIT_URL,
    ORDER,
    TASK_ID,
    a_client,
    outcome,
    record,
    said,
)


@pytest.mark.parametrize(
    ("headers", "more", "expected"),
    [
        ({"Retry-After": "37"}, {}, 37),
        ({"Retry-After": "0.5"}, {}, 0.5),
        ({"Date": "Tue, 06 Jan 2026 08:00:00 GMT", "Retry-After": "Tue, 06 Jan 2026 08:01:30 GMT"}, {}, 90),
        ({}, {"retry_after": 12}, 12),
        ({}, {"retryAfter": "12"}, 12),
        ({}, {"data": {"retry_after": 13.5}}, 13.5),
        ({"Retry-After": "37"}, {"retry_after": 12}, 12),
        ({"Retry-After": "99999"}, {}, 600),
        ({"Retry-After": "0"}, {}, 10),
        ({"Retry-After": "-5"}, {}, 10),
        ({"Retry-After": "soon"}, {}, 10),
        ({"Retry-After": "nan"}, {}, 10),
        ({"Retry-After": "Tue, 06 Jan 2026 08:01:30 GMT"}, {}, 10),
        ({"Date": "today", "Retry-After": "Tue, 06 Jan 2026 08:01:30 GMT"}, {}, 10),
        ({}, {"retry_after": None, "data": []}, 10),
    ],
)
@pytest.mark.parametrize("question", [False, True])
async def test_the_api_says_for_how_long_it_wants_to_be_left_alone(
    headers: dict[str, str], more: dict[str, object], expected: float, question: bool
) -> None:
    refusal = httpx.Response(429, headers=headers, json={"code": 429, "msg": "slow down", **more})
    with respx.mock:
        respx.route(host=httpx.URL(API_URL).host).mock(return_value=refusal)
        async with a_client() as client:
            error = await outcome(client.check(TASK_ID) if question else client.create(ORDER))
    assert isinstance(error, TryLater)
    assert error.wait_seconds == expected


async def test_until_then_no_call_of_the_kind_is_made() -> None:
    clock = ManualClock(1000.0)
    pause = httpx.Response(429, headers={"Retry-After": "30"}, text="slow down")
    with respx.mock:
        looks, creates, credit = respx.get(CHECK_URL), respx.post(CREATE_URL), respx.get(CREDIT_URL)
        looks.side_effect = [pause, said(200, data=record())]
        creates.side_effect = [
            said(200, data={"taskId": TASK_ID}),
            pause,
            said(200, data={"taskId": TASK_ID}),
        ]
        credit.return_value = said(200, data=5)
        async with a_client(clock=clock) as client:
            await outcome(client.check(TASK_ID))
            assert await client.create(ORDER) == TASK_ID
            await outcome(client.create(ORDER))
            for passed, left in ((0.0, 30), (29.5, 0.5)):
                clock.now = 1000 + passed
                for call in (client.check(TASK_ID), client.create(ORDER)):
                    error = await outcome(call)
                    assert isinstance(error, TryLater)
                    assert error.wait_seconds == left
            assert (looks.call_count, creates.call_count) == (1, 2)
            assert await client.credits() == 5
            clock.now = 1030
            assert await client.check(TASK_ID) == TaskRunning()
            assert await client.create(ORDER) == TASK_ID


class Api:
    """Answers create calls after `moment` has come, and knows who is still connected."""

    def __init__(self) -> None:
        self.connected, self.asked = 0, 0
        self.hangs = True
        self.says = said(200, data={"taskId": TASK_ID}).content

    @contextlib.asynccontextmanager
    async def running(self, moment: str = "answer") -> AsyncIterator[str]:
        server = await asyncio.start_server(lambda r, w: self._talk(r, w, moment), "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, moment: str) -> None:
        self.connected += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                await reader.readexactly(length)
                self.asked += 1
                answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(self.says) + self.says
                if self.hangs:
                    writer.write(answer[: {"answer": 0, "head": 30, "body": len(answer) - 5}[moment]])
                    await reader.read()
                    break
                writer.write(answer)
        self.connected -= 1
        writer.close()


@pytest.mark.parametrize("moment", ["answer", "head", "body"])
async def test_a_create_call_can_be_given_up_at_any_moment_and_leaves_no_connection(moment: str) -> None:
    api = Api()
    async with api.running(moment) as url, a_client(url, seconds=60) as client:
        calls = [asyncio.create_task(client.create(ORDER)) for _ in range(70)]
        await until(lambda: api.asked == 64)
        await asyncio.sleep(0.02)
        for call in calls:
            call.cancel()
        await asyncio.wait(calls)
        assert all(call.cancelled() for call in calls)
        await until(lambda: api.connected == 0)
        api.hangs = False
        assert await asyncio.gather(*(client.create(ORDER) for _ in range(70))) == [TASK_ID] * 70
        assert api.connected <= 64


async def test_a_cut_call_leaves_no_connection_either() -> None:
    api = Api()
    async with api.running("body") as url, a_client(url, seconds=0.1) as client:
        assert type(await outcome(client.create(ORDER))) is OutcomeUnknown
        await until(lambda: api.connected == 0)
        api.hangs = False
        assert [await client.create(ORDER) for _ in range(3)] == [TASK_ID] * 3
        assert api.connected == 1, "what answers is used again"


async def test_ten_create_calls_that_hang_stop_neither_others_nor_looks_nor_the_credit_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.http.client._PLACE_SECONDS", 0.1)
    api = Api()
    async with api.running() as url, a_client(url, seconds=60) as client, asyncio.TaskGroup() as group:
        hung = [group.create_task(client.create(ORDER)) for _ in range(10)]
        await until(lambda: api.asked == 10)
        api.hangs = False
        assert await client.create(ORDER) == TASK_ID
        api.says = said(200, data=record()).content
        assert await client.check(TASK_ID) == TaskRunning()
        api.says = json.dumps({"code": 200, "data": 7}).encode()
        assert await client.credits() == 7
        for call in hung:
            call.cancel()


async def test_a_call_that_finds_every_place_taken_was_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.http.client._PLACE_SECONDS", 0.05)
    api = Api()
    async with api.running() as url, a_client(url, seconds=60) as client, asyncio.TaskGroup() as group:
        hung = [group.create_task(client.create(ORDER)) for _ in range(64)]
        await until(lambda: api.asked == 64)
        assert type(await outcome(client.create(ORDER))) is TryLater
        for call in hung:
            call.cancel()
    assert api.asked == 64
