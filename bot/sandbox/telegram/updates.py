"""The bot's queue of updates: kept until acknowledged, handed to one long poll, or posted to a webhook."""

import asyncio
import contextlib
import time
from dataclasses import dataclass

import httpx

from bot.sandbox.telegram.values import Clock, Json, Refused, Signal

UPDATE_LIFETIME = 24 * 3600.0
QUERY_LIFETIME = 150.0
LONGEST_POLL = 50
_ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_LONGEST_DELAY = 60.0
_LONGEST_RETRY_AFTER = 3600.0
_TERMINATED = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first"
)


@dataclass(frozen=True)
class Pending:
    """An update that the bot has not acknowledged; updates of one `lane` keep their order."""

    update_id: int
    raw: Json
    lane: str
    expires_at: float


@dataclass
class Webhook:
    """Where updates go instead of long polls."""

    url: str
    secret_token: str = ""
    max_connections: int = 40
    last_error_at: float | None = None
    last_error: str = ""


class UpdateQueue:
    """Update ids grow by one; what `allowed_updates` leaves out never enters."""

    def __init__(self, first_id: int, webhook_retry: float, clock: Clock) -> None:
        self.changed = Signal()
        self.allowed: list[str] = []
        self.webhook: Webhook | None = None
        self.clock = clock
        self._webhook_retry = webhook_retry
        self._next_id = first_id
        self._pending: dict[int, Pending] = {}
        self._polls = 0
        self._delivery: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self.pending())

    def pending(self) -> list[Pending]:
        """What waits for the bot, in order; what is too old is forgotten."""
        now = self.clock()
        self._pending = {number: each for number, each in self._pending.items() if each.expires_at > now}
        return list(self._pending.values())

    def push(self, kind: str, payload: Json, lane: str, lifetime: float = UPDATE_LIFETIME) -> None:
        """A new update, unless the bot did not ask for this kind."""
        if kind in self.allowed if self.allowed else kind not in _ONLY_ON_REQUEST:
            self._add({kind: payload}, lane, lifetime)

    def push_raw(self, raw: Json) -> int:
        """Any object at all, with an update id of the queue's own unless it brings a newer one."""
        self._next_id = max(self._next_id, int(raw.get("update_id", 0)))
        return self._add({k: v for k, v in raw.items() if k != "update_id"}, "", UPDATE_LIFETIME)

    def remove(self, update_id: int) -> None:
        self._pending.pop(update_id, None)

    def clear(self) -> None:
        self._pending.clear()

    def allow(self, kinds: object) -> None:
        """`allowed_updates` as sent: an empty list is the default again, anything else changes nothing."""
        if isinstance(kinds, list):
            self.allowed = [str(kind) for kind in kinds]

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:  # noqa: ASYNC109
        """`getUpdates`: a later poll, or a webhook, ends this one."""
        if self.webhook is not None:
            raise Refused(409, _WEBHOOK_ACTIVE)
        self._polls += 1
        mine = self._polls
        self.changed.fire()
        self._forget(offset)
        until = time.monotonic() + min(timeout, LONGEST_POLL)
        while True:
            if mine != self._polls:
                raise Refused(409, _TERMINATED)
            if self.webhook is not None:
                raise Refused(409, "Conflict: terminated by setWebhook request")
            batch = [each.raw for each in self.pending()[: limit if 0 < limit < 100 else 100]]
            remaining = until - time.monotonic()
            if batch or remaining <= 0:
                return batch
            await self.changed.wait(remaining)

    async def use(self, webhook: Webhook | None) -> None:
        """Deliver to this webhook from now on; None: to long polls."""
        if self._delivery is not None:
            self._delivery.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._delivery
        self.webhook, self._delivery = webhook, None
        if webhook is not None:
            delivery = _Delivery(self, webhook, self._webhook_retry)
            self._delivery = asyncio.create_task(delivery.run())
        self.changed.fire()

    async def close(self) -> None:
        """End the long polls, as another instance would, and the webhook's deliveries."""
        await self.use(None)
        self._polls += 1
        self.changed.fire()

    def _forget(self, offset: int) -> None:
        """What lies below a positive offset; all but the last so many for a negative one."""
        everything = self.pending()
        done = everything[:offset] if offset < 0 else [each for each in everything if each.update_id < offset]
        for each in done:
            self.remove(each.update_id)

    def _add(self, body: Json, lane: str, lifetime: float) -> int:
        update_id = self._next_id
        self._next_id += 1
        raw = {"update_id": update_id, **body}
        lane = lane or f"update {update_id}"
        self._pending[update_id] = Pending(update_id, raw, lane, self.clock() + lifetime)
        self.changed.fire()
        return update_id


class _Delivery:
    """Posts to a webhook, one at a time per lane, again until 2xx: a failing update blocks only its lane."""

    def __init__(self, queue: UpdateQueue, webhook: Webhook, first_delay: float) -> None:
        self._queue = queue
        self._webhook = webhook
        self._first_delay = first_delay
        self._busy: set[str] = set()
        self._connections = asyncio.Semaphore(webhook.max_connections)

    async def run(self) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as tasks:
            while True:
                for lane in {each.lane for each in self._queue.pending()} - self._busy:
                    self._busy.add(lane)
                    tasks.create_task(self._deliver(client, lane))
                await self._queue.changed.wait(1)

    async def _deliver(self, client: httpx.AsyncClient, lane: str) -> None:
        delay = self._first_delay
        while pending := next((each for each in self._queue.pending() if each.lane == lane), None):
            wait = await self._post(client, pending)
            if wait is None:
                self._queue.remove(pending.update_id)
                delay = self._first_delay
                continue
            await asyncio.sleep(wait or delay)
            delay = min(delay * 2, _LONGEST_DELAY)
        self._busy.discard(lane)

    async def _post(self, client: httpx.AsyncClient, pending: Pending) -> float | None:
        """None once the webhook took it, else how long it asked to wait (0: it did not say)."""
        secret = self._webhook.secret_token
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            async with self._connections:
                answer = await client.post(self._webhook.url, json=pending.raw, headers=headers)
        except httpx.HTTPError as error:
            self._failed(_said_of(error))
            return 0
        if answer.is_success:
            return None
        self._failed(f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
        asked = answer.headers.get("Retry-After", "")
        return min(float(asked), _LONGEST_RETRY_AFTER) if asked.isdigit() else 0

    def _failed(self, why: str) -> None:
        self._webhook.last_error_at = self._queue.clock()
        self._webhook.last_error = why


def _said_of(error: httpx.HTTPError) -> str:
    """Telegram's words for an address that it cannot reach."""
    return "Connection timed out" if isinstance(error, httpx.TimeoutException) else "Connection refused"
