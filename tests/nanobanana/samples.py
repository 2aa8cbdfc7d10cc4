"""What the tests of this room have in common: an order, a client, answers, image bytes."""

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from bot.core.errors import BotError, EditFailed, Reason, TryLater
from bot.core.pictures import Size
from bot.core.provider import Order, PublicUrl
from bot.http.answers import Envelope, Json, read_envelope
from bot.http.proxies import DIRECT, Proxies
from bot.nanobanana.account import Account
from bot.nanobanana.client import NanoBananaClient, Patience
from bot.nanobanana.download import Downloader
from bot.nanobanana.offer import Offer
from bot.nanobanana.requests import Model

API_URL = "https://api.nanobananaapi.ai"
KEY = "0123456789abcdef0123456789abcdef"
TASK_ID = "5c1b0e3f6a7d4b2c9e8f7a6b5c4d3e2f"
CREATE_URL = f"{API_URL}/api/v1/nanobanana/generate"
CHECK_URL = f"{API_URL}/api/v1/nanobanana/record-info"
CREDIT_URL = f"{API_URL}/api/v1/common/credit"
SECRET = "q7Zt-Kf0_bS3vXn1mLw9RcYp2HdGjAeU"
RESULT_URL = "https://tempfile.aiquickdraw.com/workers/nano/image_1767658623526_abc123.png"
ORDER = Order(
    operation="nano-banana",
    prompt="Рисунок: déjà vu, 花",
    photos=(PublicUrl(f"https://bot.example.org/i/{SECRET}.jpg"),),
    shape=Size(960, 1280),
    callback_url="https://bot.example.org/cb/9d3e",
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@contextlib.asynccontextmanager
async def a_client(
    url: str = API_URL,
    *,
    key: str = f" {KEY}\n",
    downloader: Downloader | None = None,
    seconds: float = 5,
    clock: Callable[[], float] = lambda: 0.0,
    proxies: Proxies = DIRECT,
) -> AsyncIterator[NanoBananaClient]:
    client = NanoBananaClient(
        Account(url, key, proxies, clock),
        Offer(Model.NANO_BANANA),
        downloader or Downloader(allow_loopback=True),
        patience=Patience(create_seconds=seconds, check_seconds=seconds),
    )
    try:
        yield client
    finally:
        await client.aclose()


def answer(code: Json = 200, data: Json = None, *, status: int = 200, **more: Json) -> Envelope:
    """An answer as it comes over the wire."""
    return read_envelope(status, json.dumps({"code": code, "data": data, **more}).encode())


def record(**fields: Json) -> dict[str, Json]:
    """A task's record while the task runs."""
    return {
        "taskId": TASK_ID,
        "paramJson": '{"prompt":"x"}',
        "createTime": "2026-01-06 08:16:56",
        "completeTime": None,
        "successFlag": 0,
        "response": None,
        "errorCode": None,
        "errorMessage": None,
        **fields,
    }


async def outcome(call: Awaitable[object]) -> BotError:
    with pytest.raises(BotError) as caught:
        await call
    return caught.value


def said(code: Json, text: str = "some text", data: Json = None, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "msg": text, "data": data})


def facts(error: BotError) -> Reason | float | None:
    match error:
        case EditFailed():
            return error.reason
        case TryLater():
            return error.wait_seconds
    return None
