"""The page can do anything in its world, so nobody else in the same browser may."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from bot.sandbox.play.guard import Guard
from bot.sandbox.play.pictures import picture
from tests.sandbox.play.harness import Play


@pytest.mark.parametrize(
    "host", ["play.example", "play.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}"]
)
async def test_another_name_for_this_machine_is_refused(play: Play, host: str) -> None:
    """DNS rebinding: a site's own name is made to lead here, and its scripts may then read everything."""
    host = host.format(port=play.http.base_url.port)
    for path in ("/", "/events", "/static/main.js", "/file/x"):
        answer = await play.http.get(path, headers={"Host": host})
        assert answer.status_code == 421


@pytest.mark.parametrize(
    "origin", ["http://play.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"]
)
async def test_what_another_site_sends_is_refused(play: Play, origin: str) -> None:
    origin = origin.format(port=play.http.base_url.port)
    body = {"person": play.ada.id, "chat": play.ada.id, "text": "hello"}
    answer = await play.http.post("/do/write", json=body, headers={"Origin": origin})
    assert answer.status_code == 403
    assert (await play.http.get("/events", headers={"Origin": origin})).status_code == 403
    assert play.ada.private.messages() == []


async def test_what_changes_something_has_to_say_where_it_comes_from(play: Play) -> None:
    del play.http.headers["Origin"]
    assert (await play.http.get("/")).status_code == 200
    assert (await play.asks("write", text="hello")).status_code == 403
    assert (await play.http.options("/do/write")).status_code == 403


async def test_localhost_is_this_page_too(play: Play) -> None:
    name = f"localhost:{play.http.base_url.port}"
    answer = await play.http.get("/", headers={"Host": name, "Origin": f"http://{name}"})
    assert answer.status_code == 200


async def test_the_page_may_load_nothing_from_elsewhere_and_stand_in_no_frame(play: Play) -> None:
    answer = await play.http.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"GIF89a", b""])
def test_what_is_no_photo_is_saved_and_never_shown(content: bytes) -> None:
    answer = picture(content)
    assert answer.media_type == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2Fplay.py",
        "/static/.hidden",
        "/static/nothing.js",
        "/file/nothing",
        "/sample/nothing",
        "/task/1/photo/0",
        "/task/1/result",
        "/do/nothing",
        "/nothing",
    ],
)
async def test_there_is_nothing_else_to_get(play: Play, path: str) -> None:
    assert (await play.http.get(path)).status_code in {404, 405}


async def test_what_still_goes_on_when_play_ends_is_no_error() -> None:
    began = asyncio.Event()

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        began.set()
        await asyncio.Event().wait()

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    scope = {
        "type": "http",
        "method": "GET",
        "server": ("127.0.0.1", 80),
        "headers": [(b"host", b"127.0.0.1:80")],
    }
    request = asyncio.create_task(Guard(waits)(scope, receive, send))
    await began.wait()
    request.cancel()
    await request
