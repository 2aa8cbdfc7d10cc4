import asyncio
import json
from dataclasses import replace

import httpx
import pytest
import respx

from bot.core.errors import (
    BotError,
    EditFailed,
    GatewayDown,
    OperatorNeeded,
    OutcomeUnknown,
    Reason,
    TryLater,
)
from bot.nanobanana.account import Account
from bot.nanobanana.client import NanoBananaClient
from bot.nanobanana.download import Downloader
from bot.nanobanana.offer import Offer
from bot.nanobanana.requests import Model
from tests.nanobanana.samples import (
    API_URL,
    CHECK_URL,
    CREATE_URL,
    CREDIT_URL,
    KEY,
    ORDER,
    SECRET,
    TASK_ID,
    a_client,
    facts,
    outcome,
    record,
    said,
)


async def test_a_create_call_is_json_in_utf8_with_the_key_and_an_ordinary_agent(
    client: NanoBananaClient, api: respx.MockRouter
) -> None:
    route = api.post(CREATE_URL).mock(return_value=said(200, data={"taskId": TASK_ID}))
    assert await client.create(ORDER) == TASK_ID
    request = route.calls.last.request
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    assert request.headers["User-Agent"].startswith("nanobanana-bot/")
    assert ORDER.prompt.encode() in request.content
    assert json.loads(request.content)["callBackUrl"] == ORDER.callback_url


async def test_half_a_character_in_a_prompt_does_not_stop_the_call(
    client: NanoBananaClient, api: respx.MockRouter
) -> None:
    api.post(CREATE_URL).mock(return_value=said(200, data={"taskId": TASK_ID}))
    broken = replace(ORDER, prompt="\ud83d half")
    assert await client.create(broken) == TASK_ID


CREATE_CODES: list[tuple[int, type[BotError], Reason | float | None]] = [
    (400, OperatorNeeded, Reason.BAD_REQUEST),
    (401, OperatorNeeded, Reason.ACCESS_DENIED),
    (402, OperatorNeeded, Reason.OUT_OF_CREDIT),
    (403, OperatorNeeded, Reason.ACCESS_DENIED),
    (404, OperatorNeeded, Reason.BAD_REQUEST),
    (408, TryLater, 5),
    (413, OperatorNeeded, Reason.BAD_REQUEST),
    (422, OperatorNeeded, Reason.BAD_REQUEST),
    (429, TryLater, 10),
    (433, OperatorNeeded, Reason.OUT_OF_CREDIT),
    (451, EditFailed, Reason.PHOTO_NOT_FETCHED),
    (455, TryLater, 60),
    (500, TryLater, 5),
    (501, EditFailed, Reason.COULD_NOT_GENERATE),
    (502, OutcomeUnknown, None),
    (503, TryLater, 5),
    (504, OutcomeUnknown, None),
    (505, OperatorNeeded, Reason.ACCESS_DENIED),
    (520, OutcomeUnknown, None),
    (524, OutcomeUnknown, None),
    (999, OutcomeUnknown, None),
]


@pytest.mark.parametrize("as_status", [False, True])
@pytest.mark.parametrize(("code", "kind", "fact"), CREATE_CODES)
async def test_every_code_of_a_create_call_has_its_meaning_in_the_status_and_in_the_body(
    client: NanoBananaClient,
    api: respx.MockRouter,
    code: int,
    kind: type[BotError],
    fact: Reason | float | None,
    as_status: bool,
) -> None:
    response = httpx.Response(code, json={"msg": "some text"}) if as_status else said(code)
    api.post(CREATE_URL).mock(return_value=response)
    error = await outcome(client.create(ORDER))
    assert facts(error) == fact
    assert type(error) is (GatewayDown if as_status and code in (502, 504, 520, 524) else kind)


