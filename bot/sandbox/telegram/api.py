"""The Bot API on loopback: a Starlette app that answers as api.telegram.org would."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import Faults
from bot.sandbox.serve import serving
from bot.sandbox.telegram.calls import Call, read_call
from bot.sandbox.telegram.limits import FloodLimits
from bot.sandbox.telegram.messages import Event, Events
from bot.sandbox.telegram.methods.bot import BOT
from bot.sandbox.telegram.methods.chats import CHATS
from bot.sandbox.telegram.methods.editing import EDITING
from bot.sandbox.telegram.methods.sending import SENDING
from bot.sandbox.telegram.people import People
from bot.sandbox.telegram.values import Clock, Json, Refused, too_fast
from bot.sandbox.telegram.world import Method, TelegramWorld

TOKEN = "1234567890:AAsandbox-Token-Of-No-Use-Elsewhere"  # noqa: S105 - opens nothing but this sandbox
_METHODS = {name.lower(): (name, each) for name, each in {**SENDING, **EDITING, **CHATS, **BOT}.items()}


class TelegramSandbox:
    """One bot's Telegram: `people` use it, the bot calls it, `calls` remembers every call."""

    def __init__(
        self,
        *,
        privacy: bool = True,
        flood_limits: bool = False,
        first_update_id: int = 871_204_533,
        webhook_retry: float = 1.0,
        clock: Clock = time.time,
    ) -> None:
        bot: Json = {
            "id": int(TOKEN.partition(":")[0]),
            "is_bot": True,
            "first_name": "NanoBanana",
            "username": "nanobanana_bot",
        }
        self.token = TOKEN
        self.world = TelegramWorld(
            bot, privacy=privacy, first_update_id=first_update_id, webhook_retry=webhook_retry, clock=clock
        )
        self.people = People(self.world)
        self.faults = Faults()
        self.calls: list[Call] = []
        self._limits = FloodLimits(clock) if flood_limits else None
        methods = ["GET", "POST"]
        self.app = Starlette(
            routes=[
                Route("/file/bot{token}/{path:path}", self._file),
                Route("/bot{token}/{method}", self._call, methods=methods),
                Route("/{path:path}", self._nowhere, methods=methods),
            ]
        )

    @property
    def events(self) -> Events:
        return self.world.events

    def listen(self, callback: Callable[[Event], None]) -> None:
        """Hear of everything that people see, as it happens."""
        self.world.events.listen(callback)

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    @contextlib.asynccontextmanager
    async def serving(self, *, port: int = 0) -> AsyncIterator[str]:
        """Serve until the block ends; yields the base URL."""
        async with serving(self.app, port=port) as url:
            try:
                yield url
            finally:
                await self.close()

    async def close(self) -> None:
        """End the long polls and the webhook's deliveries."""
        await self.world.updates.close()

    async def _call(self, request: Request) -> Response:
        arrived_at = time.monotonic()
        name, method = _METHODS.get(request.path_params["method"].lower(), ("", None))
        if request.path_params["token"] != self.token:
            return refusal(Refused(401, "Unauthorized"))
        if method is None:
            return refusal(Refused(404, "Not Found"))
        try:
            call = await read_call(name, request, arrived_at)
        except Refused as refused:
            return refusal(refused)
        self.calls.append(call)
        answer = await self._answer(method, call, request)
        call.answered_at, call.status = time.monotonic(), answer.status_code
        return answer

    async def _answer(self, method: Method, call: Call, request: Request) -> Response:
        if (instead := await self.faults.play(call.method, "before", request)) is not None:
            return instead
        try:
            if self._limits:
                self._limits.check(call)
            answer: Response = JSONResponse({"ok": True, "result": await method(self.world, call)})
        except Refused as refused:
            answer = refusal(refused)
        return await self.faults.play(call.method, "after", request) or answer

    async def _file(self, request: Request) -> Response:
        if (instead := await self.faults.play("file", "before", request)) is not None:
            return instead
        if request.path_params["token"] != self.token:
            return refusal(Refused(401, "Unauthorized"))
        content = self.world.files.linked(request.path_params["path"])
        if content is None:
            return refusal(Refused(404, "Not Found"))
        answer = Response(content, media_type="application/octet-stream")
        return await self.faults.play("file", "after", request) or answer

    async def _nowhere(self, _: Request) -> Response:
        return refusal(Refused(404, "Not Found"))


def refusal(refused: Refused) -> Response:
    """The envelope of an unsuccessful call, under the matching HTTP status."""
    body: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    wait = refused.parameters.get("retry_after")
    return JSONResponse(body, refused.code, {"Retry-After": str(wait)} if wait is not None else None)


def too_many_requests(seconds: int) -> Response:
    """The answer for a fault: flood control."""
    return refusal(too_fast(seconds))
