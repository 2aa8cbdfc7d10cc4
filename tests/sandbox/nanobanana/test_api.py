import asyncio
import base64
import io
import json
import time

import pytest
from PIL import Image

from bot.sandbox.nanobanana.api import KIE_KEY
from tests.sandbox.nanobanana.harness import API, DESCRIPTION, harness, jpeg, validate

SERVER_EXCEPTION = "Server exception, please try again later or contact customer service"


async def test_an_edit_goes_from_created_to_a_picture_of_the_models_own_size() -> None:
    async with harness(task_seconds=0.2) as h:
        task_id = await h.create()
        assert len(task_id) == 32
        first = (await h.look(task_id))["data"]
        assert (first["successFlag"], first["response"], first["completeTime"]) == (0, None, None)
        record = await h.finished(task_id)
        assert record["successFlag"] == 1
        assert record["operationType"] == "nanobanana_IMAGETOIAMGE"
        assert record["response"]["originImageUrl"] is None
        picture = await h.raw.get(record["response"]["resultImageUrl"])
        assert picture.headers["content-type"] == "image/png"
        with Image.open(io.BytesIO(picture.content)) as opened:
            assert (opened.size, opened.format) == ((1248, 832), "PNG")
        assert h.sandbox.tasks[task_id].photo == h.host.photo


@pytest.mark.parametrize(
    ("endpoint", "fields", "size", "kind"),
    [
        ("generate", {"image_size": "9:16"}, (768, 1344), "PNG"),
        ("generate", {"image_size": None}, (1024, 1024), "PNG"),
        ("generate-2", {"aspectRatio": "8:1"}, (3072, 384), "JPEG"),
        ("generate-2", {"aspectRatio": "1:4", "outputFormat": "png"}, (512, 2048), "PNG"),
        ("generate-2", {}, (1264, 848), "JPEG"),
        ("generate-2", {"imageUrls": [], "resolution": "2K"}, (2048, 2048), "JPEG"),
        ("generate-pro", {"aspectRatio": "1:1", "resolution": "4K"}, (4096, 4096), "JPEG"),
    ],
)
async def test_each_model_paints_its_own_size_and_format(
    endpoint: str, fields: dict[str, object], size: tuple[int, int], kind: str
) -> None:
    async with harness() as h:
        record = await h.finished(await h.create(endpoint, **fields))
        picture = await h.raw.get(record["response"]["resultImageUrl"])
        with Image.open(io.BytesIO(picture.content)) as opened:
            assert (opened.size, opened.format) == (size, kind)


@pytest.mark.parametrize(
    ("endpoint", "fields", "code", "text"),
    [
        ("generate", {"type": None}, 422, "type can not be blank"),
        ("generate", {"type": "IMAGETOIMAGE"}, 422, "Incorrect type"),
        ("generate", {"prompt": " "}, 422, "prompt can not be blank"),
        ("generate", {"prompt": "x" * 5001}, 500, SERVER_EXCEPTION),
        ("generate", {"imageUrls": ["data:image/jpeg;base64,AAAA"]}, 500, SERVER_EXCEPTION),
        ("generate-2", {"imageUrls": "http://127.0.0.1/one.jpg"}, 500, SERVER_EXCEPTION),
        ("generate-pro", {}, 422, "Resolution must not be blank"),
    ],
)
async def test_a_faulty_call_is_refused_with_http_200_and_costs_nothing(
    endpoint: str, fields: dict[str, object], code: int, text: str
) -> None:
    async with harness(credits=100) as h:
        answer = await h.client.post(f"{API}/{endpoint}", json=h.edit(**fields))
        assert answer.status_code == 200
        assert answer.json() == {"code": code, "msg": text, "data": None}
        assert h.sandbox.credits == 100
        assert not h.sandbox.tasks
        assert [call.task_id for call in h.sandbox.creates] == [None]


@pytest.mark.parametrize(
    ("endpoint", "fields", "name"),
    [
        ("generate", {"image_size": "auto"}, "image_size"),
        ("generate", {"numImages": 5}, "numImages"),
        ("generate-2", {"aspectRatio": "7:3"}, "aspectRatio"),
        ("generate-pro", {"resolution": "8K"}, "resolution"),
    ],
)
async def test_an_option_that_the_model_does_not_know_fails_the_task(
    endpoint: str, fields: dict[str, object], name: str
) -> None:
    async with harness() as h:
        record = await h.finished(await h.create(endpoint, **fields))
        assert record["successFlag"] == 3
        assert record["errorMessage"] == f"{name} is not within the range of allowed options"


