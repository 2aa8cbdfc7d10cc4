import json

import pytest

from bot.http.answers import Json, read_envelope
from bot.nanobanana.responses import credits_left, task_id
from tests.nanobanana.samples import TASK_ID, answer


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"taskId": TASK_ID}},
        {"data": {"task_id": TASK_ID}},
        {"data": None, "taskId": TASK_ID},
        {"data": {"taskId": "", "task_id": TASK_ID}},
    ],
)
def test_a_task_id_is_found_where_it_may_be(body: dict[str, Json]) -> None:
    assert task_id(read_envelope(200, json.dumps({"code": 200, **body}).encode())) == TASK_ID


@pytest.mark.parametrize("value", [None, "", "null", "undefined", 17, [], "a b", "a\nb", "я", "x" * 201])
def test_what_cannot_be_a_task_id_is_none(value: Json) -> None:
    assert task_id(answer(200, {"taskId": value})) is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (100, 100),
        (0, 0),
        (99.2, 99.2),
        ("12.5", 12.5),
        ({"credits": 7}, 7),
        ({"credit": 7.5}, 7.5),
        (None, None),
        ({}, None),
        (True, None),
        ("lots", None),
        ([], None),
        (float("nan"), None),
    ],
)
def test_credits_come_bare_or_wrapped(data: Json, expected: float | None) -> None:
    assert credits_left(answer(200, data)) == expected
