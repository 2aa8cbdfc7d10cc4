"""A task's record, as strange as the provider's may be."""

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from tests.sandbox.nanobanana.harness import API, Json, harness


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("poll-404-for-2s", 200, {"code": 404, "msg": "task not found", "data": None}),
        ("poll-http-404-for-2s", 404, {"code": 404, "msg": "task not found", "data": None}),
        ("poll-422-record-null-for-2s", 200, {"code": 422, "msg": "recordInfo is null", "data": None}),
        ("poll-null-data-for-2s", 200, {"code": 200, "msg": "success", "data": None}),
    ],
)
async def test_a_young_task_is_not_visible_for_two_seconds(name: str, status: int, body: Json) -> None:
    now = [100.0]
    async with harness(clock=lambda: now[0], task_seconds=0) as h:
        h.sandbox.play(name)
        task_id = await h.create()
        await h.ended(task_id)
        now[0] += 1.9
        answer = await h.client.get(f"{API}/record-info", params={"taskId": task_id})
        assert (answer.status_code, answer.json()) == (status, body)
        now[0] += 0.2
        assert (await h.look(task_id))["data"]["successFlag"] == 1


@pytest.mark.parametrize(
    ("name", "code"), [("poll-404-for-ever", 404), ("poll-422-record-null-for-ever", 422), ("poll-401", 401)]
)
async def test_a_task_is_never_visible(name: str, code: int) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        task_id = await h.create()
        await h.ended(task_id)
        assert [(await h.look(task_id))["code"] for _ in range(3)] == [code] * 3


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("poll-429-once", 1),
        ("poll-500-once", 1),
        ("poll-502-html-twice", 2),
        ("poll-not-json-once", 1),
        ("poll-cut-off-once", 1),
    ],
)
async def test_a_poll_fails_and_a_later_one_does_not(name: str, bad: int) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        task_id = await h.create()
        for _ in range(bad):
            try:
                answer = await h.raw.get(f"{API}/record-info", params={"taskId": task_id})
            except httpx.RemoteProtocolError:
                continue
            assert answer.status_code == 502 or answer.text == "ok" or answer.json()["code"] in (429, 500)
        assert (await h.finished(task_id))["successFlag"] == 1


@pytest.mark.parametrize(
    ("name", "response"),
    [
        ("running-response-null", None),
        ("running-response-empty", {}),
        ("running-response-nulls", {"originImageUrl": None, "resultImageUrl": None}),
    ],
)
async def test_a_running_record_has_a_response_of_several_kinds_of_nothing(
    name: str, response: object
) -> None:
    async with harness(task_seconds=0.2) as h:
        h.sandbox.play(name)
        task_id = await h.create()
        assert (await h.look(task_id))["data"]["response"] == response
        assert (await h.finished(task_id))["response"]["resultImageUrl"]


@pytest.mark.parametrize(("name", "flag"), [("running-without-flag", None), ("running-flag-9", 9)])
async def test_a_running_record_has_no_flag_or_an_unknown_one(name: str, flag: int | None) -> None:
    async with harness(task_seconds=0.2) as h:
        h.sandbox.play(name)
        task_id = await h.create()
        assert (await h.look(task_id, raw=True))["data"].get("successFlag") == flag
        await h.ended(task_id)
        assert (await h.look(task_id))["data"]["successFlag"] == 1


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("success-nested", lambda data: data["response"]["resultImageUrl"]),
        ("success-flat", lambda data: data["resultImageUrl"]),
        ("success-info", lambda data: data["info"]["resultImageUrl"]),
        ("result-url-array", lambda data: data["response"]["resultImageUrl"][0]),
        ("result-urls-array", lambda data: data["response"]["resultUrls"][0]),
        ("result-image-urls-array", lambda data: data["response"]["resultImageUrls"][0]),
        ("result-images", lambda data: data["response"]["images"][0]["url"]),
        ("result-json", lambda data: json.loads(data["resultJson"])["resultUrls"][0]),
        ("result-origin-only", lambda data: data["response"]["originImageUrl"]),
    ],
)
async def test_a_finished_record_keeps_its_address_in_one_of_many_places(
    name: str, found: Callable[[Json], str]
) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        task_id = await h.create()
        await h.ended(task_id)
        data = (await h.look(task_id))["data"]
        assert data["successFlag"] == 1
        assert json.dumps(data).count("/workers/nano/") == 1
        assert (await h.raw.get(found(data))).status_code == 200


async def test_numbers_come_as_text() -> None:
    async with harness() as h:
        h.sandbox.play("string-flag", "string-code", "string-error-code", "flag-3-generic")
        task_id = await h.create()
        await h.ended(task_id)
        body = await h.look(task_id, raw=True)
        data = body["data"]
        assert (body["code"], data["successFlag"], data["errorCode"]) == ("200", "3", "500")


async def test_success_comes_without_an_address_and_the_address_two_polls_later() -> None:
    async with harness() as h:
        h.sandbox.play("success-without-url-then-url")
        task_id = await h.create()
        await h.ended(task_id)
        looks = [(await h.look(task_id))["data"] for _ in range(3)]
        assert [each["successFlag"] for each in looks] == [1, 1, 1]
        assert [bool(each["response"]["resultImageUrl"]) for each in looks] == [False, False, True]


@pytest.mark.parametrize("name", ["success-without-url", "success-null-text-url"])
async def test_success_comes_without_an_address_for_good(name: str) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        task_id = await h.create()
        await h.ended(task_id)
        for _ in range(4):
            assert (await h.look(task_id))["data"]["response"]["resultImageUrl"] in (None, "null")


@pytest.mark.parametrize(
    ("name", "flag", "word"),
    [
        ("flag-2", 2, "create task"),
        ("flag-3-policy", 3, "policy"),
        ("flag-3-fetch", 3, "fetch failed"),
        ("flag-3-generic", 3, "internal error"),
        ("flag-3-could-not-generate", 3, "could not generate"),
        ("flag-3-credits", 3, "credits"),
        ("flag-3-without-text", 3, ""),
    ],
)
async def test_a_task_fails_with_a_text(name: str, flag: int, word: str) -> None:
    async with harness() as h:
        h.sandbox.play(name)
        record = await h.finished(await h.create())
        assert record["successFlag"] == flag
        assert word in record["errorMessage"].lower()
        assert record["response"]["resultImageUrl"] is None
        assert (await h.finished(await h.create()))["successFlag"] == 1


async def test_a_task_is_stuck() -> None:
    async with harness() as h:
        h.sandbox.play("stuck")
        task_id = await h.create()
        await asyncio.sleep(0.15)
        assert (await h.look(task_id))["data"]["successFlag"] == 0


async def test_times_and_parameters_are_strange() -> None:
    async with harness(wall=lambda: 1767658616.25) as h:
        for name in ("time-24-hours", "epoch-times", "param-json-50k"):
            h.sandbox.play(name)
        hours, epoch, long = [await h.finished(await h.create()) for _ in range(3)]
        assert hours["createTime"] == "2026-01-06 24:00:00"
        assert (epoch["createTime"], epoch["completeTime"]) == (1767658616250, 1767658616250)
        assert len(long["paramJson"].encode()) > 50_000