@pytest.mark.parametrize(
    ("code", "text", "kind", "reason"),
    [
        (400, "Your prompt has been flagged for violating content policy", EditFailed, Reason.POLICY),
        (500, "The image was filtered out", EditFailed, Reason.POLICY),
        (422, "Image fetch failed. Check access settings", EditFailed, Reason.PHOTO_NOT_FETCHED),
        (500, "Credits are insufficient", OperatorNeeded, Reason.OUT_OF_CREDIT),
        (400, "Gemini could not generate an image", EditFailed, Reason.COULD_NOT_GENERATE),
        (422, "type can not be blank", OperatorNeeded, Reason.BAD_REQUEST),
        (422, "Resolution must not be blank", OperatorNeeded, Reason.BAD_REQUEST),
        (401, "flagged by policy", OperatorNeeded, Reason.ACCESS_DENIED),
    ],
)
async def test_the_text_of_a_refusal_tells_more_than_its_code(
    client: NanoBananaClient,
    api: respx.MockRouter,
    code: int,
    text: str,
    kind: type[BotError],
    reason: Reason,
) -> None:
    api.post(CREATE_URL).mock(return_value=said(code, text))
    error = await outcome(client.create(ORDER))
    assert (type(error), facts(error)) == (kind, reason)


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(403, text="error code: 1010"), OperatorNeeded),
        (httpx.Response(413, html="<h1>too large</h1>"), OperatorNeeded),
        (httpx.Response(302, headers={"Location": "https://elsewhere.test/"}), OperatorNeeded),
        (httpx.Response(404, json={"status": 404, "error": "Not Found", "path": "/x"}), OperatorNeeded),
        (httpx.Response(429, text="slow down"), TryLater),
        (httpx.Response(500, html="<h1>oops</h1>"), OutcomeUnknown),
        (httpx.Response(501, text=""), OutcomeUnknown),
        (httpx.Response(502, html="<h1>bad gateway</h1>"), GatewayDown),
        (httpx.Response(502, json={"message": "Bad Gateway"}), GatewayDown),
        (httpx.Response(502, json={"code": 502, "msg": "no"}), OutcomeUnknown),
        (httpx.Response(504, text=""), GatewayDown),
        (httpx.Response(524, html="<h1>a timeout occurred</h1>"), GatewayDown),
        (httpx.Response(503, html="<h1>busy</h1>"), TryLater),
        (httpx.Response(521, html="<h1>web server is down</h1>"), TryLater),
        (httpx.Response(200, html="<h1>hello</h1>"), OutcomeUnknown),
        (httpx.Response(200, text=""), OutcomeUnknown),
        (httpx.Response(204), OutcomeUnknown),
        (httpx.Response(200, content=b'{"code":200,"data":{"taskId":"5c'), OutcomeUnknown),
        (httpx.Response(200, json={"code": 200, "data": None}), OutcomeUnknown),
        (httpx.Response(200, json={"code": 200, "data": {"taskId": ""}}), OutcomeUnknown),
        (httpx.Response(200, content=b'{"taskId":"x"}' + b" " * 2 * 1024 * 1024), OutcomeUnknown),
        (
            httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no")),
            OutcomeUnknown,
        ),
    ],
)
async def test_an_answer_that_is_none_is_refused_or_unknown(
    client: NanoBananaClient, api: respx.MockRouter, response: httpx.Response, kind: type[BotError]
) -> None:
    api.post(CREATE_URL).mock(return_value=response)
    assert type(await outcome(client.create(ORDER))) is kind


def _with_subclasses(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(_with_subclasses(each) for each in kind.__subclasses__()))


CUT_CREATES: dict[type[Exception], type[BotError]] = {
    httpx.ConnectError: TryLater,
    httpx.ConnectTimeout: TryLater,
    httpx.PoolTimeout: TryLater,
    httpx.ProxyError: TryLater,
    httpx.UnsupportedProtocol: OperatorNeeded,
    httpx.LocalProtocolError: OperatorNeeded,
    httpx.WriteTimeout: OutcomeUnknown,
    httpx.WriteError: OutcomeUnknown,
    httpx.ReadTimeout: OutcomeUnknown,
    httpx.ReadError: OutcomeUnknown,
    httpx.CloseError: OutcomeUnknown,
    httpx.RemoteProtocolError: OutcomeUnknown,
    httpx.ProtocolError: OutcomeUnknown,
    httpx.NetworkError: OutcomeUnknown,
    httpx.TimeoutException: OutcomeUnknown,
    httpx.TransportError: OutcomeUnknown,
}


def test_every_transport_error_that_httpx_has_is_accounted_for() -> None:
    ours = {kind for kind in _with_subclasses(httpx.TransportError) if kind.__module__.startswith("httpx")}
    assert ours == set(CUT_CREATES)