async def test_unknown_fields_are_ignored_and_not_stored() -> None:
    async with harness() as h:
        task_id = await h.create(negative_prompt="blur", prompt="Сделай акварель")
        stored = json.loads((await h.look(task_id))["data"]["paramJson"])
        assert "negative_prompt" not in stored
        assert stored["prompt"] == "Сделай акварель"


async def test_a_body_that_is_no_json_object_is_a_server_exception() -> None:
    async with harness() as h:
        for body in (b"{", b"[]", b"\xff"):
            answer = await h.client.post(f"{API}/generate", content=body)
            assert (answer.json()["code"], answer.json()["msg"]) == (500, SERVER_EXCEPTION)


async def test_credits_are_deducted_by_price_until_there_are_none() -> None:
    async with harness(credits=22.5) as h:
        await h.create()
        await h.create("generate-2", resolution="2K")
        assert (await h.client.get("/api/v1/common/credit")).json()["data"] == 6.5
        answer = await h.client.post(f"{API}/generate-pro", json=h.edit(resolution="1K"))
        assert answer.json()["code"] == 402
        assert h.sandbox.credits == 6.5


async def test_a_wrong_key_is_code_401_with_http_200_everywhere() -> None:
    async with harness() as h:
        wrong = {"Authorization": "Bearer wrong"}
        for path in ("/api/v1/common/credit", f"{API}/record-info?taskId=1"):
            answer = await h.client.get(path, headers=wrong)
            assert (answer.status_code, answer.json()["code"]) == (200, 401)
        answer = await h.client.post(f"{API}/generate", json=h.edit(), headers=wrong)
        assert (answer.status_code, answer.json()["code"]) == (200, 401)


@pytest.mark.parametrize("agent", ["Python-urllib/3.11", ""])
async def test_the_edge_blocks_a_library_user_agent_from_the_api_and_the_results(agent: str) -> None:
    async with harness() as h:
        record = await h.finished(await h.create())
        for url in ("/api/v1/common/credit", record["response"]["resultImageUrl"]):
            answer = await h.raw.get(url, headers={"User-Agent": agent})
            assert (answer.status_code, answer.text) == (403, "error code: 1010")
            assert answer.headers["content-type"].startswith("text/plain")


async def test_a_wrong_path_or_method_answers_like_spring() -> None:
    async with harness() as h:
        for answer in (await h.raw.post("/api/v1/nanobanana/create"), await h.raw.get(f"{API}/generate")):
            assert answer.status_code == 404
            assert set(answer.json()) == {"timestamp", "status", "error", "path"}


async def test_unknown_tasks_and_misspelt_parameters_have_their_own_codes() -> None:
    async with harness() as h:
        assert (await h.look("0" * 32)) == {"code": 404, "msg": "task not found", "data": None}
        answer = await h.client.get(f"{API}/record-info", params={"task_id": "0" * 32})
        assert answer.json()["code"] == 500
        assert answer.json()["msg"] == "Server exception, please check the parameters and try again"


async def test_times_are_china_time_without_a_zone() -> None:
    async with harness(wall=lambda: 1767658616.0) as h:
        record = await h.finished(await h.create())
        assert record["createTime"] == record["completeTime"] == "2026-01-06 08:16:56"


async def test_the_photo_is_fetched_at_once_without_cookies_or_redirects() -> None:
    async with harness(task_seconds=0.3) as h:
        task_id = await h.create()
        await asyncio.sleep(0.15)
        assert (await h.look(task_id))["data"]["successFlag"] == 0
        (fetch,) = h.host.seen
        assert fetch.method == "GET"
        assert "cookie" not in fetch.headers
        assert "authorization" not in fetch.headers


@pytest.mark.parametrize("name", ["moved.jpg", "page.jpg", "huge.jpg", "missing.jpg", "broken.jpg"])
async def test_a_photo_that_cannot_be_fetched_fails_the_task(name: str) -> None:
    async with harness() as h:
        record = await h.finished(await h.create(imageUrls=[h.host.url(name)]))
        assert record["successFlag"] == 3
        assert record["errorMessage"].startswith("Image fetch failed. Check access settings")
        assert len(h.host.seen) == 1


async def test_the_sandbox_speaks_to_no_host_but_loopback() -> None:
    async with harness() as h:
        elsewhere = await h.create(imageUrls=["http://192.0.2.1/i.jpg"])
        record = await h.finished(elsewhere)
        assert record["errorMessage"].startswith("Image fetch failed")
        silent = await h.create(callBackUrl="https://example.com/callback")
        await h.finished(silent)
        assert h.sandbox.tasks[silent].callbacks == []


