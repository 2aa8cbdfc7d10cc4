"""The catalogue of what the real API was seen to do, or may do, by name for `NanoBananaSandbox.play`.

Refused `create-*`, `credit-*`, `upload-*` and `fetch-photo-*` meet the next such call, others the next task.
"""

import json

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from bot.sandbox.nanobanana import wire
from bot.sandbox.nanobanana.tasks import Download, Look, Script
from bot.sandbox.nanobanana.twists import (
    CutOff,
    Scenario,
    answers,
    created,
    done,
    downloads,
    fails,
    late,
    no_url_for,
    poll_says,
    polls,
    record,
    running,
    says,
    script,
)

_POLICY = "The image was filtered out because it violated Google's Generative AI Prohibited Use policy"
_GEMINI = (
    "Gemini could not generate an image with the given prompt. Please try again with a different prompt."
)
_BUSY = "Your call frequency is too high. Please try again later."
_HTML = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


def _page(status: int, title: str) -> Response:
    return HTMLResponse(_HTML.format(title), status)


def _not_found() -> Response:
    return wire.envelope(404, "task not found")


def _record_null() -> Response:
    return wire.envelope(422, "recordInfo is null")


def _rename(old: str, new: str) -> Scenario:
    def change(body: wire.JsonObject) -> None:
        body[new] = body.pop(old)

    return created(change)


def _data_becomes(shape: str) -> Scenario:
    """`data` of the create answer: `snake`, `flat` or `empty`."""

    def change(body: wire.JsonObject) -> None:
        data = body.pop("data")
        task_id = data["taskId"] if isinstance(data, dict) else None
        if shape == "flat":
            body["taskId"] = task_id
        else:
            body["data"] = {"task_id": task_id} if shape == "snake" else {}

    return created(change)


def _string_code(look: Look) -> None:
    look.body["code"] = str(look.body["code"])


def _string_flag(look: Look) -> None:
    look.data["successFlag"] = str(look.data["successFlag"])


def _string_error_code(look: Look) -> None:
    if look.data["errorCode"] is not None:
        look.data["errorCode"] = str(look.data["errorCode"])


def _without_flag(look: Look) -> None:
    if look.data["successFlag"] == 0:
        del look.data["successFlag"]


def _epoch_times(look: Look) -> None:
    look.data["createTime"] = round(look.task.created_wall * 1000)
    finished = look.task.finished_wall
    look.data["completeTime"] = None if finished is None else round(finished * 1000)


def _long_parameters(look: Look) -> None:
    look.data["paramJson"] = json.dumps({"prompt": "съешь ещё этих мягких булок " * 1000}, ensure_ascii=False)


def _once(answer: Response) -> Scenario:
    return downloads(lambda visit: answer if visit.number == 1 else None)


