"""Task records in every shape that was seen, documented, or is to be expected of the sister service."""

import json

from bot.http.answers import Json
from tests.nanobanana.samples import RESULT_URL, TASK_ID, record


def _data(**fields: Json) -> dict[str, Json]:
    return {"code": 200, "msg": "success", "data": record(**fields)}


def _kie(state: str, **fields: Json) -> dict[str, Json]:
    """A record of kie.ai's unified jobs: a state and no flag."""
    job: dict[str, Json] = {
        "taskId": TASK_ID,
        "model": "google/nano-banana-edit",
        "state": state,
        "param": '{"input":{"image_urls":["https://bot.example.org/i/photo.jpg"]}}',
        "resultJson": "",
        "failCode": None,
        "failMsg": None,
        "createTime": 1767658616000,
        **fields,
    }
    return {"code": 200, "msg": "success", "data": job}


_URLS = {"resultUrls": [RESULT_URL]}
DONE: dict[str, dict[str, Json]] = {
    "response": _data(successFlag=1, response={"originImageUrl": None, "resultImageUrl": RESULT_URL}),
    "response is a list of URLs": _data(successFlag=1, response=[RESULT_URL]),
    "response is a list of objects": _data(successFlag=1, response=[{"resultImageUrl": RESULT_URL}]),
    "response is a list with holes": _data(successFlag=1, response=[None, {}, {"url": RESULT_URL}]),
    "response is JSON in a string": _data(successFlag=1, response=json.dumps({"resultImageUrl": RESULT_URL})),
    "response is a list in a string": _data(successFlag=1, response=json.dumps([RESULT_URL])),
    "response is the URL": _data(successFlag=1, response=RESULT_URL),
    "response.resultUrls": _data(successFlag=1, response={"resultUrls": [RESULT_URL]}),
    "response.resultUrls in a string": _data(
        successFlag=1, response={"resultUrls": json.dumps([RESULT_URL])}
    ),
    "response.data": _data(successFlag=1, response={"data": [{"url": RESULT_URL}]}),
    "data.resultUrls": _data(successFlag=1, resultUrls=[RESULT_URL]),
    "data.resultUrl": _data(successFlag=1, resultUrl=RESULT_URL),
    "data.info.resultUrls": _data(successFlag=1, info={"resultUrls": [RESULT_URL]}),
    "resultJson.resultUrls": _data(successFlag=1, resultJson=json.dumps(_URLS)),
    "resultJson.data[].url": _data(successFlag=1, resultJson=json.dumps({"data": [{"url": RESULT_URL}]})),
    "resultJson is an object": _data(successFlag=1, resultJson={"data": [{"url": RESULT_URL}]}),
    "resultJson is a list": _data(successFlag=1, resultJson=json.dumps([RESULT_URL])),
    "a state and no flag": _kie("success", resultJson=json.dumps(_URLS), completeTime=1767658624000),
    "a state in capitals": _kie(" SUCCESS ", resultJson=json.dumps(_URLS)),
    "a state that nobody knows": _kie("archived", resultJson=json.dumps(_URLS)),
    "neither state nor flag": _data(successFlag=None, response={"resultImageUrl": RESULT_URL}),
    "a flag that lags behind": _data(successFlag=0, response={"resultImageUrl": RESULT_URL}),
    "an error message beside the URL": _data(
        successFlag=1, errorMessage="safety", errorCode=500, response={"resultImageUrl": RESULT_URL}
    ),
    "the record at the top": {
        "code": 200,
        "msg": "success",
        **record(successFlag=1, response={"resultImageUrl": RESULT_URL}),
    },
    "the record at the top, and no data": {
        "code": 200,
        "data": None,
        "state": "success",
        "resultJson": json.dumps(_URLS),
    },
    "data is JSON in a string": {
        "code": 200,
        "data": json.dumps(record(successFlag=1, response={"resultImageUrl": RESULT_URL})),
    },
    "only the original's URL": _data(successFlag=1, response={"originImageUrl": RESULT_URL}),
}
RUNNING: dict[str, dict[str, Json]] = {
    "flag 0": _data(),
    "only the original's URL": _data(response={"originImageUrl": RESULT_URL}),
    "waiting": _kie("waiting"),
    "queuing": _kie("queuing"),
    "generating": _kie("generating"),
    "a state that nobody knows": _kie("archived"),
    "the record at the top": {"code": 200, **record()},
}
_TEXT = "Your prompt was flagged by the content policy"
FAILED: dict[str, dict[str, Json]] = {
    "flag 2": _data(successFlag=2, errorCode=400, errorMessage=_TEXT),
    "flag 3": _data(successFlag=3, errorCode="500", errorMessage=_TEXT),
    "flag 3 and the original's URL": _data(
        successFlag=3, errorMessage=_TEXT, response={"originImageUrl": RESULT_URL}
    ),
    "flag 1, an error message and no URL": _data(successFlag=1, errorMessage=_TEXT, response={}),
    "a state and no flag": _kie("fail", failCode="500", failMsg=_TEXT),
    "the record at the top": {"code": 200, **record(successFlag=3, errorMessage=_TEXT)},
    "the text in the envelope": {"code": 501, "msg": _TEXT, "data": record(successFlag=3)},
}
