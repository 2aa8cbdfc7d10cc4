"""What the tests of the NanoBanana sandbox share: the server, a photo's host, and a client that holds
every answer against the API's description."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import yaml
from jsonschema import Draft202012Validator
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.nanobanana.api import NanoBananaSandbox
from tests.harness.pictures import encoded, flat, resized

Json = dict[str, Any]
DESCRIPTION: Json = yaml.safe_load(Path(__file__).with_name("nanobanana.openapi.yaml").read_text("utf-8"))
API = "/api/v1/nanobanana"


def jpeg(size: tuple[int, int] = (60, 40)) -> bytes:
    return encoded(flat(size), "JPEG")


def _followed(node: Json) -> Json:
    while "$ref" in node:
        found: Json = DESCRIPTION
        for step in cast("str", node["$ref"]).removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def validate(instance: object, schema: Mapping[str, Any]) -> None:
    """Raises if the instance does not fit a schema of the description."""
    Draft202012Validator({**schema, "components": DESCRIPTION["components"]}).validate(instance)


def validate_answer(method: str, path: str, response: httpx.Response) -> None:
    """Raises if the description has this path and does not allow this answer."""
    operation = DESCRIPTION["paths"].get(path, {}).get(method.lower())
    if operation is None:
        return
    described = operation["responses"]
    content = _followed(described.get(str(response.status_code)) or described["default"])["content"]
    kind = response.headers["content-type"].partition(";")[0]
    assert kind in content, f"{kind} is not described for {path}"
    validate(response.json() if kind == "application/json" else response.text, content[kind]["schema"])


async def _checked(response: httpx.Response) -> None:
    await response.aread()
    validate_answer(response.request.method, response.request.url.path, response)


@dataclass
class PhotoHost:
    """Where the photos to edit are."""

    photo: bytes = field(default_factory=jpeg)
    seen: list[Request] = field(default_factory=list)
    base_url: str = ""

    async def serve(self, request: Request) -> Response:
        self.seen.append(request)
        name = request.path_params["name"]
        if name == "moved.jpg":
            return RedirectResponse("/i/photo.jpg")
        if name == "page.jpg":
            return Response("<html>", media_type="text/html")
        if name == "huge.jpg":
            return Response(b"\xff" * (10 * 1024 * 1024 + 1), media_type="image/jpeg")
        if name == "broken.jpg":
            return Response(self.photo[:80], media_type="image/jpeg")
        if name == "missing.jpg":
            return Response("gone", 404)
        return Response(self.photo, media_type="image/jpeg")

    def url(self, name: str = "photo.jpg") -> str:
        return f"{self.base_url}/i/{name}"


@dataclass
class Harness:
    """Everything that a test needs; `client` checks its answers, `raw` does not."""

    sandbox: NanoBananaSandbox
    client: httpx.AsyncClient
    raw: httpx.AsyncClient
    host: PhotoHost
    callbacks: list[Json] = field(default_factory=list)
    callback_answers: list[int] = field(default_factory=list)

    def edit(self, **fields: object) -> Json:
        body: Json = {"prompt": "as a pencil sketch", "type": "IMAGETOIAMGE", "imageUrls": [self.host.url()]}
        return body | {"image_size": "3:2", "callBackUrl": f"{self.host.base_url}/cb/token"} | fields

    async def create(self, endpoint: str = "generate", **fields: object) -> str:
        answer = await self.client.post(f"{API}/{endpoint}", json=self.edit(**fields))
        assert answer.json()["code"] == 200, answer.text
        return cast("str", answer.json()["data"]["taskId"])

    async def look(self, task_id: str, *, raw: bool = False) -> Json:
        client = self.raw if raw else self.client
        answer = await client.get(f"{API}/record-info", params={"taskId": task_id})
        return cast("Json", answer.json())

    async def finished(self, task_id: str) -> Json:
        """The record once the task has ended."""
        async with asyncio.timeout(10):
            while (record := (await self.look(task_id))["data"])["successFlag"] == 0:
                await asyncio.sleep(0.01)
        return cast("Json", record)

    async def ended(self, task_id: str) -> None:
        """Waits without polling."""
        async with asyncio.timeout(10):
            while self.sandbox.tasks[task_id].flag == 0:
                await asyncio.sleep(0.005)

    async def callback(self, request: Request) -> Response:
        self.callbacks.append(await request.json())
        return Response(status_code=self.callback_answers.pop(0) if self.callback_answers else 200)


@contextlib.asynccontextmanager
async def harness(**options: Any) -> AsyncIterator[Harness]:
    """A served sandbox with a photo host, and a fast model unless the options say otherwise."""
    settings: Json = {"task_seconds": 0.02, "paint": resized, "callback_pause": 0.01, "seed": 1}
    sandbox = NanoBananaSandbox(**settings | options)
    host = PhotoHost()
    key = {"Authorization": f"Bearer {sandbox.api_key}", "User-Agent": "nanobanana-tests/1"}
    async with contextlib.AsyncExitStack() as stack:
        url = await stack.enter_async_context(sandbox.running())
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=url, headers=key, event_hooks={"response": [_checked]})
        )
        raw = await stack.enter_async_context(httpx.AsyncClient(base_url=url, headers=key))
        made = Harness(sandbox, client, raw, host)
        # The photo's host shares the server: a second one would take as long to stop as the first.
        host.base_url = url
        routes = [Route("/i/{name}", host.serve), Route("/cb/{token}", made.callback, methods=["POST"])]
        sandbox.app.router.routes[:0] = routes
        yield made
