import json
from collections.abc import AsyncIterator, Awaitable, Iterator

import httpx
import pytest
import respx

from bot.core.errors import BotError, EditFailed, OperatorNeeded, Reason, TryLater
from bot.core.provider import PublicUrl
from bot.http.answers import Json
from bot.photo_hosts.kie import KieHost
from tests.nanobanana.samples import KEY, SECRET

JPEG = b"\xff\xd8\xff\xe0 a photo"
KIE_KEY = "fedcba9876543210fedcba9876543210"
UPLOAD_URL = "https://kieai.redpandaai.co/api/file-stream-upload"
UPLOADED = f"https://tempfile.redpandaai.co/kieai/photos/{SECRET}.jpg"


async def outcome(call: Awaitable[object]) -> BotError:
    with pytest.raises(BotError) as caught:
        await call
    return caught.value


@pytest.fixture
async def kie() -> AsyncIterator[KieHost]:
    host = KieHost(api_key=f"{KIE_KEY}\n")
    yield host
    await host.aclose()


@pytest.fixture
def service() -> Iterator[respx.Route]:
    with respx.mock(assert_all_called=False) as router:
        yield router.post(UPLOAD_URL)


def stored(**data: Json) -> httpx.Response:
    return httpx.Response(200, json={"success": True, "code": 200, "msg": "uploaded", "data": data})


async def test_kie_gets_the_photo_as_a_form_with_its_own_key(kie: KieHost, service: respx.Route) -> None:
    service.mock(return_value=stored(downloadUrl=UPLOADED))
    assert await kie.publish(SECRET, JPEG) == PublicUrl(UPLOADED)
    request = service.calls.last.request
    assert request.headers["Authorization"] == f"Bearer {KIE_KEY}"
    assert request.headers["Content-Type"].startswith("multipart/form-data")
    assert request.headers["User-Agent"].startswith("nanobanana-bot/")
    for part in (b'name="uploadPath"', b'name="fileName"', f'filename="{SECRET}.jpg"'.encode(), JPEG):
        assert part in request.content
    assert KEY.encode() not in request.content
    await kie.withdraw(SECRET)
    assert service.call_count == 1


@pytest.mark.parametrize(
    "data", [{"fileUrl": UPLOADED}, {"downloadUrl": None, "fileUrl": UPLOADED}, {"downloadUrl": UPLOADED}]
)
async def test_the_uploaded_url_is_found_under_either_name(
    kie: KieHost, service: respx.Route, data: dict[str, Json]
) -> None:
    service.mock(return_value=stored(**data))
    assert await kie.publish(SECRET, JPEG) == PublicUrl(UPLOADED)


@pytest.mark.parametrize("as_status", [False, True])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (400, Reason.BAD_REQUEST),
        (401, Reason.ACCESS_DENIED),
        (402, Reason.OUT_OF_CREDIT),
        (403, Reason.ACCESS_DENIED),
        (404, Reason.BAD_REQUEST),
        (413, Reason.BAD_REQUEST),
        (422, Reason.BAD_REQUEST),
        (429, None),
        (500, None),
        (502, None),
    ],
)
async def test_refusals_of_kie_need_the_operator_or_time(
    kie: KieHost, service: respx.Route, code: int, reason: Reason | None, as_status: bool
) -> None:
    body = json.dumps({"success": False, "code": code, "msg": "no"})
    service.mock(
        return_value=httpx.Response(code, text="no") if as_status else httpx.Response(200, text=body)
    )
    error = await outcome(kie.publish(SECRET, JPEG))
    assert type(error) is (OperatorNeeded if reason else TryLater)
    assert (error.reason if isinstance(error, EditFailed) else None) is reason


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, html="<h1>hello</h1>"),
        httpx.Response(200, json={"code": 200, "data": None}),
        httpx.Response(200, json={"code": 200, "data": {"downloadUrl": "/photos/x.jpg"}}),
        httpx.Response(200, json={"code": 200, "data": {"downloadUrl": 5}}),
        httpx.Response(302, headers={"Location": "https://elsewhere.test/"}),
    ],
)
async def test_an_upload_without_a_url_is_tried_later(
    kie: KieHost, service: respx.Route, response: httpx.Response
) -> None:
    service.mock(return_value=response)
    assert type(await outcome(kie.publish(SECRET, JPEG))) is TryLater


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, TimeoutError]
)
async def test_a_cut_upload_is_tried_later(
    kie: KieHost, service: respx.Route, error: type[Exception]
) -> None:
    service.mock(side_effect=error("cut"))
    cut = await outcome(kie.publish(SECRET, JPEG))
    assert isinstance(cut, TryLater)
    assert cut.reason is Reason.PHOTO_HOST_AWAY, "and not the image service"


async def test_a_refusal_that_quotes_the_key_does_not_say_it(kie: KieHost, service: respx.Route) -> None:
    service.mock(return_value=httpx.Response(200, json={"code": 401, "msg": f"bad key {KIE_KEY}"}))
    assert KIE_KEY not in str(await outcome(kie.publish(SECRET, JPEG)))
