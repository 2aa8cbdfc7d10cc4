"""Looks at a task, and at the credit."""

import httpx
import pytest
import respx

from bot.core.errors import (
    BotError,
    OperatorNeeded,
    Reason,
    TryLater,
)
from bot.core.provider import TaskDone, TaskMissing, TaskRunning
from bot.nanobanana.client import NanoBananaClient
from tests.nanobanana.samples import (
    CHECK_URL,
    CREDIT_URL,
    KEY,
    RESULT_URL,
    TASK_ID,
    facts,
    outcome,
    record,
    said,
)


async def test_a_check_asks_with_the_vendors_parameter(
    client: NanoBananaClient, api: respx.MockRouter
) -> None:
    route = api.get(CHECK_URL).mock(return_value=said(200, data=record()))
    assert await client.check("a&b/c") == TaskRunning()
    assert dict(route.calls.last.request.url.params) == {"taskId": "a&b/c"}
    assert route.calls.last.request.headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("as_status", [False, True])
@pytest.mark.parametrize(
    ("code", "kind", "fact"),
    [
        (400, TryLater, 5),
        (401, OperatorNeeded, Reason.ACCESS_DENIED),
        (402, OperatorNeeded, Reason.OUT_OF_CREDIT),
        (403, OperatorNeeded, Reason.ACCESS_DENIED),
        (413, TryLater, 5),
        (422, TryLater, 5),
        (429, TryLater, 10),
        (433, TryLater, 5),
        (451, TryLater, 5),
        (455, TryLater, 60),
        (500, TryLater, 5),
        (501, TryLater, 5),
        (502, TryLater, 5),
        (505, TryLater, 5),
        (520, TryLater, 5),
    ],
)
async def test_every_code_of_a_check_has_its_meaning_in_the_status_and_in_the_body(
    client: NanoBananaClient,
    api: respx.MockRouter,
    code: int,
    kind: type[BotError],
    fact: Reason | float,
    as_status: bool,
) -> None:
    response = httpx.Response(code, text="some text") if as_status else said(code)
    api.get(CHECK_URL).mock(return_value=response)
    error = await outcome(client.check(TASK_ID))
    assert (type(error), facts(error)) == (kind, fact)


async def test_a_check_tells_missing_and_done(client: NanoBananaClient, api: respx.MockRouter) -> None:
    done = record(successFlag=1, response={"resultImageUrl": RESULT_URL})
    api.get(CHECK_URL).mock(side_effect=[said(404, status=404), said(200, data=done)])
    assert await client.check(TASK_ID) == TaskMissing()
    assert await client.check(TASK_ID) == TaskDone((RESULT_URL,), None)


@pytest.mark.parametrize("task_id", ["", "a b", "\ud800", "я", "\0", "x" * 201])
async def test_what_can_be_no_tasks_id_is_not_asked_about(
    client: NanoBananaClient, api: respx.MockRouter, task_id: str
) -> None:
    assert await client.check(task_id) == TaskMissing()
    assert api.calls.call_count == 0


async def test_an_unreadable_check_is_asked_again(client: NanoBananaClient, api: respx.MockRouter) -> None:
    api.get(CHECK_URL).mock(return_value=httpx.Response(200, html="<h1>hello</h1>"))
    assert type(await outcome(client.check(TASK_ID))) is TryLater


async def test_credits_are_a_number_or_an_error(client: NanoBananaClient, api: respx.MockRouter) -> None:
    route = api.get(CREDIT_URL)
    route.side_effect = [said(200, data=96.5), said(401), said(200, data="lots"), said(500, data=5)]
    assert await client.credits() == 96.5
    assert type(await outcome(client.credits())) is OperatorNeeded
    assert type(await outcome(client.credits())) is TryLater
    assert type(await outcome(client.credits())) is TryLater