def _cut_short(visit: Download) -> Response:
    return Response(visit.content[: len(visit.content) // 2], media_type=visit.media_type)


def _connection_lost(visit: Download) -> Response | None:
    if visit.number > 1:
        return None
    return CutOff(visit.content[: len(visit.content) // 2], media_type=visit.media_type)


def _size(width: int, height: int) -> Scenario:
    def change(next_script: Script) -> None:
        next_script.size = (width, height)

    return script(change)


def _file_name(ending: str) -> Scenario:
    def change(next_script: Script) -> None:
        next_script.file_name = ending

    return script(change)


def _announced(times: int) -> Scenario:
    def change(next_script: Script) -> None:
        next_script.callbacks = times

    return script(change)


def _stuck(next_script: Script) -> None:
    next_script.stuck = True


_CREATE: dict[str, Scenario] = {
    # 1-2: created, answered in one of several shapes
    "create-ok": lambda _faults, _script: None,
    "create-message-for-msg": _rename("msg", "message"),
    "create-snake-task-id": _data_becomes("snake"),
    "create-flat-task-id": _data_becomes("flat"),
    "create-without-task-id": _data_becomes("empty"),
    "create-string-code": created(lambda body: body.update(code="200")),
    # 3-9: refused, as HTTP 200 with another code unless the name says otherwise
    "create-400": says("create", 400, "Bad parameter"),
    "create-402": says("create", 402, wire.NO_CREDITS),
    "create-http-402": says("create", 402, wire.NO_CREDITS, status=402),
    "create-401": says("create", 401, wire.NO_ACCESS),
    "create-http-401": says("create", 401, wire.NO_ACCESS, status=401),
    "create-422-type": says("create", 422, "type can not be blank"),
    "create-422-resolution": says("create", 422, "Resolution must not be blank"),
    "create-400-resolution": says("create", 400, "Resolution must not be blank"),
    "create-500": says("create", 500, wire.SERVER_EXCEPTION),
    "create-http-500": says("create", 500, wire.SERVER_EXCEPTION, status=500),
    "create-429": says("create", 429, _BUSY),
    "create-http-429": says("create", 429, _BUSY, status=429),
    "create-433": says("create", 433, "The quota of this key is used up"),
    "create-451": says("create", 451, "Failed to download the image"),
    "create-455": says("create", 455, "The service is under maintenance. Please try again later."),
    "create-505": says("create", 505, "This feature is disabled"),
    # 10-11: the edge answers, not the application
    "create-403-1010": answers("create", wire.blocked),
    "create-413": answers("create", lambda: _page(413, "413 Request Entity Too Large")),
    "create-502-html": answers("create", lambda: _page(502, "502 Bad Gateway")),
    "create-520-html": answers("create", lambda: _page(520, "Web server is returning an unknown error")),
    # the task exists and is charged; the caller does not learn of it
    "create-answer-lost": answers("create", lambda: CutOff(b'{"code":200,'), "after"),
    "create-answer-502": answers("create", lambda: _page(502, "502 Bad Gateway"), "after"),
    "create-answer-late": late("create", 90),
}

_POLL: dict[str, Scenario] = {
    # 12-13: not found, at first or for good
    "poll-404-for-2s": poll_says(lambda look: look.age < 2, _not_found),
    "poll-http-404-for-2s": poll_says(
        lambda look: look.age < 2, lambda: wire.envelope(404, "task not found", status=404)
    ),
    "poll-404-for-ever": poll_says(lambda _: True, _not_found),
    "poll-422-record-null-for-2s": poll_says(lambda look: look.age < 2, _record_null),
    "poll-422-record-null-for-ever": poll_says(lambda _: True, _record_null),
    "poll-null-data-for-2s": poll_says(lambda look: look.age < 2, lambda: wire.envelope(200, "success")),
    # one failed look must not end a task
    "poll-429-once": poll_says(lambda look: look.number == 1, lambda: wire.envelope(429, _BUSY)),
    "poll-500-once": poll_says(
        lambda look: look.number == 1, lambda: wire.envelope(500, wire.SERVER_EXCEPTION)
    ),
    "poll-502-html-twice": poll_says(lambda look: look.number <= 2, lambda: _page(502, "502 Bad Gateway")),
    "poll-cut-off-once": poll_says(lambda look: look.number == 1, lambda: CutOff(b'{"code":2')),
    "poll-not-json-once": poll_says(lambda look: look.number == 1, lambda: PlainTextResponse("ok")),
    "poll-401": poll_says(lambda _: True, lambda: wire.envelope(401, wire.NO_ACCESS)),
    # 14: while it runs
    "running-response-null": running(response=None),
    "running-response-empty": running(response={}),
    "running-response-nulls": running(response={"originImageUrl": None, "resultImageUrl": None}),
    "running-without-flag": polls(_without_flag),
    "running-flag-9": running(successFlag=9),
    # 15-16: where a finished record keeps the address
    "success-nested": done(
        lambda data, url: data.update(response={"originImageUrl": None, "resultImageUrl": url})
    ),
    "success-flat": done(lambda data, url: data.update(resultImageUrl=url)),
    "success-info": done(lambda data, url: data.update(info={"resultImageUrl": url})),
    "result-url-array": done(lambda data, url: data.update(response={"resultImageUrl": [url]})),
    "result-urls-array": done(lambda data, url: data.update(response={"resultUrls": [url]})),
    "result-image-urls-array": done(lambda data, url: data.update(response={"resultImageUrls": [url]})),
    "result-images": done(lambda data, url: data.update(response={"images": [{"url": url}]})),
    "result-json": done(lambda data, url: data.update(resultJson=json.dumps({"resultUrls": [url]}))),
    "result-origin-only": done(
        lambda data, url: data.update(response={"originImageUrl": url, "resultImageUrl": ""})
    ),
    # 17-18
    "string-flag": polls(_string_flag),
    "string-code": polls(_string_code),
    "success-without-url-then-url": no_url_for(2),
    "success-without-url": no_url_for(None),
    "success-null-text-url": done(lambda data, _: data.update(response={"resultImageUrl": "null"})),
    # 19-21: ends without a picture, or does not end
    "flag-2": fails("Create task failed", not_created=True),
    "flag-3-policy": fails(_POLICY, 400),
    "flag-3-fetch": fails(wire.FETCH_FAILED, 400),
    "flag-3-generic": fails(wire.INTERNAL_ERROR),
    "flag-3-could-not-generate": fails(_GEMINI),
    "flag-3-credits": fails(wire.NO_CREDITS, 402),
    "flag-3-without-text": fails("", 500),
    "string-error-code": polls(_string_error_code),
    "stuck": script(_stuck),
    # 22-23: what must not matter
    "time-24-hours": record(createTime="2026-01-06 24:00:00"),
    "epoch-times": polls(_epoch_times),
    "param-json-50k": polls(_long_parameters),
}

_OTHER: dict[str, Scenario] = {
    # 24-25: callbacks; of the second generation they carry code 200 even for a failure
    "callback-ok": lambda _faults, _script: None,
    "callback-400": fails("Your prompt has been flagged for violating content policy", 400, callback=400),
    "callback-500": fails(wire.INTERNAL_ERROR, callback=500),
    "callback-501": fails("Generation failed", callback=501),
    "callback-duplicate": _announced(2),
    "callback-never": _announced(0),
    # 26: the result's download
    "result-403": downloads(lambda _: wire.blocked()),
    "result-404-once": _once(_page(404, "404 Not Found")),
    "result-404": downloads(lambda _: _page(404, "404 Not Found")),
    "result-502-once": _once(_page(502, "502 Bad Gateway")),
    "result-wrong-extension": _file_name("webp"),
    "result-truncated": downloads(_cut_short),
    "result-cut-off-once": downloads(_connection_lost),
    "result-html": downloads(lambda _: _page(200, "Checking your browser")),
    "result-empty": downloads(lambda visit: Response(b"", media_type=visit.media_type)),
    "result-octet-stream": downloads(
        lambda visit: Response(visit.content, media_type="application/octet-stream")
    ),
    "result-redirect": downloads(lambda _: Response(status_code=302, headers={"Location": "/elsewhere.png"})),
    "result-wrong-ratio": _size(1024, 576),
    # 27: the balance
    "credit-int": answers("credit", lambda: wire.envelope(200, "success", 100)),
    "credit-float": answers("credit", lambda: wire.envelope(200, "success", 99.2)),
    "credit-object": answers("credit", lambda: wire.envelope(200, "success", {"credits": 100})),
    "credit-401": says("credit", 401, wire.NO_ACCESS),
    # the photo's way to the provider
    "fetch-photo-403": answers("fetch-photo", lambda: Response(status_code=403)),
    "upload-401": says("upload", 401, wire.NO_ACCESS, status=401),
    "upload-500": says("upload", 500, wire.SERVER_EXCEPTION),
    "upload-file-url": answers(
        "upload",
        lambda: JSONResponse({"success": True, "code": 200, "data": {"fileUrl": "http://127.0.0.1:9/x.jpg"}}),
    ),
}

SCENARIOS: dict[str, Scenario] = {**_CREATE, **_POLL, **_OTHER}
"""Much of it also happens by itself: leave out a field or the user agent, misspell a path, spend all."""
