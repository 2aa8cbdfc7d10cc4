"""The bot's queue of updates: kept until acknowledged, handed to one long poll at a time."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.sandbox.telegram.values import Json, Refused

Clock = Callable[[], float]

UPDATE_LIFETIME = 24 * 3600.0
QUERY_LIFETIME = 150.0
LONGEST_POLL = 50
_ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_TERMINATED = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first"
)


class Signal:
    """Wakes everybody who waits, each time it fires."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def fire(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, timeout: float | None) -> None:  # noqa: ASYNC109 - passing is no error here
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):  # wait_for of Python 3.11 may swallow a cancellation
                await self._event.wait()


@dataclass(frozen=True)
class Pending:
    """An update that the bot has not acknowledged; `lane` is what keeps its order with others."""

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

    def __init__(self, first_id: int, clock: Clock) -> None:
        self.changed = Signal()
        self.allowed: list[str] = []
        self.webhook: Webhook | None = None
        self._clock = clock
        self._next_id = first_id
        self._pending: dict[int, Pending] = {}
        self._polls = 0

    def __len__(self) -> int:
        return len(self.pending())

    def pending(self) -> list[Pending]:
        """What waits for the bot, in order; what is too old is forgotten."""
        now = self._clock()
        for late in [each.update_id for each in self._pending.values() if each.expires_at <= now]:
            del self._pending[late]
        return list(self._pending.values())

    def push(self, kind: str, payload: Json, lane: str, lifetime: float = UPDATE_LIFETIME) -> int | None:
        """The new update's id, or None if the bot did not ask for this kind."""
        wanted = kind in self.allowed if self.allowed else kind not in _ONLY_ON_REQUEST
        return self._add({kind: payload}, lane, lifetime) if wanted else None

    def push_raw(self, raw: Json) -> int:
        """Any object at all, with an update id of the queue's own unless it brings a newer one."""
        self._next_id = max(self._next_id, int(raw.get("update_id", 0)))
        return self._add({k: v for k, v in raw.items() if k != "update_id"}, "", UPDATE_LIFETIME)

    def acknowledge(self, below: int) -> None:
        for update_id in [each for each in self._pending if each < below]:
            del self._pending[update_id]

    def remove(self, update_id: int) -> None:
        self._pending.pop(update_id, None)

    def clear(self) -> None:
        self._pending.clear()

    def allow(self, kinds: Sequence[str] | None) -> None:
        """None keeps what was asked for before; an empty list is the default again."""
        if kinds is not None:
            self.allowed = list(kinds)

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

    def end_polls(self) -> None:
        """Whoever still waits is ended as by another instance."""
        self._polls += 1
        self.changed.fire()

    def _forget(self, offset: int) -> None:
        if offset > 0:
            self.acknowledge(offset)
        elif offset < 0:
            for each in self.pending()[:offset]:
                self.remove(each.update_id)

    def _add(self, body: Json, lane: str, lifetime: float) -> int:
        update_id = self._next_id
        self._next_id += 1
        expires_at = self._clock() + lifetime
        self._pending[update_id] = Pending(
            update_id, {"update_id": update_id, **body}, lane or f"update {update_id}", expires_at
        )
        self.changed.fire()
        return update_id


def kinds_of(value: object) -> list[str] | None:
    """`allowed_updates` as sent; None where it was left out or is no list."""
    return (
        [str(kind) for kind in value] if isinstance(value, Iterable) and not isinstance(value, str) else None
    )
