import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

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
    ResultAway,
    ResultUnusable,
    TryLater,
)
from bot.core.ports import TaskDone, TaskMissing, TaskRunning
from bot.http.answers import Json
from bot.nanobanana.account import Account
from bot.nanobanana.client import NanoBananaClient
from bot.nanobanana.download import Downloader
from bot.nanobanana.requests import Model, Operation
from tests.nanobanana.samples import API_URL, KEY, ORDER, PNG, RESULT_URL, SECRET, TASK_ID, a_client, record

CREATE_URL = f"{API_URL}/api/v1/nanobanana/generate"
CHECK_URL = f"{API_URL}/api/v1/nanobanana/record-info"
CREDIT_URL = f"{API_URL}/api/v1/common/credit"


@pytest.fixture
async def client() -> AsyncIterator[NanoBananaClient]:
    async with a_client() as made:
        yield made


@pytest.fixture
def api() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


async def outcome(call: Awaitable[object]) -> BotError:
    with pytest.raises(BotError) as caught:
        await call
    return caught.value


def said(code: Json, text: str = "some text", data: Json = None, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "msg": text, "data": data})


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
    broken = type(ORDER)("\ud83d half", ORDER.photos, ORDER.size, ORDER.callback_url)
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


def facts(error: BotError) -> Reason | float | None:
    match error:
        case EditFailed():
            return error.reason
        case TryLater():
            return error.wait_seconds
    return None


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


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[str]:
    """A server that is not much of one."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_refused_connection_is_known_to_have_had_no_effect() -> None:
    async def talk(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None: ...

    async with talking(talk) as url:
        pass
    async with a_client(url) as client:
        assert type(await outcome(client.create(ORDER))) is TryLater


async def test_a_connection_that_is_dropped_after_the_call_leaves_the_outcome_open() -> None:
    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(100)

    async with talking(talk) as url, a_client(url) as client:
        assert type(await outcome(client.create(ORDER))) is OutcomeUnknown
        assert type(await outcome(client.check(TASK_ID))) is TryLater


async def test_an_answer_that_trickles_does_not_hold_the_caller_beyond_the_deadline() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)

    async with talking(talk) as url, a_client(url, seconds=0.2) as client, asyncio.timeout(5):
        assert type(await outcome(client.create(ORDER))) is OutcomeUnknown
        assert type(await outcome(client.check(TASK_ID))) is TryLater


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


async def public(_: str, __: int) -> list[str]:
    return ["93.184.215.14"]


def unread(status: int, content: bytes) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(content))


async def no_wait(_: float) -> None: ...


async def test_fetching_takes_the_first_url_that_works_and_never_sends_the_key(api: respx.MockRouter) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return unread(200, PNG if request.url.path == "/good" else b"<html>")

    downloader = Downloader(resolver=public, sleep=no_wait, transport=httpx.MockTransport(answer))
    async with a_client(downloader=downloader) as client:
        assert await client.fetch(["https://a.test/bad", "ftp://a.test/", "https://a.test/good"]) == PNG
    assert len(seen) == 2
    assert all(KEY not in str(request.headers) + str(request.url) for request in seen)
    assert all("authorization" not in request.headers for request in seen)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["missing", "html"], ResultAway),
        (["html", "missing"], ResultAway),
        (["html"], ResultUnusable),
        ([], ResultUnusable),
    ],
)
async def test_when_no_url_works_one_that_may_still_come_is_worth_waiting(
    paths: list[str], expected: type[BotError]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return unread(404 if request.url.path == "/missing" else 200, b"<html>")

    downloader = Downloader(resolver=public, sleep=no_wait, transport=httpx.MockTransport(answer))
    async with a_client(downloader=downloader) as client:
        error = await outcome(client.fetch([f"https://a.test/{path}" for path in paths]))
    assert type(error) is expected


def test_the_operation_names_the_model() -> None:
    client = NanoBananaClient(Account(API_URL, KEY), Operation(Model.NANO_BANANA_PRO, "2K"), Downloader())
    assert client.operation == "nano-banana-pro 2K"


@pytest.mark.parametrize("key", ["paramJson", "param"])
async def test_a_record_names_the_photo_that_its_task_is_made_from(
    client: NanoBananaClient, api: respx.MockRouter, key: str
) -> None:
    asked = json.dumps({"prompt": "x", "imageUrls": ["https://bot.example/i/s3cret-a2.jpg"]})
    api.get(CHECK_URL).mock(return_value=said(200, data=record(**{"paramJson": None, key: asked})))
    assert await client.names_photo(TASK_ID, "s3cret-a2")
    assert not await client.names_photo(TASK_ID, "another")


@pytest.mark.parametrize("answer", [said(404), said(200), said(500), httpx.Response(502, text="<html>")])
async def test_while_there_is_no_record_nothing_is_said_of_its_photo(
    client: NanoBananaClient, api: respx.MockRouter, answer: httpx.Response
) -> None:
    api.get(CHECK_URL).mock(return_value=answer)
    assert isinstance(await outcome(client.names_photo(TASK_ID, "s3cret")), TryLater)


async def test_what_can_be_no_tasks_id_is_not_asked_about_at_all(
    client: NanoBananaClient, api: respx.MockRouter
) -> None:
    route = api.get(CHECK_URL)
    assert not await client.names_photo("no id\n", "s3cret")
    assert not route.called
