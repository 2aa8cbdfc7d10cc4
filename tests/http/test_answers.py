import json
from collections.abc import AsyncIterator

import pytest

from bot.http.answers import BodyTooLong, Json, capped, one_line, read_envelope
from tests.nanobanana.samples import SECRET, answer


def test_the_bodys_code_comes_before_the_http_status() -> None:
    assert read_envelope(200, b'{"code":402,"msg":"x"}').code == 402
    assert read_envelope(500, b'{"code":"200"}').code == 200
    assert read_envelope(404, b'{"status":404,"error":"Not Found","path":"/x"}').code == 404
    assert read_envelope(502, b"<html>bad gateway</html>").code == 502


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b'"text"', b"7", b"{", b"<html>", b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5000],
)
def test_what_is_no_json_object_has_no_body(content: bytes) -> None:
    envelope = read_envelope(200, content)
    assert (envelope.body, envelope.code, envelope.data, envelope.text) == (None, 200, None, "")


@pytest.mark.parametrize("code", [None, True, "", "abc", 4.5, [], {}, "9" * 400, float("nan"), float("inf")])
def test_a_code_that_is_no_number_gives_way_to_the_status(code: Json) -> None:
    assert answer(code, status=455).code == 455


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"msg": "m"}, "m"),
        ({"message": "n"}, "n"),
        ({"msg": "", "message": "n"}, "n"),
        ({"msg": None, "error": "Not Found"}, "Not Found"),
        ({"msg": 5}, ""),
    ],
)
def test_the_error_text_is_found_under_each_of_its_names(more: dict[str, Json], expected: str) -> None:
    assert read_envelope(200, json.dumps({"code": 500, **more}).encode()).text == expected


def test_the_error_text_may_be_inside_data() -> None:
    assert answer(500, {"errorMessage": "inside"}).text == "inside"


def test_a_providers_text_is_made_fit_for_a_log_line() -> None:
    text = f"cannot  read\nhttps://bot.example.org/i/{SECRET}.jpg?x=1, \x1b[31m s3://b/k \ud800" + "x" * 500
    line = one_line(text)
    assert line.startswith("cannot read <url> [31m <url> xxx")
    assert SECRET not in line
    assert len(line) == 200
    assert line.isprintable()


async def chunks(*contents: bytes) -> AsyncIterator[bytes]:
    for content in contents:
        yield content


async def test_a_body_is_read_whole_up_to_its_cap_and_not_a_byte_further() -> None:
    assert await capped(chunks(b"ab", b"", b"c"), 3) == b"abc"
    endless = chunks(b"ab", b"cd", b"never read")
    with pytest.raises(BodyTooLong):
        await capped(endless, 3)
    assert [chunk async for chunk in endless] == [b"never read"]
