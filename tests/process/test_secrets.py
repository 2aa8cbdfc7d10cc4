"""A full run, good and bad, at LOG_LEVEL=DEBUG: the bot token and the API key show up nowhere."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
from starlette.responses import JSONResponse, PlainTextResponse

from bot.sandbox.nanobanana import wire
from bot.telegram.inbox.webhook import webhook_secret
from tests.harness.chats import answers
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.processes import Processes, processes

PRIVATE = ("a very private wish", "my-holiday")
ENDED = "SELECT 1 FROM edits WHERE due_at IS NULL"


async def test_no_secret_leaves_the_bot_whatever_happens(tmp_path: Path) -> None:
    await asyncio.gather(*(secrets_stay(tmp_path / form, form) for form in ("text", "json")))


async def secrets_stay(folder: Path, form: str) -> None:
    async with processes(folder, LOG_LEVEL="DEBUG", LOG_FORMAT=form) as world:
        async with world.bot() as process:
            await all_kinds_of_things(world)
            process.terminate()
            assert await process.wait() == 0
        token, key = world.telegram.token, world.nanobanana.api_key
        secrets = [token.encode(), token.partition(":")[2].encode(), key.encode()]
        found = [where for where, content in places(world) if any(each in content for each in secrets)]
        assert found == []
        assert not [each for each in (*PRIVATE, webhook_secret(token), "Ada") if each in world.log]
        assert "[redacted]" in world.log, "something did try"
        results = [call for call in world.nanobanana.requests if call.path.startswith("/workers/")]
        assert results
        assert not [call for call in results if "authorization" in call.headers]


async def all_kinds_of_things(world: Processes) -> None:
    """Edits that arrive, edits that fail each in its way, buttons, failing calls, strangers at the door."""
    ada, telegram, provider = world.ada, world.telegram, world.nanobanana
    token, key = telegram.token, provider.api_key
    small = picture(320, 200)
    ada.writes("/start")
    for point in ("getFile", "file", "sendPhoto", "editMessageText", "deleteMessage"):
        telegram.faults.answer(point, PlainTextResponse(f"Bad Gateway /bot{token}/{point}", 502))
    asked = ada.sends_photo(small, "/sketch")
    await done(world, 1)
    result = next(m for m in answers(ada.private.messages(), asked) if m.photo_size)
    for row in result.buttons:
        for button in row:
            ada.presses(result, button.data or "")
    await done(world, 2)
    refusals = [
        wire.envelope(401, f"You do not have access permissions: Bearer {key}"),
        wire.envelope(500, f"cannot fetch https://api.telegram.org/file/bot{token}/photos/file_1.jpg"),
    ]
    for number, refusal in enumerate(refusals, len(world.rows("SELECT 1 FROM edits")) + 1):
        provider.faults.answer("create", refusal)
        ada.sends_photo(small, "/oil")
        await until(lambda number=number: len(world.rows("SELECT 1 FROM edits")) >= number)  # type: ignore[misc]
    telegram.faults.answer("file", PlainTextResponse("not found", 404))
    ada.sends_file(small, "my-holiday.jpg", "image/jpeg", "/comic a very private wish")
    unkind = {"ok": False, "error_code": 400, "description": f"Bad Request: /bot{token}/sendPhoto is wrong"}
    telegram.faults.answer("sendPhoto", JSONResponse(unkind, 400))
    ada.sends_photo(small, "/anime")
    telegram.people.sends_raw_update({"message": {"text": f"/bot{token}/ what is this"[:4], "chat": "?"}})
    provider.play("flag-3-policy")
    ada.sends_photo(small, "/cartoon")
    await strangers(world)
    await until(lambda: len(world.rows(ENDED)) == len(world.rows("SELECT 1 FROM edits")))


async def done(world: Processes, count: int) -> None:
    await until(lambda: len(world.rows(ENDED)) >= count)


async def strangers(world: Processes) -> None:
    """The web server's doors, tried with what does not open them."""
    async with httpx.AsyncClient(base_url=world.home.settings["PUBLIC_URL"]) as client:
        for path in (
            "/",
            "/i/../bot.db",
            f"/i/{'a' * 30}.jpg",
            "/i/%2e%2e%2fbot.db.jpg",
            "/callback/x",
            "/i/",
        ):
            assert (await client.get(path)).status_code in (404, 405)
        assert (await client.post(f"/callback/{'a' * 30}", json={})).status_code == 404


def places(world: Processes) -> Iterator[tuple[str, bytes]]:
    """Everything that somebody else might get to see."""
    yield "the log", world.log.encode()
    for path in world.home.data.rglob("*"):
        yield f"name of {path}", str(path).encode()
        if path.is_file():
            yield f"content of {path}", path.read_bytes()
    for event in world.telegram.events:
        raw = event.message.raw if event.message else None
        yield f"{event.kind} in a chat", f"{event.text} {json.dumps(raw, ensure_ascii=False)}".encode()
    for call in world.nanobanana.requests:
        yield f"body for {call.path}", call.body
        yield f"address {call.path}", f"{call.path}?{call.query}".encode()
        told = dict(call.headers)
        if call.path.startswith("/api/"):
            told.pop("authorization", None)
        yield f"headers for {call.path}", json.dumps(told).encode()
    for task in world.nanobanana.tasks.values():
        yield "a photo", task.photo or b""
