"""The Bot API on loopback: a Starlette app that answers as api.telegram.org would."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import Faults
from bot.sandbox.serve import serving
from bot.sandbox.telegram.calls import Call, read_call
from bot.sandbox.telegram.editing import EDITING
from bot.sandbox.telegram.limits import FloodLimits
from bot.sandbox.telegram.methods import ABOUT
from bot.sandbox.telegram.people import People
from bot.sandbox.telegram.sending import SENDING, Method
from bot.sandbox.telegram.updates import Clock, Webhook, kinds_of
from bot.sandbox.telegram.values import Event, Events, Json, Refused, bad_request
from bot.sandbox.telegram.webhook import WebhookDelivery
from bot.sandbox.telegram.world import TelegramWorld

TOKEN = "1234567890:AAsandbox-Token-Of-No-Use-Elsewhere"  # noqa: S105 - opens nothing but this sandbox
_SECRET_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class TelegramSandbox:
    """One bot's Telegram; `people` use it, the bot calls it, `calls` remembers every call."""

    def __init__(
        self,
        token: str = TOKEN,
        *,
        username: str = "nanobanana_bot",
        first_name: str = "NanoBanana",
        privacy: bool = True,
        flood_limits: bool = False,
        first_update_id: int = 871_204_533,
        webhook_retry: float = 1.0,
        clock: Clock = time.time,
    ) -> None:
        bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": first_name,
            "username": username,
        }
        self.token = token
        self.world = TelegramWorld(bot, privacy=privacy, first_update_id=first_update_id, clock=clock)
        self.people = People(self.world)
        self.faults = Faults()
        self.calls: list[Call] = []
        self.flood_limits = flood_limits
        self._limits = FloodLimits(clock)
        self._webhook_retry = webhook_retry
        self._delivery: asyncio.Task[None] | None = None
        self._methods = {name.lower(): (name, method) for name, method in self._all_methods().items()}
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
        self.world.updates.end_polls()
        await self._stop_delivery()

    def _all_methods(self) -> dict[str, Method]:
        webhook: dict[str, Method] = {
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "logOut": self._log_out,
            "close": self._log_out,
        }
        return {**SENDING, **EDITING, **ABOUT, **webhook}

    async def _call(self, request: Request) -> Response:
        arrived_at = time.monotonic()
        name, method = self._methods.get(request.path_params["method"].lower(), (None, None))
        if request.path_params["token"] != self.token:
            return refusal(Refused(401, "Unauthorized"))
        if name is None or method is None:
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
            if self.flood_limits:
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

    async def _set_webhook(self, world: TelegramWorld, call: Call) -> bool:
        if not call.text("url"):
            return await self._delete_webhook(world, call)
        if not call.text("url").startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        secret = call.text("secret_token")
        if len(secret) > 256 or not _SECRET_CHARACTERS.issuperset(secret):
            raise bad_request("secret token contains unallowed characters")
        world.updates.allow(kinds_of(call.params.get("allowed_updates")))
        if call.flag("drop_pending_updates"):
            world.updates.clear()
        await self._stop_delivery()
        webhook = Webhook(call.text("url"), secret, min(call.integer("max_connections") or 40, 100))
        world.updates.webhook = webhook
        delivery = WebhookDelivery(world.updates, webhook, self._webhook_retry, world.clock)
        self._delivery = asyncio.create_task(delivery.run())
        world.updates.changed.fire()
        return True

    async def _delete_webhook(self, world: TelegramWorld, call: Call) -> bool:
        await self._stop_delivery()
        world.updates.webhook = None
        if call.flag("drop_pending_updates"):
            world.updates.clear()
        return True

    async def _webhook_info(self, world: TelegramWorld, _: Call) -> Json:
        webhook = world.updates.webhook or Webhook("")
        info: Json = {
            "url": webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(world.updates),
        }
        if webhook.url:
            info |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
        if webhook.last_error_at is not None:
            info |= {"last_error_date": int(webhook.last_error_at), "last_error_message": webhook.last_error}
        if world.updates.allowed:
            info["allowed_updates"] = world.updates.allowed
        return info

    async def _log_out(self, _: TelegramWorld, __: Call) -> bool:
        return True

    async def _stop_delivery(self) -> None:
        if self._delivery is not None:
            self._delivery.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._delivery
            self._delivery = None


def refusal(refused: Refused) -> Response:
    """The envelope of an unsuccessful call, under the matching HTTP status."""
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    parameters: Mapping[str, int] = refused.parameters
    if parameters:
        body["parameters"] = dict(parameters)
    headers = {"Retry-After": str(parameters["retry_after"])} if "retry_after" in parameters else {}
    return JSONResponse(body, refused.code, headers)


def too_many_requests(seconds: int) -> Response:
    """The answer for a fault switch: flood control."""
    return refusal(Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds))