@pytest.mark.parametrize(("kind", "expected"), CUT_CREATES.items())
async def test_a_cut_create_call_is_unknown_unless_nothing_was_sent(
    client: NanoBananaClient, api: respx.MockRouter, kind: type[Exception], expected: type[BotError]
) -> None:
    api.post(CREATE_URL).mock(side_effect=kind("cut"))
    assert type(await outcome(client.create(ORDER))) is expected


@pytest.mark.parametrize("kind", CUT_CREATES)
async def test_a_cut_question_can_be_asked_again(
    client: NanoBananaClient, api: respx.MockRouter, kind: type[Exception]
) -> None:
    api.get(CHECK_URL).mock(side_effect=kind("cut"))
    api.get(CREDIT_URL).mock(side_effect=kind("cut"))
    assert type(await outcome(client.check(TASK_ID))) is TryLater
    assert type(await outcome(client.credits())) is TryLater


async def test_errors_hold_no_key_no_url_and_no_long_text(
    client: NanoBananaClient, api: respx.MockRouter
) -> None:
    text = f"bad key {KEY}\nfor https://bot.example.org/i/{SECRET}.jpg " + "x" * 5000
    api.post(CREATE_URL).mock(return_value=said(401, text))
    api.get(CHECK_URL).mock(return_value=said(500, text))
    for error in (await outcome(client.create(ORDER)), await outcome(client.check(TASK_ID))):
        assert "bad key <key> for <url> xxx" in str(error)
        assert KEY not in repr(error)
        assert SECRET not in repr(error)
        assert len(str(error)) < 300
        assert "\n" not in str(error)


async def test_the_key_does_not_follow_a_redirect(client: NanoBananaClient, api: respx.MockRouter) -> None:
    away = httpx.Response(307, headers={"Location": "https://elsewhere.test/"})
    elsewhere = api.route(host="elsewhere.test").mock(return_value=said(200, data={"taskId": TASK_ID}))
    api.post(CREATE_URL).mock(return_value=away)
    api.get(CHECK_URL).mock(return_value=away)
    await outcome(client.create(ORDER))
    await outcome(client.check(TASK_ID))
    assert not elsewhere.called


async def test_a_key_with_letters_that_no_header_takes_is_the_apis_to_refuse(api: respx.MockRouter) -> None:
    api.get(CREDIT_URL).mock(return_value=said(401))
    async with a_client(key="ключ") as client:
        assert facts(await outcome(client.credits())) is Reason.ACCESS_DENIED


async def test_only_so_many_calls_are_in_flight(client: NanoBananaClient, api: respx.MockRouter) -> None:
    now = most = 0

    async def slow(_: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return said(200, data=record())

    api.get(CHECK_URL).mock(side_effect=slow)
    await asyncio.gather(*(client.check(TASK_ID) for _ in range(200)))
    assert most == 64


def test_the_operation_names_the_model() -> None:
    client = NanoBananaClient(Account(API_URL, KEY), Offer(Model.NANO_BANANA_PRO, "2K"), Downloader())
    assert client.operation(100) == "nano-banana-pro 2K"
    assert client.price("nano-banana-pro 2K") == 18


@pytest.mark.parametrize("key", ["paramJson", "param"])
async def test_a_record_names_the_photo_that_its_task_is_made_from(
    client: NanoBananaClient, api: respx.MockRouter, key: str
) -> None:
    asked = json.dumps({"prompt": "x", "imageUrls": ["https://bot.example/i/s3cret-a2.jpg"]})
    api.get(CHECK_URL).mock(return_value=said(200, data=record(**{"paramJson": None, key: asked})))
    assert await client.names(TASK_ID, "s3cret-a2")
    assert not await client.names(TASK_ID, "another")


@pytest.mark.parametrize("answer", [said(404), said(200), said(500), httpx.Response(502, text="<html>")])
async def test_while_there_is_no_record_nothing_is_said_of_its_photo(
    client: NanoBananaClient, api: respx.MockRouter, answer: httpx.Response
) -> None:
    api.get(CHECK_URL).mock(return_value=answer)
    assert isinstance(await outcome(client.names(TASK_ID, "s3cret")), TryLater)


async def test_what_can_be_no_tasks_id_is_not_asked_about_at_all(
    client: NanoBananaClient, api: respx.MockRouter
) -> None:
    route = api.get(CHECK_URL)
    assert not await client.names("no id\n", "s3cret")
    assert not route.called
