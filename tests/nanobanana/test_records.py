import json

import pytest

from bot.core.errors import Reason
from bot.core.provider import TaskDone, TaskFailed, TaskMissing, TaskRunning
from bot.http.answers import Json, read_envelope
from bot.nanobanana.records import result_urls, task_status
from tests.nanobanana.samples import RESULT_URL, TASK_ID, answer, record
from tests.nanobanana.shapes import DONE, FAILED, RUNNING


@pytest.mark.parametrize("body", DONE.values(), ids=DONE)
def test_a_usable_url_means_done_whatever_the_shape_of_the_record(body: dict[str, Json]) -> None:
    status = task_status(read_envelope(200, json.dumps(body).encode()))
    assert isinstance(status, TaskDone)
    assert status.urls == (RESULT_URL,)


@pytest.mark.parametrize("body", RUNNING.values(), ids=RUNNING)
def test_a_running_task_is_known_in_every_shape_of_the_record(body: dict[str, Json]) -> None:
    assert task_status(read_envelope(200, json.dumps(body).encode())) == TaskRunning()


@pytest.mark.parametrize("body", FAILED.values(), ids=FAILED)
def test_a_failed_task_is_known_in_every_shape_of_the_record(body: dict[str, Json]) -> None:
    status = task_status(read_envelope(200, json.dumps(body).encode()))
    assert isinstance(status, TaskFailed)
    assert status.reason is Reason.POLICY


def test_a_record_that_hides_its_result_too_deep_ends_the_search() -> None:
    nested: Json = RESULT_URL
    for _ in range(200):
        nested = [nested]
    assert result_urls({"response": nested}) == []
    assert result_urls({"response": json.dumps(nested)}) == []


@pytest.mark.parametrize("flag", [0, "0", None, "", 4, 7, -1, "soon", True, 1.5, [], {}])
def test_a_task_runs_until_a_known_flag_says_otherwise(flag: Json) -> None:
    assert task_status(answer(200, record(successFlag=flag))) == TaskRunning()


@pytest.mark.parametrize(
    "response", [None, {}, {"resultImageUrl": None, "originImageUrl": None}, "null", [], 0, ""]
)
def test_a_running_task_may_have_any_empty_response(response: Json) -> None:
    assert task_status(answer(200, record(response=response))) == TaskRunning()


def test_a_record_without_a_flag_is_running() -> None:
    assert task_status(answer(200, {"taskId": TASK_ID})) == TaskRunning()
    assert task_status(answer(200, {})) == TaskRunning()


@pytest.mark.parametrize("flag", [1, "1", 1.0, " 1 "])
def test_a_finished_task_has_its_url_and_its_duration(flag: Json) -> None:
    done = record(
        successFlag=flag,
        completeTime="2026-01-06 08:17:04",
        response={"originImageUrl": None, "resultImageUrl": RESULT_URL},
    )
    assert task_status(answer(200, done)) == TaskDone((RESULT_URL,), 8)


def test_a_record_as_large_as_a_long_prompt_is_read() -> None:
    long = record(successFlag=1, paramJson="п" * 50_000, response={"resultImageUrl": RESULT_URL})
    assert task_status(answer(200, long)) == TaskDone((RESULT_URL,), None)


def test_finished_without_an_image_is_finished_all_the_same() -> None:
    assert task_status(answer(200, record(successFlag=1, response=None))) == TaskDone((), None)


@pytest.mark.parametrize(
    "fields",
    [
        {"response": {"resultImageUrl": RESULT_URL}},
        {"response": {"resultImageUrl": f" {RESULT_URL} "}},
        {"response": {"resultImageUrl": [RESULT_URL]}},
        {"response": {"resultUrls": [RESULT_URL]}},
        {"response": {"resultImageUrls": [RESULT_URL]}},
        {"response": {"images": [{"url": RESULT_URL}]}},
        {"response": {"images": [RESULT_URL]}},
        {"info": {"resultImageUrl": RESULT_URL}},
        {"resultImageUrl": RESULT_URL},
        {"resultJson": json.dumps({"resultUrls": [RESULT_URL]})},
        {"resultJson": {"resultUrls": [RESULT_URL]}},
        {"response": {"originImageUrl": RESULT_URL}},
        {"response": {"resultImageUrl": "null", "originImageUrl": RESULT_URL}},
        {"response": {"resultImageUrl": ""}, "resultImageUrl": RESULT_URL},
    ],
)
def test_the_result_is_found_wherever_it_may_be(fields: dict[str, Json]) -> None:
    assert result_urls(record(**fields)) == [RESULT_URL]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "null",
        "/relative/x.png",
        "//host/x.png",
        "ftp://host/x.png",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "https://",
        "https://[::1",
        7,
        {"url": 5},
        [None, 3, [], {"url": None}],
    ],
)
def test_what_is_no_web_address_counts_as_missing(value: Json) -> None:
    everywhere: dict[str, Json] = {
        "response": {"resultImageUrl": value, "images": [value], "originImageUrl": value},
        "resultJson": "not json",
    }
    assert result_urls(everywhere) == []


