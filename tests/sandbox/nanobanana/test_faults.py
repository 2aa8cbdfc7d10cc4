import asyncio
import io
from collections.abc import Callable

import httpx
import pytest
from PIL import Image

from bot.sandbox.nanobanana.faults import SCENARIOS
from tests.sandbox.nanobanana.harness import API, DESCRIPTION, Harness, Json, harness, validate

REFUSED = {
    "create-400": 400, "create-401": 401, "create-402": 402, "create-422-type": 422,
    "create-422-resolution": 422, "create-400-resolution": 400, "create-429": 429, "create-433": 433,
    "create-451": 451, "create-455": 455, "create-500": 500, "create-505": 505, "create-http-401": 401,
    "create-http-402": 402, "create-http-429": 429, "create-http-500": 500,
}  # fmt: skip


async def _create(h: Harness, endpoint: str = "generate") -> httpx.Response:
    return await h.client.post(f"{API}/{endpoint}", json=h.edit())


@pytest.mark.parametrize(("name", "code"), REFUSED.items())
async def test_the_next_create_is_refused_and_the_one_after_it_is_not(name: str, code: int) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        answer = await _create(h)
        assert answer.status_code == (code if "http" in name else 200)
        assert (answer.json()["code"], answer.json()["data"]) == (code, None)
        assert not h.sandbox.tasks
        assert (await _create(h)).json()["code"] == 200


@pytest.mark.parametrize(
    ("name", "status"),
    [("create-403-1010", 403), ("create-413", 413), ("create-502-html", 502), ("create-520-html", 520)],
)
async def test_the_edge_answers_a_create_with_something_that_is_no_json(name: str, status: int) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        answer = await _create(h)
        assert answer.status_code == status
        with pytest.raises(ValueError, match="Expecting value"):
            answer.json()
        assert len(h.sandbox.creates) == 1
        assert not h.sandbox.tasks


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("create-ok", lambda body: body["data"]["taskId"]),
        ("create-message-for-msg", lambda body: body["message"] == "success" and body["data"]["taskId"]),
        ("create-snake-task-id", lambda body: body["data"]["task_id"]),
        ("create-flat-task-id", lambda body: body["taskId"]),
        ("create-string-code", lambda body: body["code"] == "200" and body["data"]["taskId"]),
        ("create-without-task-id", lambda body: body["data"].get("taskId")),
    ],
)
async def test_a_created_task_is_told_in_several_shapes(name: str, found: Callable[[Json], object]) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        body = (await h.raw.post(f"{API}/generate", json=h.edit())).json()
        (task_id,) = h.sandbox.tasks
        assert found(body) == (None if name == "create-without-task-id" else task_id)


@pytest.mark.parametrize("name", ["create-answer-lost", "create-answer-502", "create-answer-late"])
async def test_an_answer_gets_lost_after_the_task_was_made_and_charged(name: str) -> None:
    async with harness(credits=10) as h:
        h.sandbox.play(name)
        try:
            answer = await h.raw.post(f"{API}/generate", json=h.edit(), timeout=0.3)
        except (httpx.RemoteProtocolError, httpx.ReadTimeout):
            assert name != "create-answer-502"
        else:
            assert (name, answer.status_code) == ("create-answer-502", 502)
        (task_id,) = h.sandbox.tasks
        assert h.sandbox.creates[0].task_id == task_id
        assert h.sandbox.credits == 6
        assert (await h.finished(task_id))["successFlag"] == 1


@pytest.mark.parametrize(
    ("name", "endpoint", "codes"),
    [
        ("callback-ok", "generate", [200]),
        ("callback-400", "generate", [400]),
        ("callback-500", "generate-pro", [500]),
        ("callback-501", "generate", [501]),
        ("callback-duplicate", "generate", [200, 200]),
        ("callback-never", "generate", []),
        ("callback-ok", "generate-2", [200]),
        ("callback-501", "generate-2", [200]),
    ],
)
async def test_a_callback_says_how_it_went(name: str, endpoint: str, codes: list[int]) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        await h.finished(await h.create(endpoint, resolution="1K"))
        await asyncio.sleep(0.1)
        assert [each["code"] for each in h.callbacks] == codes
        shape = "RecordInfoEnvelope" if endpoint == "generate-2" else "CallbackA"
        for each in h.callbacks:
            validate(each, DESCRIPTION["components"]["schemas"][shape])


