import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator, Awaitable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import respx

from bot.core.errors import BotError, EditFailed, OperatorNeeded, Reason, TryLater
from bot.core.ports import PublicUrl
from bot.nanobanana.requests import Json
from bot.photo_hosts.hosts import KieHost, WebHost
from tests.nanobanana.samples import KEY, SECRET

JPEG = b"\xff\xd8\xff\xe0 a photo"
KIE_KEY = "fedcba9876543210fedcba9876543210"
UPLOAD_URL = "https://kieai.redpandaai.co/api/file-stream-upload"
UPLOADED = f"https://tempfile.redpandaai.co/kieai/photos/{SECRET}.jpg"


async def outcome(call: Awaitable[object]) -> BotError:
    with pytest.raises(BotError) as caught:
        await call
    return caught.value


def test_a_telegram_file_url_cannot_become_a_public_url() -> None:
    with pytest.raises(ValueError, match="bot token"):
        PublicUrl("https://api.telegram.org/file/bot123456:AAE-secret/photos/file_1.jpg")


@pytest.fixture
def web(tmp_path: Path) -> WebHost:
    return WebHost(tmp_path / "hosted", "https://bot.example.org/")


async def test_a_published_photo_can_be_read_until_it_is_withdrawn(web: WebHost) -> None:
    url = await web.publish(SECRET, JPEG)
    assert url == PublicUrl(f"https://bot.example.org/i/{SECRET}.jpg")
    assert await web.read(SECRET) == JPEG
    await web.withdraw(SECRET)
    assert await web.read(SECRET) is None
    await web.withdraw(SECRET)


async def test_publishing_again_replaces_the_photo(web: WebHost) -> None:
    first = await web.publish(SECRET, JPEG)
    assert await web.publish(SECRET, JPEG + b"2") == first
    assert await web.read(SECRET) == JPEG + b"2"


async def test_a_hosted_file_is_nobody_elses_and_nothing_is_left_beside_it(
    web: WebHost, tmp_path: Path
) -> None:
    await asyncio.gather(*(web.publish(SECRET, JPEG * 1000) for _ in range(8)))
    (file,) = (tmp_path / "hosted").iterdir()
    assert file.name == f"{SECRET}.jpg"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "",
        "short",
        "x" * 65,
        f"{SECRET}\n",
        f"{SECRET}.jpg",
        "../../etc/passwd-and-then-some",
        "a/aaaaaaaaaaaaaaaaaaaaaaaa",
        "..............................",
        "я" * 30,
        "x" * 30 + "\0",
    ],
)
async def test_only_a_secret_is_a_name(web: WebHost, tmp_path: Path, name: str) -> None:
    (tmp_path / "hosted").mkdir()
    (tmp_path / "hosted" / f"{SECRET}.jpg.jpg").write_bytes(JPEG)
    assert await web.read(name) is None
    await web.withdraw(name)
    with pytest.raises(ValueError, match="secret"):
        await web.publish(name, JPEG)


async def test_a_photo_that_cannot_be_written_is_published_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    host = WebHost(tmp_path / "file", "https://bot.example.org")
    error = await outcome(host.publish(SECRET, JPEG))
    assert type(error) is TryLater
    assert SECRET not in str(error)


async def test_a_write_that_fails_halfway_leaves_nothing(web: WebHost, tmp_path: Path) -> None:
    (tmp_path / "hosted" / f"{SECRET}.jpg" / "in the way").mkdir(parents=True)
    assert type(await outcome(web.publish(SECRET, JPEG))) is TryLater
    assert [path.name for path in (tmp_path / "hosted").iterdir()] == [f"{SECRET}.jpg"]


async def test_a_photo_that_a_crash_left_public_is_swept_away(web: WebHost, tmp_path: Path) -> None:
    needed, recent, forgotten = "n" * 32, "r" * 32, "f" * 32
    for secret in (needed, recent, forgotten):
        await web.publish(secret, JPEG)
    (tmp_path / "hosted" / ".cut.part").write_bytes(JPEG[:5])
    for name in (f"{needed}.jpg", f"{forgotten}.jpg", ".cut.part"):
        os.utime(tmp_path / "hosted" / name, (1000, 1000))
    assert await web.sweep({needed}, datetime.fromtimestamp(2000, UTC)) == 2
    assert {path.stem for path in (tmp_path / "hosted").iterdir()} == {needed, recent}


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
    assert type(await outcome(kie.publish(SECRET, JPEG))) is TryLater
