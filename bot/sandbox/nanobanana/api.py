"""A NanoBanana API on loopback: the real paths, answers and prices, with image filters for a model."""

import asyncio
import contextlib
import json
import random
import string
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import Faults, page
from bot.sandbox.nanobanana import wire
from bot.sandbox.nanobanana.effects import imitate
from bot.sandbox.nanobanana.faults import HOSTILE, SCENARIOS
from bot.sandbox.nanobanana.tasks import RUNNING, CreateCall, Download, Look, Received, SandboxTask, Script
from bot.sandbox.nanobanana.uploads import Uploads
from bot.sandbox.nanobanana.wire import JsonObject
from bot.sandbox.nanobanana.worker import Paint, Worker
from bot.sandbox.serve import serving

API_KEY = "0123456789abcdef0123456789abcdef"
KIE_KEY = "fedcba9876543210fedcba9876543210"
_LARGEST_CALL = 4 * 1024 * 1024
_WITH_KEY = ("create", "record-info", "credit")
_Handler = Callable[[Request], Awaitable[Response]]


class NanoBananaSandbox:
    """The server: use `running()`, or serve `app`. `play` switches on named faults."""

    def __init__(
        self,
        *,
        task_seconds: float | Callable[[int], float] = 1.0,
        credits: float = 1000,  # noqa: A002 - the service's word
        creates_per_10s: int | None = None,
        send_callbacks: bool = True,
        callback_pause: float = 1.0,
        paint: Paint = imitate,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        seed: int | None = None,
    ) -> None:
        self.api_key, self.kie_key = API_KEY, KIE_KEY
        self.task_seconds, self.credits = task_seconds, credits
        self.creates_per_10s = creates_per_10s
        self.clock, self.wall = clock, wall
        self.base_url: str | None = None
        """The base URL of results; None: the address that the create call was sent to."""
        self.faults = Faults()
        self.tasks: dict[str, SandboxTask] = {}
        self.creates: list[CreateCall] = []
        self.polls: list[tuple[str, float]] = []
        self.requests: list[Received] = []
        self._by_path: dict[str, SandboxTask] = {}
        self._scripts: list[Script] = []
        self._random = random.Random(seed)
        self.uploads = Uploads(KIE_KEY, wall, self._random)
        self._work: set[asyncio.Task[None]] = set()
        self._worker = Worker(self.faults, paint, clock, wall, self._publish, send_callbacks, callback_pause)
        self.app = Starlette(routes=self._routes())

    def play(self, *names: str) -> None:
        """Switch on the faults with these names: for the next call, or together for the next task."""
        script = Script()
        for name in names:
            {**SCENARIOS, **HOSTILE}[name](self.faults, script)
        if script != Script():
            self._scripts.append(script)

    def forget_faults(self) -> None:
        """Everything works again, and the next task meets nothing."""
        self.faults.clear()
        self._scripts.clear()

    @contextlib.asynccontextmanager
    async def running(self, *, port: int = 0) -> AsyncIterator[str]:
        """Serve until the block ends, and leave no task behind."""
        async with serving(self.app, port=port) as url:
            try:
                yield url
            finally:
                await self.aclose()

    async def aclose(self) -> None:
        """Cancel all running tasks."""
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    def _routes(self) -> list[Route]:
        at = "/api/v1/nanobanana"
        handlers: list[tuple[str, str, _Handler, str]] = [
            *((f"{at}/{name}", "create", self._create, "POST") for name in wire.ENDPOINTS),
            (f"{at}/record-info", "record-info", self._record_info, "GET"),
            ("/api/v1/common/credit", "credit", self._credit, "GET"),
            ("/workers/nano/{name}", "result", self._result, "GET"),
            ("/api/file-stream-upload", "upload", self.uploads.stream, "POST"),
            ("/api/file-base64-upload", "upload", self.uploads.base64, "POST"),
            ("/kieai/{path:path}", "uploaded", self.uploads.download, "GET"),
            ("/{path:path}", "unknown", self._unknown, "GET POST PUT PATCH DELETE OPTIONS"),
        ]
        return [
            Route(path, self._point(point, handler), methods=methods.split())
            for path, point, handler, methods in handlers
        ]

    def _point(self, name: str, handler: _Handler) -> _Handler:
        """What every call goes through: the network's edge, then the faults around its handler."""

        async def endpoint(request: Request) -> Response:
            body = await request.body()
            url = request.url
            self.requests.append(Received(request.method, url.path, url.query, dict(request.headers), body))
            agent = request.headers.get("user-agent", "")
            if not agent or agent.startswith("Python-urllib"):
                return wire.blocked()
            if name == "create" and len(body) > _LARGEST_CALL:
                return page(413, "413 Request Entity Too Large")
            request.state.call = self._seen(name, request, body)
            played = await self.faults.play(name, "before", request)
            if played is not None:
                return played
            if name in _WITH_KEY and request.headers.get("authorization") != f"Bearer {self.api_key}":
                answer = wire.envelope(401, wire.NO_ACCESS)
            else:
                answer = await handler(request)
            return await self.faults.play(name, "after", request) or answer

        return endpoint

    def _seen(self, point: str, request: Request, body: bytes) -> CreateCall | None:
        """Record a create call or a poll, before a fault can answer in its place."""
        if point == "record-info":
            self.polls.append((request.query_params.get("taskId", ""), self.clock()))
        if point != "create":
            return None
        try:
            parsed = json.loads(body)
        except ValueError:
            parsed = None
        name = request.url.path.rpartition("/")[2]
        endpoint = next(each for each in wire.ENDPOINTS if each == name)
        call = CreateCall(endpoint, parsed if isinstance(parsed, dict) else None, self.clock())
        self.creates.append(call)
        return call

    async def _create(self, request: Request) -> Response:
        try:
            task = self._accept(request.state.call, self.base_url or str(request.base_url).rstrip("/"))
        except wire.Refusal as refusal:
            return wire.envelope(refusal.code, refusal.text)
        work = asyncio.create_task(self._worker.run(task, request))
        self._work.add(work)
        work.add_done_callback(self._work.discard)
        answer: JsonObject = {"code": 200, "msg": "success", "data": {"taskId": task.task_id}}
        for twist in task.script.created:
            twist(answer)
        return JSONResponse(answer)

    def _accept(self, call: CreateCall, origin: str) -> SandboxTask:
        """Check, charge and store a task; without an await, so that no two calls spend the same credits."""
        endpoint = call.endpoint
        if call.body is None:
            raise wire.Refusal(500, wire.SERVER_EXCEPTION)
        now = self.clock()
        if self.creates_per_10s is not None:
            latest = self.creates[-self.creates_per_10s - 1 :]
            if sum(each.arrived_at > now - 10 for each in latest) > self.creates_per_10s:
                raise wire.Refusal(429, "Your call frequency is too high. Please try again later.")
        wire.check(endpoint, call.body)
        cost = wire.price(endpoint, call.body)
        if cost > self.credits:
            raise wire.Refusal(402, wire.NO_CREDITS)
        self.credits -= cost
        seconds = self.task_seconds
        ordinal = len(self.tasks)
        task = SandboxTask(
            task_id=f"{self._random.getrandbits(128):032x}",
            endpoint=endpoint,
            params=call.body,
            ordinal=ordinal,
            seconds=seconds(ordinal) if callable(seconds) else seconds,
            created_at=now,
            created_wall=self.wall(),
            script=self._scripts.pop(0) if self._scripts else Script(),
            origin=origin,
        )
        self.tasks[task.task_id] = task
        call.task_id = task.task_id
        return task

    def _publish(self, task: SandboxTask, kind: str) -> None:
        """Give a painted result its address."""
        rand = "".join(self._random.choices(string.ascii_lowercase + string.digits, k=6))
        task.result_path = f"/workers/nano/image_{round(self.wall() * 1000)}_{rand}.{kind}"
        self._by_path[task.result_path] = task

    async def _record_info(self, request: Request) -> Response:
        task_id = request.query_params.get("taskId")
        if not task_id:
            return wire.envelope(500, wire.CHECK_PARAMETERS)
        task = self.tasks.get(task_id)
        if task is None:
            return wire.not_found()
        task.polls += 1
        task.polls_at_end += task.flag != RUNNING
        look = Look(task, task.polls, self.clock() - task.created_at, task.record())
        for twist in task.script.polls:
            answer = twist(look)
            if answer is not None:
                return answer
        return JSONResponse(look.body)

    async def _credit(self, _: Request) -> Response:
        return wire.envelope(200, "success", self.credits)

    async def _result(self, request: Request) -> Response:
        task = self._by_path.get(request.url.path)
        if task is None or task.result is None:
            return page(404, "404 Not Found")
        task.downloads += 1
        kind = "image/png" if task.result.startswith(b"\x89PNG") else "image/jpeg"
        for twist in task.script.downloads:
            answer = twist(Download(task.downloads, task.result, kind))
            if answer is not None:
                return answer
        return Response(task.result, media_type=kind)

    async def _unknown(self, request: Request) -> Response:
        return wire.spring_error(404, "Not Found", request.url.path, self.wall())
