"""Delivers updates to the bot's webhook: in order within a chat, again until it answers 2xx."""

import asyncio

import httpx

from bot.sandbox.telegram.updates import Clock, Pending, UpdateQueue, Webhook

_LONGEST_DELAY = 60.0
_LONGEST_RETRY_AFTER = 3600.0


class WebhookDelivery:
    """One at a time per chat: an update that keeps failing blocks its own chat only."""

    def __init__(self, queue: UpdateQueue, webhook: Webhook, first_delay: float, clock: Clock) -> None:
        self._queue = queue
        self._webhook = webhook
        self._first_delay = first_delay
        self._clock = clock
        self._busy: set[str] = set()
        self._connections = asyncio.Semaphore(webhook.max_connections)

    async def run(self) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as tasks:
            while True:
                for pending in self._queue.pending():
                    if pending.lane not in self._busy:
                        self._busy.add(pending.lane)
                        tasks.create_task(self._lane(client, pending.lane))
                await self._queue.changed.wait(1)

    async def _lane(self, client: httpx.AsyncClient, lane: str) -> None:
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
            self._failed(f"Connection failed: {type(error).__name__}")
            return 0
        if answer.is_success:
            return None
        self._failed(f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
        asked = answer.headers.get("Retry-After", "")
        return min(float(asked), _LONGEST_RETRY_AFTER) if asked.isdigit() else 0

    def _failed(self, why: str) -> None:
        self._webhook.last_error_at = self._clock()
        self._webhook.last_error = why
