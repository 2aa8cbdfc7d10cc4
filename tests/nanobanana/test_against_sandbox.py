"""The client and the hosts against the sandbox: every scenario that it can play, and what becomes of it."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.errors import BotError, EditFailed, TryLater
from bot.core.pictures import Size
from bot.core.provider import Order, PublicUrl, TaskDone, TaskFailed
from bot.nanobanana.account import Account
from bot.nanobanana.client import NanoBananaClient, Patience
from bot.nanobanana.download import Downloader
from bot.nanobanana.offer import Offer
from bot.nanobanana.requests import Model
from bot.photo_hosts.kie import KieHost
from bot.photo_hosts.web import WebHost
from bot.sandbox.nanobanana.api import API_KEY, KIE_KEY, NanoBananaSandbox
from bot.sandbox.nanobanana.faults import SCENARIOS
from tests.harness.clock import ManualClock
from tests.nanobanana.samples import SECRET

_LOOKS = 6


def a_photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 80), "teal").save(file, "JPEG")
    return file.getvalue()


def plain(photo: Image.Image, _: str, size: tuple[int, int]) -> Image.Image:
    return photo.convert("RGB").resize((size[0] // 16, size[1] // 16))


async def no_wait(_: float) -> None: ...


@contextlib.asynccontextmanager
async def a_world(
    directory: Path, model: Model = Model.NANO_BANANA
) -> AsyncIterator[tuple[NanoBananaSandbox, NanoBananaClient, ManualClock, str, WebHost]]:
    clock = ManualClock(0.0)
    sandbox = NanoBananaSandbox(task_seconds=0, paint=plain, clock=clock, send_callbacks=False, seed=1)
    downloader = Downloader(allow_loopback=True, sleep=no_wait)
    async with sandbox.running() as url:
        host = WebHost(directory, url)

        async def serve(request: Request) -> Response:
            file = await host.open(request.path_params["name"])
            if file is None:
                return Response(status_code=404)
            with file:
                return Response(file.read(), media_type="image/jpeg")

        sandbox.app.router.routes.insert(0, Route("/i/{name}.jpg", serve))
        client = NanoBananaClient(
            Account(url, API_KEY),
            Offer(model, "1K"),
            downloader,
            patience=Patience(create_seconds=2, check_seconds=2),
        )
        yield sandbox, client, clock, url, host
        await client.aclose()
        await downloader.aclose()


def order(*photos: PublicUrl, operation: str = "nano-banana") -> Order:
    return Order(operation, "as a sketch", photos, Size(60, 80), "https://bot.example.org/cb/9d3e")


async def told(call: Awaitable[object]) -> str:
    """What came of a call, in a word or two."""
    try:
        result = await call
    except EditFailed as error:
        return f"{type(error).__name__} {error.reason}"
    except TryLater as error:
        return f"TryLater {error.wait_seconds:g}"
    except BotError as error:
        return type(error).__name__
    match result:
        case TaskFailed(reason=reason):
            return f"TaskFailed {reason}"
        case TaskDone(urls=urls):
            return f"TaskDone {len(urls)}"
        case bytes():
            return "image"
        case str():
            return "task"
    return type(result).__name__


async def ended(
    client: NanoBananaClient, clock: ManualClock, sandbox: NanoBananaSandbox, task_id: str
) -> str:
    """The last of some looks at a task; the first that brings a URL, a failure or an operator."""
    last = ""
    task = sandbox.tasks[task_id]
    for look in range(_LOOKS):
        while look and task.flag == 0 and not task.script.stuck:
            await asyncio.sleep(0.002)
        clock.now += 1
        last = await told(client.check(task_id))
        if last.startswith(("TaskFailed", "OperatorNeeded", "TaskDone 1")):
            break
    return last


CREATES = {
    "create-ok": "task",
    "create-message-for-msg": "task",
    "create-snake-task-id": "task",
    "create-flat-task-id": "task",
    "create-without-task-id": "OutcomeUnknown",
    "create-string-code": "task",
    "create-400": "OperatorNeeded bad_request",
    "create-402": "OperatorNeeded out_of_credit",
    "create-http-402": "OperatorNeeded out_of_credit",
    "create-401": "OperatorNeeded access_denied",
    "create-http-401": "OperatorNeeded access_denied",
    "create-422-type": "OperatorNeeded bad_request",
    "create-422-resolution": "OperatorNeeded bad_request",
    "create-400-resolution": "OperatorNeeded bad_request",
    "create-500": "TryLater 5",
    "create-http-500": "TryLater 5",
    "create-429": "TryLater 10",
    "create-http-429": "TryLater 10",
    "create-433": "OperatorNeeded out_of_credit",
    "create-451": "EditFailed photo_not_fetched",
    "create-455": "TryLater 60",
    "create-505": "OperatorNeeded access_denied",
    "create-403-1010": "OperatorNeeded access_denied",
    "create-413": "OperatorNeeded bad_request",
    "create-502-html": "GatewayDown",
    "create-520-html": "GatewayDown",
    "create-answer-lost": "OutcomeUnknown",
    "create-answer-502": "GatewayDown",
    "create-answer-late": "OutcomeUnknown",
}
FAILING = {
    "poll-404-for-ever": "TaskMissing",
    "poll-422-record-null-for-ever": "TaskMissing",
    "poll-401": "OperatorNeeded access_denied",
    "running-without-flag": "TaskDone 1",
    "success-without-url": "TaskDone 0",
    "success-null-text-url": "TaskDone 0",
    "flag-2": "TaskFailed service_down",
    "flag-3-policy": "TaskFailed policy",
    "flag-3-fetch": "TaskFailed photo_not_fetched",
    "flag-3-generic": "TaskFailed service_down",
    "flag-3-could-not-generate": "TaskFailed could_not_generate",
    "flag-3-credits": "TaskFailed out_of_credit",
    "flag-3-without-text": "TaskFailed service_down",
    "stuck": "TaskRunning",
    "fetch-photo-403": "TaskFailed photo_not_fetched",
    "callback-400": "TaskFailed policy",
    "callback-500": "TaskFailed service_down",
    "callback-501": "TaskFailed service_down",
}
RESULTS = {
    "result-403": "TryLater 10",
    "result-404": "TryLater 10",
    "result-html": "ResultUnusable",
    "result-empty": "ResultUnusable",
    "result-redirect": "TryLater 10",
}
"""Every other result is fetched in the end; a truncated file is for those to find who open it."""
CREDITS = {"credit-int": 100, "credit-float": 99.2, "credit-object": 100}


async def test_every_create_scenario_has_its_outcome(tmp_path: Path) -> None:
    assert set(CREATES) == {name for name in SCENARIOS if name.startswith("create-")}
    async with a_world(tmp_path) as (sandbox, client, _, __, host):
        work = order(await host.publish(SECRET, a_photo()))
        outcomes = {}
        for name in CREATES:
            sandbox.faults.clear()
            sandbox.play(name)
            outcomes[name] = await told(client.create(work))
    assert outcomes == CREATES


async def test_every_task_ends_as_its_scenario_says(tmp_path: Path) -> None:
    others = ("create-", "result-4", "result-5", "result-c", "result-h", "result-w", "credit-", "upload-")
    names = [name for name in SCENARIOS if not name.startswith(others)]
    assert set(FAILING) < set(names)
    async with a_world(tmp_path) as (sandbox, client, clock, _, host):
        work = order(await host.publish(SECRET, a_photo()))
        outcomes = {}
        for name in names:
            sandbox.play(name)
            outcomes[name] = await ended(client, clock, sandbox, await client.create(work))
    assert outcomes == {name: FAILING.get(name, "TaskDone 1") for name in names}


async def test_every_result_is_fetched_or_not_as_its_scenario_says(tmp_path: Path) -> None:
    names = [name for name in SCENARIOS if name.startswith("result-")]
    async with a_world(tmp_path) as (sandbox, client, clock, _, host):
        work = order(await host.publish(SECRET, a_photo()))
        outcomes = {}
        for name in names:
            sandbox.play(name)
            task_id = await client.create(work)
            assert await ended(client, clock, sandbox, task_id) == "TaskDone 1"
            outcomes[name] = await told(client.fetch([sandbox.tasks[task_id].result_url or ""]))
    assert outcomes == {name: RESULTS.get(name, "image") for name in names}


async def test_credits_are_read_in_every_shape(tmp_path: Path) -> None:
    async with a_world(tmp_path) as (sandbox, client, _, __, ___):
        for name, expected in CREDITS.items():
            sandbox.play(name)
            assert await client.credits() == expected
        sandbox.play("credit-401")
        assert await told(client.credits()) == "OperatorNeeded access_denied"


@pytest.mark.parametrize("model", Model)
async def test_an_order_becomes_an_image_and_the_key_stays_with_the_api(tmp_path: Path, model: Model) -> None:
    async with a_world(tmp_path, model) as (sandbox, client, clock, url, host):
        work = order(await host.publish(SECRET, a_photo()), operation=client.operation(0))
        task_id = await client.create(work)
        assert await ended(client, clock, sandbox, task_id) == "TaskDone 1"
        status = await client.check(task_id)
        assert isinstance(status, TaskDone)
        result = await client.fetch(status.urls)
        assert await told(client.check("0" * 32)) == "TaskMissing"
    assert Image.open(io.BytesIO(result)).format == ("JPEG" if model is Model.NANO_BANANA_PRO else "PNG")
    assert sandbox.tasks[task_id].photo == a_photo()
    assert url.startswith("http://127.0.0.1:")
    fetched = [request for request in sandbox.requests if request.path.startswith("/workers/")]
    assert len(fetched) == 1
    assert "authorization" not in fetched[0].headers
    assert API_KEY not in str(fetched[0])


@pytest.mark.parametrize("model", Model)
async def test_an_order_without_a_photo_becomes_an_image(tmp_path: Path, model: Model) -> None:
    async with a_world(tmp_path, model) as (sandbox, client, clock, _, __):
        task_id = await client.create(order(operation=client.operation(0)))
        assert await ended(client, clock, sandbox, task_id) == "TaskDone 1"
        status = await client.check(task_id)
        assert isinstance(status, TaskDone)
        assert Image.open(io.BytesIO(await client.fetch(status.urls))).size[0] > 0
    assert sandbox.tasks[task_id].photo is None


async def test_kie_hosts_a_photo_under_its_own_key(tmp_path: Path) -> None:
    async with a_world(tmp_path) as (sandbox, client, clock, url, _):
        kie = KieHost(api_key=KIE_KEY, upload_url=f"{url}/")
        photo = await kie.publish(SECRET, a_photo())
        assert await ended(client, clock, sandbox, await client.create(order(photo))) == "TaskDone 1"
        sandbox.play("upload-file-url")
        assert (await kie.publish(SECRET, a_photo())).value == "http://127.0.0.1:9/x.jpg"
        sandbox.play("upload-401")
        assert await told(kie.publish(SECRET, a_photo())) == "OperatorNeeded access_denied"
        sandbox.play("upload-500")
        assert await told(kie.publish(SECRET, a_photo())) == "TryLater 10"
        uploads = [request for request in sandbox.requests if request.path.startswith("/api/file")]
        await kie.aclose()
    assert len(uploads) == 4
    assert all(request.headers["authorization"] == f"Bearer {KIE_KEY}" for request in uploads)
    assert all(API_KEY not in str(request) for request in uploads)