def test_the_best_url_comes_first_and_none_comes_twice() -> None:
    places = record(
        response={
            "originImageUrl": "https://a.test/origin.png",
            "resultUrls": [RESULT_URL, "https://a.test/2.png"],
        },
        resultImageUrl=RESULT_URL,
    )
    assert result_urls(places) == [RESULT_URL, "https://a.test/2.png", "https://a.test/origin.png"]


@pytest.mark.parametrize(
    ("created", "completed", "expected"),
    [
        ("2026-01-06 08:16:56", "2026-01-06 08:17:04", 8),
        ("2026-01-06T08:16:56", "2026-01-06T08:17:04", 8),
        (1767658616000, 1767658624500, 8.5),
        ("1767658616000", "1767658624000", 8),
        (1767658616, 1767658624, 8),
        ("2026-01-06 08:16:56", 1767658624000, 8),
        ("2026-01-06 23:59:56", "2026-01-06 24:00:00", None),
        ("2026-01-06 08:16:56", "2026-01-06 08:16:56", None),
        ("2026-01-06 08:17:04", "2026-01-06 08:16:56", None),
        ("2026-01-06 08:16:56", "2026-01-06 09:16:56", None),
        ("2026-01-06 08:16:56", None, None),
        (None, "2026-01-06 08:17:04", None),
        ("yesterday", "now", None),
        ("0001-01-01 00:00:00", "9999-12-31 23:59:59", None),
        (True, 5, None),
        ([], {}, None),
        ("", "", None),
        (10**400, 10**400, None),
        (float("nan"), float("inf"), None),
    ],
)
def test_times_of_every_kind_are_read_and_none_raises(
    created: Json, completed: Json, expected: float | None
) -> None:
    envelope = answer(200, record(successFlag=1, createTime=created, completeTime=completed))
    assert task_status(envelope) == TaskDone((), expected)


@pytest.mark.parametrize("flag", [2, 3, "2", "3"])
def test_a_failed_task_says_why(flag: Json) -> None:
    failed = record(successFlag=flag, errorCode="400", errorMessage="prompt flagged by content policy")
    assert task_status(answer(200, failed)) == TaskFailed(
        Reason.POLICY, "400 prompt flagged by content policy"
    )


def test_a_failed_record_under_another_code_is_a_failed_task() -> None:
    assert isinstance(task_status(answer(501, record(successFlag=3))), TaskFailed)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (402, Reason.OUT_OF_CREDIT),
        ("433", Reason.OUT_OF_CREDIT),
        (451, Reason.PHOTO_NOT_FETCHED),
        (400, Reason.POLICY),
        (422, Reason.POLICY),
        (413, Reason.BAD_REQUEST),
        (404, Reason.SERVICE_DOWN),
        (429, Reason.SERVICE_DOWN),
        (455, Reason.SERVICE_DOWN),
        (500, Reason.SERVICE_DOWN),
        (None, Reason.SERVICE_DOWN),
    ],
)
def test_without_telling_words_the_code_is_asked(code: Json, expected: Reason) -> None:
    status = task_status(answer(200, record(successFlag=3, errorCode=code, errorMessage=None)))
    assert isinstance(status, TaskFailed)
    assert status.reason is expected


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        (404, 200, "task not found"),
        (404, 404, "task not found"),
        (500, 404, "no such record"),
        (422, 200, "recordInfo is null"),
        (422, 200, "record result data is blank"),
        (422, 422, "record NOT FOUND"),
        (422, 200, "only tasks within 14 days"),
        (200, 200, "success"),
    ],
)
def test_an_unknown_task_is_recognized_in_all_its_disguises(code: int, status: int, text: str) -> None:
    assert task_status(answer(code, None, status=status, msg=text)) == TaskMissing()


def test_a_404_that_is_no_json_is_an_unknown_task_too() -> None:
    assert task_status(read_envelope(404, b"<html>")) == TaskMissing()


@pytest.mark.parametrize(
    ("code", "data"), [(422, None), (500, None), (400, None), (401, None), (429, {}), (200, "?"), (200, [])]
)
def test_any_other_answer_tells_nothing_of_the_task(code: int, data: Json) -> None:
    assert task_status(answer(code, data, msg="type can not be wrong")) is None


def test_a_4xx_with_words_that_nobody_knows_is_final_and_other_codes_are_worth_another_task() -> None:
    for code, text, expected in (
        (400, "The gods are against it", Reason.POLICY),
        (422, "神不同意", Reason.POLICY),
        (400, "Internal error, please try again later", Reason.SERVICE_DOWN),
        (400, "Insufficient quota", Reason.SERVICE_DOWN),
        (500, "The gods are against it", Reason.SERVICE_DOWN),
        (None, "The gods are against it", Reason.SERVICE_DOWN),
    ):
        status = task_status(answer(200, record(successFlag=3, errorCode=code, errorMessage=text)))
        assert isinstance(status, TaskFailed)
        assert status.reason is expected, (code, text)
