"""The catalogue of faults, by name for `NanoBananaSandbox.play`: each meets the next call, or the next task.

SCENARIOS is what the real API was seen to do, or may do; HOSTILE is an unkind network or an unkind service.
Much of it also happens by itself: leave out a field or the user agent, misspell a path, spend all credits.
"""

import json
from collections.abc import Callable

from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.faults import CutOff, Heavy, drip, empty, page, redirect
from bot.sandbox.nanobanana import wire
from bot.sandbox.nanobanana.twists import (
    NO_ADDRESS,
    Scenario,
    always,
    answers,
    as_text,
    created,
    done,
    downloads,
    epoch_times,
    fails,
    first,
    flat,
    found_at,
    half,
    late,
    no_flag,
    once,
    poll,
    polls,
    record,
    renamed,
    running,
    says,
    task,
    young,
)

_POLICY = "The image was filtered out because it violated Google's Generative AI Prohibited Use policy"
_GEMINI = (
    "Gemini could not generate an image with the given prompt. Please try again with a different prompt."
)
_BUSY = "Your call frequency is too high. Please try again later."
_RESOLUTION = "Resolution must not be blank"

SCENARIOS: dict[str, Scenario] = {
    # created, and answered in one of several shapes
    "create-ok": task(),
    "create-message-for-msg": created(lambda body: renamed(body, "msg", "message")),
    "create-snake-task-id": created(lambda body: renamed(body["data"], "taskId", "task_id")),  # type: ignore[arg-type]
    "create-flat-task-id": created(flat),
    "create-without-task-id": created(lambda body: body.update(data={})),
    "create-string-code": created(lambda body: body.update(code="200")),
    # refused: HTTP 200 with another code in the body, unless the name says `http`
    "create-400": says("create", 400, "Bad parameter"),
    "create-402": says("create", 402, wire.NO_CREDITS),
    "create-http-402": says("create", 402, wire.NO_CREDITS, status=402),
    "create-401": says("create", 401, wire.NO_ACCESS),
    "create-http-401": says("create", 401, wire.NO_ACCESS, status=401),
    "create-422-type": says("create", 422, "type can not be blank"),
    "create-422-resolution": says("create", 422, _RESOLUTION),
    "create-400-resolution": says("create", 400, _RESOLUTION),
    "create-500": says("create", 500, wire.SERVER_EXCEPTION),
    "create-http-500": says("create", 500, wire.SERVER_EXCEPTION, status=500),
    "create-429": says("create", 429, _BUSY),
    "create-http-429": says("create", 429, _BUSY, status=429),
    "create-433": says("create", 433, "The quota of this key is used up"),
    "create-451": says("create", 451, "Failed to download the image"),
    "create-455": says("create", 455, "The service is under maintenance. Please try again later."),
    "create-505": says("create", 505, "This feature is disabled"),
    # the network's edge answers, not the application
    "create-403-1010": answers("create", wire.blocked),
    "create-413": answers("create", lambda: page(413, "413 Request Entity Too Large")),
    "create-502-html": answers("create", lambda: page(502, "502 Bad Gateway")),
    "create-520-html": answers("create", lambda: page(520, "Web server is returning an unknown error")),
    # the task exists and is charged; the caller does not learn of it
    "create-answer-lost": answers("create", lambda: CutOff(b'{"code":200,'), "after"),
    "create-answer-502": answers("create", lambda: page(502, "502 Bad Gateway"), "after"),
    "create-answer-late": late("create", 90),
    # a poll does not find the task, at first or for good
    "poll-404-for-2s": poll(young, wire.not_found),
    "poll-http-404-for-2s": poll(young, lambda: wire.not_found(404)),
    "poll-404-for-ever": poll(always, wire.not_found),
    "poll-422-record-null-for-2s": poll(young, lambda: wire.envelope(422, "recordInfo is null")),
    "poll-422-record-null-for-ever": poll(always, lambda: wire.envelope(422, "recordInfo is null")),
    "poll-null-data-for-2s": poll(young, lambda: wire.envelope(200, "success")),
    # one failed poll must not end a task
    "poll-429-once": poll(first, lambda: wire.envelope(429, _BUSY)),
    "poll-500-once": poll(first, lambda: wire.envelope(500, wire.SERVER_EXCEPTION)),
    "poll-502-html-twice": poll(lambda look: look.number <= 2, lambda: page(502, "502 Bad Gateway")),
    "poll-cut-off-once": poll(first, lambda: CutOff(b'{"code":2')),
    "poll-not-json-once": poll(first, lambda: PlainTextResponse("ok")),
    "poll-401": poll(always, lambda: wire.envelope(401, wire.NO_ACCESS)),
    # while the task runs
    "running-response-null": running(response=None),
    "running-response-empty": running(response={}),
    "running-response-nulls": running(response=NO_ADDRESS),
    "running-without-flag": polls(no_flag),
    "running-flag-9": running(successFlag=9),
    # where a finished record keeps the picture's address
    "success-nested": done(lambda url: {"response": {"originImageUrl": None, "resultImageUrl": url}}),
    "success-flat": done(lambda url: {"resultImageUrl": url}),
    "success-info": done(lambda url: {"info": {"resultImageUrl": url}}),
    "result-url-array": done(lambda url: {"response": {"resultImageUrl": [url]}}),
    "result-urls-array": done(lambda url: {"response": {"resultUrls": [url]}}),
    "result-image-urls-array": done(lambda url: {"response": {"resultImageUrls": [url]}}),
    "result-images": done(lambda url: {"response": {"images": [{"url": url}]}}),
    "result-json": done(lambda url: {"resultJson": json.dumps({"resultUrls": [url]})}),
    "result-origin-only": done(lambda url: {"response": {"originImageUrl": url, "resultImageUrl": ""}}),
    "success-without-url-then-url": polls(
        lambda look: (
            look.data.update(response=NO_ADDRESS) if look.url and look.task.polls_at_end <= 2 else None
        )
    ),
    "success-without-url": done(lambda _: {"response": NO_ADDRESS}),
    "success-null-text-url": done(lambda _: {"response": {"resultImageUrl": "null"}}),
    # numbers as text
    "string-flag": as_text("successFlag"),
    "string-error-code": as_text("errorCode"),
    "string-code": polls(lambda look: look.body.update(code=str(look.body["code"]))),
    # the task ends without a picture, or does not end
    "flag-2": fails("Create task failed", flag=2),
    "flag-3-policy": fails(_POLICY, 400),
    "flag-3-fetch": fails(wire.FETCH_FAILED, 400),
    "flag-3-generic": fails(wire.INTERNAL_ERROR),
    "flag-3-could-not-generate": fails(_GEMINI),
    "flag-3-credits": fails(wire.NO_CREDITS, 402),
    "flag-3-without-text": fails(""),
    "stuck": task(stuck=True),
    # what must not matter
    "time-24-hours": record(createTime="2026-01-06 24:00:00"),
    "epoch-times": polls(epoch_times),
    "param-json-50k": record(
        paramJson=json.dumps({"prompt": "съешь ещё этих мягких булок " * 1000}, ensure_ascii=False)
    ),
    # callbacks; those of the second generation carry code 200 even for a failure
    "callback-ok": task(),
    "callback-400": fails(
        "Your prompt has been flagged for violating content policy", 400, callback_code=400
    ),
    "callback-500": fails(wire.INTERNAL_ERROR, callback_code=500),
    "callback-501": fails("Generation failed", callback_code=501),
    "callback-duplicate": task(callbacks=2),
    "callback-never": task(callbacks=0),
    # the result's download
    "result-403": downloads(lambda _: wire.blocked()),
    "result-404-once": once(lambda _: page(404, "404 Not Found")),
    "result-404": downloads(lambda _: page(404, "404 Not Found")),
    "result-502-once": once(lambda _: page(502, "502 Bad Gateway")),
    "result-wrong-extension": task(file_name="webp"),
    "result-truncated": downloads(lambda visit: Response(half(visit), media_type=visit.media_type)),
    "result-cut-off-once": once(lambda visit: CutOff(half(visit), media_type=visit.media_type)),
    "result-html": downloads(lambda _: page(200, "Checking your browser")),
    "result-empty": downloads(lambda visit: empty(visit.media_type)),
    "result-octet-stream": downloads(
        lambda visit: Response(visit.content, media_type="application/octet-stream")
    ),
    "result-redirect": downloads(lambda _: redirect("/elsewhere.png", 302)),
    "result-wrong-ratio": task(size=(1024, 576)),
    # the balance
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

_UNKIND: dict[str, Callable[[], Response]] = {
    "reset": lambda: CutOff(b""),
    "empty": empty,
    "drip": drip,
    "heavy": Heavy,
    "redirect": lambda: redirect("http://10.0.0.1/"),
}

HOSTILE: dict[str, Scenario] = {
    **{f"create-{name}": answers("create", answer) for name, answer in _UNKIND.items()},
    **{f"upload-{name}": answers("upload", answer) for name, answer in _UNKIND.items()},
    **{f"poll-{name}-once": poll(first, answer) for name, answer in _UNKIND.items()},
    **{
        f"create-answer-{name}": answers("create", _UNKIND[name], "after")
        for name in ("empty", "drip", "heavy")
    },
    "create-503-html": answers("create", lambda: page(503, "503 Service Unavailable")),
    "create-521-html": answers("create", lambda: page(521, "Web server is down")),
    "create-wrong-path": answers("create", lambda: wire.spring_error(404, "Not Found", "/api/v2", 0)),
    "result-drip-once": once(lambda _: drip()),
    "result-heavy": downloads(lambda _: Heavy()),
    "result-redirect-private": downloads(lambda _: redirect("http://10.0.0.1/x.png")),
    "result-redirect-metadata": downloads(lambda _: redirect("http://169.254.169.254/latest/")),
    "result-in-private": found_at("https://192.168.1.1/x.png"),
}