async def _result(h: Harness, name: str) -> str:
    h.sandbox.play(name)
    record = await h.finished(await h.create())
    url: str = record["response"]["resultImageUrl"]
    return url


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("result-403", [403, 403]),
        ("result-404-once", [404, 200]),
        ("result-404", [404, 404]),
        ("result-502-once", [502, 200]),
        ("result-redirect", [302, 302]),
    ],
)
async def test_a_download_is_refused(name: str, statuses: list[int]) -> None:
    async with harness() as h:
        url = await _result(h, name)
        assert [(await h.raw.get(url)).status_code for _ in statuses] == statuses


async def test_a_download_is_something_else_than_a_whole_picture() -> None:
    async with harness() as h:
        truncated = await h.raw.get(await _result(h, "result-truncated"))
        with pytest.raises(OSError, match="truncated"), Image.open(io.BytesIO(truncated.content)) as opened:
            opened.load()
        page = await h.raw.get(await _result(h, "result-html"))
        assert page.text.startswith("<html>")
        assert (await h.raw.get(await _result(h, "result-empty"))).content == b""
        bytes_only = await h.raw.get(await _result(h, "result-octet-stream"))
        assert bytes_only.headers["content-type"] == "application/octet-stream"


async def test_a_download_breaks_off_once() -> None:
    async with harness() as h:
        url = await _result(h, "result-cut-off-once")
        with pytest.raises(httpx.RemoteProtocolError):
            await h.raw.get(url)
        assert (await h.raw.get(url)).status_code == 200


async def test_a_result_has_a_wrong_extension_or_a_wrong_ratio() -> None:
    async with harness() as h:
        url = await _result(h, "result-wrong-extension")
        assert url.endswith(".webp")
        assert (await h.raw.get(url)).content.startswith(b"\x89PNG")
        other = await h.raw.get(await _result(h, "result-wrong-ratio"))
        with Image.open(io.BytesIO(other.content)) as opened:
            assert opened.size == (1024, 576)


@pytest.mark.parametrize(
    ("name", "data"),
    [("credit-int", 100), ("credit-float", 99.2), ("credit-object", {"credits": 100}), ("credit-401", None)],
)
async def test_the_balance_comes_in_several_shapes(name: str, data: object) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        answer = await h.client.get("/api/v1/common/credit")
        assert answer.json()["data"] == data
        assert (await h.client.get("/api/v1/common/credit")).json()["data"] == 1000


async def test_the_provider_cannot_fetch_the_photo_once() -> None:
    async with harness() as h:
        h.sandbox.play("fetch-photo-403")
        assert (await h.finished(await h.create()))["errorMessage"].startswith("Image fetch failed")
        assert (await h.finished(await h.create()))["successFlag"] == 1


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("upload-401", 401, 401), ("upload-500", 200, 500), ("upload-file-url", 200, 200)],
)
async def test_an_upload_answers_otherwise(name: str, status: int, code: int) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        answer = await h.client.post("/api/file-stream-upload")
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_scenarios_together_make_one_task_and_one_after_the_other_make_two() -> None:
    async with harness() as h:
        h.sandbox.play("flag-3-policy", "epoch-times")
        h.sandbox.play("flag-2")
        first = await h.finished(await h.create())
        second = await h.finished(await h.create())
        assert (first["successFlag"], type(first["createTime"])) == (3, int)
        assert (second["successFlag"], type(second["createTime"])) == (2, str)


async def test_every_scenario_of_the_catalogue_can_be_played_and_passes() -> None:
    async with harness(credits=10_000) as h:
        for name in SCENARIOS:
            if name != "create-answer-late":
                h.sandbox.play(name)
        for _ in SCENARIOS:
            try:
                await h.raw.post(f"{API}/generate", json=h.edit())
            except httpx.RemoteProtocolError:
                continue
        h.sandbox.faults.clear()
        assert (await h.finished(await h.create()))["successFlag"] == 1