async def test_a_task_takes_its_seconds_whatever_the_painting_takes() -> None:
    async with harness(task_seconds=lambda number: 0.4 if number else 0.0) as h:
        await h.finished(await h.create())
        began = time.monotonic()
        await h.finished(await h.create())
        assert 0.35 < time.monotonic() - began < 1.5


async def test_creates_and_polls_are_noted_with_their_times() -> None:
    async with harness() as h:
        task_id = await h.create()
        await h.look(task_id)
        (call,) = h.sandbox.creates
        assert (call.endpoint, call.task_id) == ("generate", task_id)
        assert call.body is not None
        assert call.body["prompt"] == "as a pencil sketch"
        (poll,) = h.sandbox.polls
        assert poll[0] == task_id
        assert poll[1] >= call.arrived_at
        assert b"pencil" in h.sandbox.requests[0].body
        assert h.sandbox.requests[1].query == f"taskId={task_id}"


async def test_results_can_be_said_to_be_anywhere() -> None:
    async with harness() as h:
        h.sandbox.base_url = "http://127.0.0.1:9/elsewhere"
        record = await h.finished(await h.create())
        assert record["response"]["resultImageUrl"].startswith("http://127.0.0.1:9/elsewhere/workers/nano/")


async def test_more_calls_than_the_rate_allows_are_turned_away() -> None:
    async with harness(creates_per_10s=3) as h:
        codes = [(await h.client.post(f"{API}/generate", json=h.edit())).json()["code"] for _ in range(5)]
        assert codes == [200, 200, 200, 429, 429]


async def test_the_basic_models_callback_is_a_short_notice() -> None:
    async with harness() as h:
        task_id = await h.create()
        record = await h.finished(task_id)
        await _announced(h.callbacks)
        (notice,) = h.callbacks
        validate(notice, DESCRIPTION["components"]["schemas"]["CallbackA"])
        assert notice["data"] == {
            "taskId": task_id,
            "info": {"resultImageUrl": record["response"]["resultImageUrl"]},
        }


async def test_the_second_generations_callback_is_the_record_itself() -> None:
    async with harness() as h:
        h.sandbox.play("flag-3-policy")
        record = await h.finished(await h.create("generate-2"))
        await _announced(h.callbacks)
        validate(h.callbacks[0], DESCRIPTION["components"]["schemas"]["RecordInfoEnvelope"])
        assert h.callbacks[0]["code"] == 200
        assert h.callbacks[0]["data"] == record


async def test_a_callback_is_tried_three_times() -> None:
    async with harness() as h:
        h.callback_answers[:] = [500, 404, 502, 200]
        task_id = await h.create()
        await _announced(h.callbacks, 3)
        await asyncio.sleep(0.1)
        assert [each.status for each in h.sandbox.tasks[task_id].callbacks] == [500, 404, 502]


async def test_callbacks_can_be_switched_off() -> None:
    async with harness(send_callbacks=False) as h:
        await h.finished(await h.create())
        await asyncio.sleep(0.05)
        assert h.callbacks == []


async def test_uploads_take_their_own_key_and_give_a_public_link() -> None:
    async with harness() as h:
        own = {"Authorization": f"Bearer {KIE_KEY}"}
        photo = jpeg()
        streamed = await h.client.post(
            "/api/file-stream-upload",
            files={"file": ("a.jpg", photo, "image/jpeg")},
            data={"uploadPath": "edits", "fileName": "one.jpg"},
            headers=own,
        )
        packed = {"base64Data": "data:image/jpeg;base64," + base64.b64encode(photo).decode()}
        encoded = await h.client.post(
            "/api/file-base64-upload", json=packed | {"uploadPath": "edits"}, headers=own
        )
        assert streamed.json()["data"]["filePath"] == "edits/one.jpg"
        for answer in (streamed, encoded):
            assert answer.json()["data"]["fileSize"] == len(photo)
            link = answer.json()["data"]["downloadUrl"]
            fetched = await h.raw.get(link)
            assert (fetched.content, fetched.headers["content-type"]) == (photo, "image/jpeg")
            record = await h.finished(await h.create(imageUrls=[link]))
            assert record["successFlag"] == 1
        foreign = await h.client.post("/api/file-base64-upload", json=packed | {"uploadPath": "edits"})
        assert (foreign.status_code, foreign.json()["code"]) == (401, 401)


async def _announced(callbacks: list[dict[str, object]], count: int = 1) -> None:
    async with asyncio.timeout(20):
        while len(callbacks) < count:
            await asyncio.sleep(0.01)
