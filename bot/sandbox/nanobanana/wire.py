"""The formats of the NanoBanana API: answers, valid create calls, prices, picture sizes, times."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from starlette.responses import JSONResponse, PlainTextResponse, Response

JsonObject = dict[str, object]
Endpoint = Literal["generate", "generate-2", "generate-pro"]
ENDPOINTS: tuple[Endpoint, ...] = ("generate", "generate-2", "generate-pro")

SERVER_EXCEPTION = "Server exception, please try again later or contact customer service"
CHECK_PARAMETERS = "Server exception, please check the parameters and try again"
NO_CREDITS = "The current credits are insufficient. Please top up."
NO_ACCESS = "You do not have access permissions"
FETCH_FAILED = "Image fetch failed. Check access settings or use our File Upload API instead."
INTERNAL_ERROR = "Internal Error, Please try again later."

_CHINA = timezone(timedelta(hours=8))
_RESOLUTIONS = {"1K": 1, "2K": 2, "4K": 4}

# The sizes that Google's models paint; the second generation's 2K and 4K are multiples of its 1K.
_FIRST_GENERATION = {
    "1:1": (1024, 1024), "2:3": (832, 1248), "3:2": (1248, 832), "3:4": (864, 1184), "4:3": (1184, 864),
    "4:5": (896, 1152), "5:4": (1152, 896), "9:16": (768, 1344), "16:9": (1344, 768), "21:9": (1536, 672),
}  # fmt: skip
_SECOND_GENERATION = {
    "1:1": (1024, 1024), "2:3": (848, 1264), "3:2": (1264, 848), "3:4": (896, 1200), "4:3": (1200, 896),
    "4:5": (928, 1152), "5:4": (1152, 928), "9:16": (768, 1376), "16:9": (1376, 768), "21:9": (1584, 672),
}  # fmt: skip
_LONG = {"1:4": (512, 2048), "4:1": (2048, 512), "1:8": (384, 3072), "8:1": (3072, 384)}
_RATIOS = {*_SECOND_GENERATION, "auto"}


@dataclass(frozen=True)
class _Model:
    """What one creator takes: its fields, its limits, its options' values, its prices by resolution."""

    fields: str
    most_photos: int
    longest_prompt: int
    options: Mapping[str, Collection[object]]
    prices: Mapping[str, int]
    usual_price: int


_MODELS: dict[Endpoint, _Model] = {
    "generate": _Model(
        "prompt type imageUrls image_size numImages watermark callBackUrl",
        10, 5000, {"image_size": _FIRST_GENERATION, "numImages": (1, 2, 3, 4)}, {}, 4,
    ),
    "generate-2": _Model(
        "prompt imageUrls aspectRatio resolution outputFormat googleSearch callBackUrl",
        14, 20_000,
        {"aspectRatio": _RATIOS | _LONG.keys(), "resolution": _RESOLUTIONS, "outputFormat": ("jpg", "png")},
        {"2K": 12, "4K": 18}, 8,
    ),
    "generate-pro": _Model(
        "prompt imageUrls aspectRatio resolution callBackUrl",
        8, 20_000, {"aspectRatio": _RATIOS, "resolution": _RESOLUTIONS}, {"1K": 18, "2K": 18, "4K": 24}, 8,
    ),
}  # fmt: skip


class Refusal(Exception):
    """A create call is refused: the code and text for the body."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text


def envelope(code: int, msg: str, data: object = None, *, status: int = 200) -> Response:
    """The API's usual body; most errors come with HTTP status 200."""
    return JSONResponse({"code": code, "msg": msg, "data": data}, status)


def not_found(status: int = 200) -> Response:
    """The answer to a poll for an unknown task."""
    return envelope(404, "task not found", status=status)


def blocked() -> Response:
    """The network edge's answer to a user agent that looks like a robot."""
    return PlainTextResponse("error code: 1010", 403)


def spring_error(status: int, reason: str, path: str, now: float) -> Response:
    """The framework's own error page."""
    stamp = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
    return JSONResponse({"timestamp": stamp, "status": status, "error": reason, "path": path}, status)


def china_time(now: float) -> str:
    """The API's times: no zone in the text, eight hours ahead of UTC."""
    return datetime.fromtimestamp(now, _CHINA).strftime("%Y-%m-%d %H:%M:%S")


