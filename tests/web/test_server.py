"""Callbacks are hints: they make the bot look, or name a task; they decide nothing, whoever sends them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from bot.app import running
from bot.sandbox.serve import free_port
from bot.settings import Settings
from bot.web.server import MAX_CALLBACK_BYTES, listening, web_app
from tests.ground import picture, size_of
from tests.process.process_ground import Town, answers, town, until

DONE = "SELECT 1 FROM edits WHERE state = 'delivered' AND due_at IS NULL"
PAINTING = "SELECT secret, task_id FROM edits WHERE state = 'processing'"


def settings(ground: Town, **changed: object) -> Settings:
    known = {name.lower(): value for name, value in ground.home.settings.items()}
    return Settings.model_validate({**known, **changed})


def notice(code: int, task_id: str) -> dict[str, Any]:
    """What the basic model's callback says."""
    return {
        "code": code,
        "msg": "",
        "data": {"taskId": task_id, "info": {"resultImageUrl": "http://x/y.jpg"}},
    }


async def test_a_callback_makes_the_bot_look_and_is_not_believed(tmp_path: Path) -> None:
    async with town(tmp_path, task_seconds=3, nanobanana={"send_callbacks": False}) as ground:
        rare = settings(ground, poll_interval_seconds=60)
        async with running(rare), httpx.AsyncClient(base_url=rare.public_url) as client:
            asked = ground.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: ground.rows(PAINTING))
            ((secret, task_id),) = ground.rows(PAINTING)
            for code, said in [(200, task_id), (501, task_id), (400, "another-task"), (200, "x" * 500)]:
                looks = len(ground.nanobanana.polls)
                answer = await client.post(f"/callback/{secret}", json=notice(code, said))
                assert (answer.status_code, answer.text) == (200, "ok")
                await until(lambda looks=looks: len(ground.nanobanana.polls) > looks)  # type: ignore[misc]
                assert ground.rows(PAINTING) == [(secret, task_id)]
            await asyncio.sleep(3)
            await client.post(f"/callback/{secret}", json=notice(200, task_id))
            await until(lambda: ground.rows(DONE))
            await asyncio.gather(
                *(client.post(f"/callback/{secret}", json=notice(200, task_id)) for _ in range(20))
            )
        assert [size_of(message.content()) for message in answers(ground.ada.private, asked)] == [(320, 200)]
        assert len(ground.nanobanana.creates) == 1


@pytest.mark.parametrize("model", ["nano-banana", "nano-banana-2"])
async def test_either_shape_of_callback_names_the_task_of_a_cut_create_call(
    tmp_path: Path, model: str
) -> None:
    async with town(tmp_path, nanobanana={"callback_pause": 0.5}) as ground:
        cut = PlainTextResponse("<html>Bad Gateway</html>", 502)
        ground.nanobanana.faults.answer("create", cut, phase="after")
        async with running(settings(ground, nanobanana_model=model)):
            asked = ground.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: ground.rows(DONE))
        assert [bool(message.photo_size) for message in answers(ground.ada.private, asked)] == [True]
        assert len(ground.nanobanana.creates) == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/callback/known-secret-of-an-edit", b"{}", 200),
        ("/callback/known-secret-of-an-edit", b"no JSON", 200),
        ("/callback/known-secret-of-an-edit", b"[" * MAX_CALLBACK_BYTES, 200),
        ("/callback/known-secret-of-an-edit", json.dumps({"data": {"taskId": 7}}).encode(), 200),
        ("/callback/known-secret-of-an-edit", b" " * (MAX_CALLBACK_BYTES + 1), 413),
        ("/callback/nobodys-secret-of-an-edit", b"{}", 404),
        ("/callback/short", b"{}", 404),
        ("/callback/database-away-of-an-edit", b"{}", 503),
        ("/callback/slow-database-of-an-edit", b"{}", 503),
    ],
    ids=str,
)
async def test_whatever_comes_is_answered(path: str, body: bytes, status: int) -> None:
    heard = []

    async def nothing(_: str) -> None:
        return None

    async def on_callback(secret: str, task_id: str | None) -> bool | None:
        heard.append(task_id)
        if secret.startswith("slow"):
            await asyncio.sleep(60)
        return None if secret.startswith("database") else secret.startswith("known")

    web, port = web_app(nothing, on_callback, answer_within_seconds=0.2), free_port()
    async with listening(web, "127.0.0.1", port), httpx.AsyncClient() as client:
        answer = await client.post(f"http://127.0.0.1:{port}{path}", content=body)
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
    assert set(heard) <= {None}


@contextlib.asynccontextmanager
async def begun(
    length: int, **options: Any
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A callback whose body has only begun to come."""

    async def nothing(_: str) -> None:
        return None

    async def nobody(_: str, __: str | None) -> bool:
        return False

    port = free_port()
    async with listening(web_app(nothing, nobody, **options), "127.0.0.1", port):
        await asyncio.sleep(0.1)  # until it listens
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"POST /callback/some-secret-of-an-edit HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
        )
        writer.write(head.encode() + b"abc")
        yield reader, writer
        writer.close()


async def test_who_hangs_up_in_the_middle_of_a_body_is_not_worth_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with begun(1000) as (_, writer):
        await asyncio.sleep(0.2)
        writer.close()
        await asyncio.sleep(0.5)
    assert caplog.records == []


async def test_a_body_that_drips_is_not_waited_for_and_its_connection_ends() -> None:
    async with begun(1000, answer_within_seconds=0.3) as (reader, _):
        answer = await asyncio.wait_for(reader.read(), 3)  # to the connection's end
    assert answer.startswith(b"HTTP/1.1 503")


async def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    async with begun(MAX_CALLBACK_BYTES * 10) as (reader, writer):
        writer.write(b" " * MAX_CALLBACK_BYTES)
        answer = await asyncio.wait_for(reader.read(), 3)
    assert answer.startswith(b"HTTP/1.1 413")
