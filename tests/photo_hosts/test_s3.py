import importlib
import logging
from collections.abc import Awaitable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.errors import BotError, EditFailed, OperatorNeeded, Reason, TryLater
from bot.photo_hosts.s3 import S3Host
from bot.sandbox.serve import free_port, serving
from tests.nanobanana.samples import SECRET

JPEG = b"\xff\xd8\xff\xe0 a photo"
BUCKET, REGION = "photos-of-the-bot", "us-east-1"


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    moto = importlib.import_module("moto.server")  # few workers need it
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    httpx.put(f"{url}/{BUCKET}", trust_env=False).raise_for_status()
    yield url
    server.stop()


def a_host(url: str, *, bucket: str = BUCKET, plain_http: bool = False) -> S3Host:
    return S3Host(
        bucket=bucket,
        endpoint_url=url,
        region=REGION,
        access_key_id="AKIDEXAMPLE",
        secret_access_key="wJalrXUtnFEMI",
        plain_http=plain_http,
    )


async def outcome(call: Awaitable[object]) -> BotError:
    with pytest.raises(BotError) as caught:
        await call
    return caught.value


async def test_the_signed_url_fetches_the_photo_until_it_is_withdrawn(s3_url: str) -> None:
    host = a_host(s3_url)
    url = await host.publish(SECRET, JPEG)
    async with httpx.AsyncClient() as anybody:
        response = await anybody.get(url.value)
        assert (response.status_code, response.content) == (200, JPEG)
        assert response.headers["Content-Type"] == "image/jpeg"
        await host.withdraw(SECRET)
        assert (await anybody.get(url.value)).status_code == 404


async def test_the_url_is_signed_for_longer_than_any_task_lasts_and_holds_no_secret_key(s3_url: str) -> None:
    url = (await a_host(s3_url).publish(SECRET, JPEG)).value
    assert int(httpx.URL(url).params["X-Amz-Expires"]) >= 3600
    assert urlsplit(url).path == f"/{BUCKET}/photos/{SECRET}.jpg"
    assert "wJalrXUtnFEMI" not in url


async def test_publishing_and_withdrawing_twice_is_harmless(s3_url: str) -> None:
    host = a_host(s3_url)
    await host.publish(SECRET, JPEG)
    url = await host.publish(SECRET, JPEG + b"2")
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(url.value)).content == JPEG + b"2"
    await host.withdraw(SECRET)
    await host.withdraw(SECRET)


async def test_credentials_of_the_environment_are_not_mixed_in(
    s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of somebody else")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "SOMEBODYELSE")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    url = (await a_host(s3_url).publish(SECRET, JPEG)).value
    assert "X-Amz-Security-Token" not in url
    assert "AKIDEXAMPLE" in url
    assert url.startswith(s3_url)


async def test_a_bucket_that_is_not_there_needs_the_operator(s3_url: str) -> None:
    error = await outcome(a_host(s3_url, bucket="no-such-bucket").publish(SECRET, JPEG))
    assert isinstance(error, OperatorNeeded)
    assert error.reason is Reason.BAD_REQUEST
    assert SECRET not in str(error)


async def test_what_is_not_there_counts_as_withdrawn() -> None:
    async def missing(_: Request) -> Response:
        return Response("<Error><Code>NoSuchBucket</Code></Error>", 404)

    app = Starlette(routes=[Route("/{path:path}", missing, methods=["POST", "DELETE"])])
    async with serving(app) as url:
        await a_host(url).withdraw(SECRET)


async def test_a_server_that_is_away_is_tried_later() -> None:
    host = a_host(f"http://127.0.0.1:{free_port()}")
    for call in (host.publish(SECRET, JPEG), host.withdraw(SECRET)):
        error = await outcome(call)
        assert isinstance(error, TryLater)
        assert error.reason is Reason.PHOTO_HOST_AWAY, "and not the image service"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, None),
        (401, Reason.ACCESS_DENIED),
        (403, Reason.ACCESS_DENIED),
        (409, None),
        (500, None),
        (503, None),
    ],
)
async def test_refusals_need_the_operator_or_time(status: int, reason: Reason | None) -> None:
    async def refuse(_: Request) -> Response:
        return Response("<Error><Code>No</Code></Error>", status)

    app = Starlette(routes=[Route("/{path:path}", refuse, methods=["PUT", "POST", "DELETE"])])
    async with serving(app) as url:
        for call in (a_host(url).publish(SECRET, JPEG), a_host(url).withdraw(SECRET)):
            error = await outcome(call)
            assert type(error) is (OperatorNeeded if reason else TryLater)
            assert (error.reason if isinstance(error, EditFailed) else None) is reason
            assert SECRET not in f"{error}{error.__cause__ or ''}"


async def test_only_what_is_plainly_this_machine_is_spoken_to_in_the_clear(s3_url: str) -> None:
    host = a_host(s3_url.replace("127.0.0.1", "127.1"))
    assert type(await outcome(host.publish(SECRET, JPEG))) is TryLater


async def test_another_machine_is_spoken_to_in_the_clear_where_that_is_allowed(s3_url: str) -> None:
    host = a_host(s3_url.replace("127.0.0.1", "127.1"), plain_http=True)
    assert (await host.publish(SECRET, JPEG)).value.startswith("http://")