def param_json(endpoint: Endpoint, body: JsonObject) -> str:
    """The request as the API stores it: the fields that it knows, in order."""
    known = {name: value for name, value in sorted(body.items()) if name in _MODELS[endpoint].fields.split()}
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def check(endpoint: Endpoint, body: JsonObject) -> None:
    """Raises Refusal for what the API answers at once; what it accepts may still fail as a task."""
    if _blank(body.get("prompt")):
        raise Refusal(422, "prompt can not be blank")
    if len(str(body["prompt"])) > _MODELS[endpoint].longest_prompt:
        raise Refusal(500, SERVER_EXCEPTION)
    if endpoint == "generate":
        if _blank(body.get("type")):
            raise Refusal(422, "type can not be blank")
        if body["type"] not in ("TEXTTOIAMGE", "IMAGETOIAMGE"):
            raise Refusal(422, "Incorrect type")
    if endpoint == "generate-pro" and _blank(body.get("resolution")):
        raise Refusal(422, "Resolution must not be blank")
    _check_photos(endpoint, body)


def _blank(value: object) -> bool:
    return not isinstance(value, str) or not value.strip()


def _check_photos(endpoint: Endpoint, body: JsonObject) -> None:
    urls = body.get("imageUrls")
    if urls is not None and not isinstance(urls, list):
        raise Refusal(500, SERVER_EXCEPTION)
    given = urls or []
    if any(not isinstance(url, str) or not url.startswith(("http://", "https://")) for url in given):
        # data: URLs are said to get the same answer.
        raise Refusal(500, SERVER_EXCEPTION)
    most = _MODELS[endpoint].most_photos
    if len(given) > most:
        raise Refusal(422, f"imageUrls can not exceed {most}")
    if body.get("type") == "IMAGETOIAMGE" and not given and endpoint == "generate":
        raise Refusal(422, "imageUrls can not be blank")


def photo_urls(endpoint: Endpoint, body: JsonObject) -> list[str]:
    """The addresses of the photos to edit, in order."""
    urls = body.get("imageUrls")
    if not isinstance(urls, list) or (endpoint == "generate" and body["type"] == "TEXTTOIAMGE"):
        return []
    return [str(url) for url in urls]


def out_of_range(endpoint: Endpoint, body: JsonObject) -> str | None:
    """Why the task fails: an option has a value that the model does not know. None if all are fine."""
    for name, values in _MODELS[endpoint].options.items():
        if body.get(name) is not None and body[name] not in values:
            return f"{name} is not within the range of allowed options"
    return None


def price(endpoint: Endpoint, body: JsonObject) -> int:
    """Credits for one task."""
    model = _MODELS[endpoint]
    return model.prices.get(str(body.get("resolution")), model.usual_price)


def pixel_size(endpoint: Endpoint, body: JsonObject, photo: tuple[int, int] | None) -> tuple[int, int]:
    """How large the model paints; only `auto` follows the photo."""
    if endpoint == "generate":
        return _FIRST_GENERATION[str(body.get("image_size") or "1:1")]
    ratio = str(body.get("aspectRatio") or "auto")
    if ratio == "auto":
        ratio = _closest(photo) if photo else "1:1"
    width, height = {**_SECOND_GENERATION, **_LONG}[ratio]
    times = _RESOLUTIONS[str(body.get("resolution") or "1K")]
    return width * times, height * times


def _closest(photo: tuple[int, int]) -> str:
    def distance(ratio: str) -> float:
        width, height = _SECOND_GENERATION[ratio]
        return abs(math.log(photo[0] / photo[1]) - math.log(width / height))

    return min(sorted(_SECOND_GENERATION), key=distance)


def file_format(endpoint: Endpoint, body: JsonObject) -> Literal["png", "jpeg"]:
    """PNG from the basic model, and from the second generation when asked for."""
    if endpoint == "generate" or (endpoint == "generate-2" and body.get("outputFormat") == "png"):
        return "png"
    return "jpeg"


def operation(endpoint: Endpoint, body: JsonObject) -> str:
    """The record's `operationType`."""
    if endpoint == "generate":
        return f"nanobanana_{body.get('type')}"
    model = "nano-banana-2" if endpoint == "generate-2" else "nano-banana-pro"
    return f"{model}_{str(body.get('resolution') or '1K').lower()}"
