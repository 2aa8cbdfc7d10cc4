"""Takes updates in so that none is lost: committed before Telegram hears that they arrived, handled after.

python-telegram-bot's Updater keeps the offset, the retries and the shutdown. Its HTTP transport commits every
raw update before it returns, and hands the Updater only stubs: what cannot be parsed is stored all the same.
"""

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import httpx
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, Update
from telegram._utils.types import ODVInput
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import Updater
from telegram.request import HTTPXRequest, RequestData

from bot.core.clock import Clock
from bot.storage.inbox import Inbox, NotOurs
from bot.telegram.outbox.errors import retry_seconds
from bot.telegram.outbox.transport import BoundedRequest

logger = logging.getLogger(__name__)

ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
LONG_POLL_SECONDS = 50
UPDATE_CALLS = 2
_ATTEMPTS = 3
_AT_ONCE = 8
_BATCH = 1000
_LOOK_AGAIN_SECONDS = 5
_LEAVE_WITHIN_SECONDS = 2


class DurableRequest(BoundedRequest):
    """The transport of getUpdates: an update that it returns has been committed."""

    def __init__(
        self,
        inbox: Inbox,
        owner: Callable[[], str],
        on_call: Callable[[str], None],
        now: Clock,
        transport: httpx.AsyncBaseTransport,
    ) -> None:
        super().__init__(connect_timeout=10, read_timeout=10, httpx_kwargs={"transport": transport})
        self._inbox, self._owner, self._on_call, self._now = inbox, owner, on_call, now

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = HTTPXRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = HTTPXRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = HTTPXRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = HTTPXRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Raising instead of returning keeps the offset where it is: Telegram delivers again."""
        code, payload = await super().do_request(
            url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
        )
        self._on_call(str(code))
        if not url.endswith("/getUpdates"):
            return code, payload
        if code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
            # To the library that is a wrong token, and it would stop asking for good.
            raise NetworkError(f"getUpdates was answered with HTTP {code}")
        if code != HTTPStatus.OK:
            return code, payload
        updates = json.loads(payload)["result"]
        if updates:
            raws = [(update["update_id"], json.dumps(update, ensure_ascii=False)) for update in updates]
            await self._inbox.keep(raws, self._now(), self._owner())
        stubs = [{"update_id": update["update_id"]} for update in updates]
        return code, json.dumps({"ok": True, "result": stubs}).encode()


class Intake:
    """Feeds committed updates to `handle`: in order within a chat, a few chats at once."""

    def __init__(
        self,
        bot: Bot,
        inbox: Inbox,
        handle: Callable[[Update], Awaitable[None]],
        owner: Callable[[], str],
        now: Clock,
    ) -> None:
        self._bot, self._inbox, self._handle, self._owner, self._now = bot, inbox, handle, owner, now
        self._doorbell: asyncio.Queue[object] = asyncio.Queue()
        self._updater = Updater(bot, self._doorbell)
        self._polls, self._rests = asyncio.Event(), asyncio.Event()
        self._lanes: dict[int, deque[tuple[int, str]]] = {}
        self._queued: set[int] = set()
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    def poll(self, wanted: bool) -> None:  # noqa: FBT001 - a switch
        """Ask Telegram for updates from now on, or leave that to another."""
        (self._polls if wanted else self._rests).set()
        (self._rests if wanted else self._polls).clear()

    def ring(self) -> None:
        """There is something in the inbox."""
        self._doorbell.put_nowait(None)

    async def run(self) -> None:
        """Handle updates until cancelled; take them in as well while `poll` says so."""
        await self._updater.initialize()  # its shutdown would be the bot's, which others still use
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_polling())
            while True:
                try:
                    await self._feed(tasks)
                except (SQLAlchemyError, OSError) as error:
                    logger.warning("the inbox cannot be read for now: %s", type(error).__name__)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                        await self._doorbell.get()
                while not self._doorbell.empty():
                    self._doorbell.get_nowait()

    async def _keep_polling(self) -> None:
        try:
            while True:
                await self._polls.wait()
                await self._updater.start_polling(
                    timeout=LONG_POLL_SECONDS,
                    allowed_updates=ALLOWED_UPDATES,
                    bootstrap_retries=-1,
                    error_callback=_log_polling_error,
                )
                await self._rests.wait()
                await self._stop_polling()
        finally:
            await self._stop_polling()

    async def _stop_polling(self) -> None:
        """The Updater would tell Telegram at the end what it has taken; Telegram may not listen."""
        if self._updater.running:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LEAVE_WITHIN_SECONDS):
                    await self._updater.stop()

    async def _feed(self, lanes: asyncio.TaskGroup) -> None:
        """Put what waits in the inbox into its chat's lane; a lane is a task as long as it has updates."""
        for update_id, raw in await self._inbox.waiting(_BATCH, self._owner()):
            if update_id in self._queued:
                continue
            self._queued.add(update_id)
            chat_id = _chat_of(raw)
            if chat_id in self._lanes:
                self._lanes[chat_id].append((update_id, raw))
            else:
                self._lanes[chat_id] = deque([(update_id, raw)])
                lanes.create_task(self._run_lane(chat_id))

    async def _run_lane(self, chat_id: int) -> None:
        lane = self._lanes[chat_id]
        while lane:
            update_id, raw = lane.popleft()
            async with self._at_once:
                try:
                    await self._handle_one(update_id, raw)
                except Exception:
                    logger.exception("update %s stays in the inbox", update_id)
            self._queued.discard(update_id)
        del self._lanes[chat_id]

    async def _handle_one(self, update_id: int, raw: str) -> None:
        try:
            problem = await self._problem_with(update_id, raw)
        except NotOurs:
            return
        if problem is not None:
            logger.warning("update %s was not handled: %s", update_id, problem)
        await self._inbox.handled(update_id, self._now(), problem)

    async def _problem_with(self, update_id: int, raw: str) -> str | None:
        """Handle an update, more than once if need be; returns what stood in the way at last."""
        try:
            update = Update.de_json(json.loads(raw), self._bot)
        except Exception as error:  # noqa: BLE001 - whatever the parser makes of it, the next one comes
            return f"it cannot be read: {type(error).__name__}"
        problem = "it was attempted too often"
        while (attempt := await self._inbox.attempted(update_id, self._owner())) <= _ATTEMPTS:
            try:
                await self._handle(update)
            except (BadRequest, Forbidden) as error:
                return f"{type(error).__name__}: {error}"
            except Exception as error:
                if not isinstance(error, TelegramError):
                    logger.exception("update %s", update_id)
                problem = type(error).__name__
                if attempt < _ATTEMPTS:
                    await asyncio.sleep(_pause(error, attempt))
            else:
                return None
        return problem


def _pause(error: Exception, attempt: int) -> float:
    return min(retry_seconds(error), 60) if isinstance(error, RetryAfter) else 2.0**attempt


def _chat_of(raw: str) -> int:
    """The chat an update belongs to, 0 for what has none or is not understood: nothing in it may raise."""
    update = json.loads(raw)
    query = update.get("callback_query")
    parents = (update.get("message"), update.get("my_chat_member"), _within(query, "message"))
    chat_ids = (_within(_within(parent, "chat"), "id") for parent in parents)
    return next((chat_id for chat_id in chat_ids if isinstance(chat_id, int)), 0)


def _within(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _log_polling_error(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error("another process takes this bot's updates: %s", error)
    else:
        logger.warning("getUpdates: %s: %s", type(error).__name__, error)
