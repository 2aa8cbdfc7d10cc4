"""Takes updates from the inbox: reads, handles and answers each, and then marks it as handled.

Handling uses the database and takes one of a few slots. Nothing that waits holds a slot: an answer that waits
for Telegram's limits waits in its chat's lane of answers, and the chat's further updates wait behind it.

What is asked of the inbox for several updates at the same time is one transaction. Who waits for it goes on
only when it is committed: so what is marked was handled, and what comes next in a chat comes after that.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from telegram import Update
from telegram.ext import ExtBot

from bot.conversation.incoming import Incoming, Message, Press, Surplus
from bot.conversation.outgoing import Alert, Outgoing
from bot.core.clock import Clock
from bot.core.errors import BotError, OutcomeUnknown, TryLater
from bot.storage.database import DATABASE_ERRORS
from bot.storage.inbox import COUNTED_TOGETHER, NotOurs
from bot.telegram.inbox.doorbell import Doorbell
from bot.telegram.inbox.lanes import Lanes
from bot.telegram.inbox.raw_updates import Inbox, RawUpdate
from bot.telegram.inbox.reader import read
from bot.telegram.inbox.slots import Slots
from bot.telegram.inbox.together import Together
from bot.telegram.outbox.turns import Priority

logger = logging.getLogger(__name__)

PER_CHAT, UNSENT = 50, 20
"""Updates of one chat that are held here, and those among them that wait for their answers to be sent."""
LONGEST_LINE = 200
"""Updates of one chat that may wait. Answering so many takes minutes; what comes on top is dropped."""
_BOUND_EVERY = timedelta(seconds=1)
_ATTEMPTS = 3
_ATTEMPTS_OF_ALL = 20
"""Those of processes that ended in the middle of it included. That is hardly an update's fault, and whoever
sent one that is given up hears nothing.
"""
_RECENT_SECONDS = 1.0
_BATCH = 1000
_LONGEST_PAUSE, _LONGEST_PAUSE_OF_AN_ALERT = 60.0, 10.0
_MARK_SECONDS = 0.05
"""So long a mark waits for a transaction to go along with. Not that of an update which was answered: handled
again after a crash, it would be answered twice. Nor where the chat's next update waits for it.
"""

Handle: TypeAlias = Callable[[Incoming], Awaitable[Sequence[Outgoing]]]
Send: TypeAlias = Callable[[Outgoing], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to an update. `problem`: why it could not be handled. `attempts`: as it was begun with."""

    update: RawUpdate
    outgoing: Sequence[Outgoing]
    problem: str | None = None
    attempts: int | None = None


class Intake:
    """In order within a chat, a few chats at once; a press waits for its own person's other presses alone."""

    def __init__(
        self,
        bot: ExtBot[Priority],
        inbox: Inbox,
        handle: Handle,
        send: Send,
        slots: Slots,
        owner: Callable[[], str],
        now: Clock,
    ) -> None:
        self._bot, self._inbox, self._handle, self._send = bot, inbox, handle, send
        self._slots, self._owner, self._now = slots, owner, now
        self.doorbell = Doorbell()
        self._updates: Lanes[RawUpdate] = Lanes(self._take)
        self._answers: Lanes[Answers] = Lanes(self._answer)
        self._queued: set[int] = set()
        self._held: Counter[int] = Counter()
        self._full: set[int] = set()
        self._overrun: set[int] = set()
        self._bounded_at: datetime | None = None
        self._unmarked: list[Answers] = []
        self._attempts: Together[int, Mapping[int, int]] = Together(self._ask_attempts)
        self._done: Together[Answers, frozenset[int]] = Together(partial(self._mark_all, 0))
        self._patiently_done: Together[Answers, frozenset[int]] = Together(
            partial(self._mark_all, _MARK_SECONDS)
        )
        self._suspects = asyncio.Lock()

    def ring(self) -> None:
        """There is something new in the inbox."""
        self.doorbell.put_nowait(None)

    async def run(self) -> None:
        """Handle updates until cancelled."""
        try:
            while True:
                try:
                    await self._mark_the_rest()
                    await self._feed()
                except DATABASE_ERRORS as error:
                    logger.warning("the inbox cannot be read for now: %s", type(error).__name__)
                await self.doorbell.rung()
        finally:
            await self._updates.close()
            await self._answers.close()

    async def _feed(self) -> None:
        """Put waiting updates of the inbox into their lanes."""
        owner = self._owner()
        found = await self._inbox.waiting(_BATCH, owner, per_chat=PER_CHAT, queued=frozenset(self._queued))
        for update_id, raw in found:
            if update_id in self._queued:
                continue
            update = RawUpdate.read(update_id, raw, owner)
            self._queued.add(update_id)
            self._held[update.line] += 1
            if self._held[update.line] >= PER_CHAT:
                self._full.add(update.line)
            self._updates.put((update.chat_id, update.line, update.is_press), update)
        if len(found) >= _BATCH:
            self.ring()
        if self._full and (self._bounded_at is None or self._now() - self._bounded_at >= _BOUND_EVERY):
            self._bounded_at = self._now()
            for line in await self._inbox.overlong(tuple(self._full), LONGEST_LINE, owner):
                await self._bound(line, owner)

    async def _bound(self, line: int, owner: str) -> None:
        """Drop what one chat has sent beyond its share; it is told so once, as long as it has a backlog."""
        dropped = await self._inbox.drop_surplus(line, LONGEST_LINE, owner)
        if not dropped:
            return
        logger.warning("chat %s: %d updates dropped", line, len(dropped))
        if line in self._overrun:
            return
        self._overrun.add(line)
        update_id, raw = next((each for each in dropped if '"bot_command"' in each[1]), dropped[-1])
        update = RawUpdate.read(update_id, raw, owner, is_surplus=True)
        self._held[line] += 1
        self._updates.put((line, update_id), update)

    async def _take(self, update: RawUpdate) -> None:
        """Handle one update and leave its answers to the lane that sends them."""
        waits_for_none = update.is_press or update.is_surplus
        lane = (update.chat_id, update.update_id if waits_for_none else None)
        try:
            await self._answers.until_shorter(lane, UNSENT)
            if update.line <= 0:
                await self.doorbell.is_fetched.wait()
            answers = await self._answers_to(update)
        except NotOurs:
            self._let_go(update)
        except DATABASE_ERRORS as error:
            logger.warning("update %s stays in the inbox: %s", update.update_id, type(error).__name__)
            self._let_go(update)
        else:
            if answers.outgoing:
                self._answers.put(lane, answers)
            else:
                await self._mark(answers)

    async def _answers_to(self, update: RawUpdate) -> Answers:
        username = self._bot.username
        try:
            incoming = read(Update.de_json(dict(update.content), self._bot), username)
        except Exception as error:  # noqa: BLE001 - a parser error must not stop the next update
            return Answers(update, (), f"it cannot be read: {type(error).__name__}")
        if incoming is None:
            return Answers(update, ())
        if update.is_surplus:
            if not isinstance(incoming, Message):
                return Answers(update, ())
            async with self._slots.taken(by_group=update.line <= 0):
                return Answers(update, await self._handle(Surplus(incoming, LONGEST_LINE)))
        problem, attempt = "it was attempted too often", 0
        while attempt < _ATTEMPTS:
            async with self._begun(update) as counted:
                if counted > _ATTEMPTS_OF_ALL:
                    break
                attempt += 1
                try:
                    return Answers(update, await self._handle(incoming), attempts=counted)
                except Exception as error:
                    problem, pause = type(error).__name__, _pause(error, attempt)
                    if not isinstance(error, BotError):
                        logger.exception("update %s", update.update_id)
            if attempt < _ATTEMPTS:
                await asyncio.sleep(pause)
        # Else the button would show that it is waiting.
        told = [Alert(incoming.press_id)] if isinstance(incoming, Press) else ()
        return Answers(update, told, problem, counted)

    @contextlib.asynccontextmanager
    async def _begun(self, update: RawUpdate) -> AsyncIterator[int]:
        """Around the handling, in a slot: how often the update was attempted. Raises NotOurs.

        It is asked for many at a time, before the slot is free; and once more if that took long: this process
        may have been frozen meanwhile. What may have ended processes is counted in a write of its own, and
        handled while nothing else is that may have: so the end of this process is counted for none but that.
        """
        attempts, asked_at = await self._attempts_at(update)
        async with self._slots.taken(by_group=update.line <= 0):
            if time.monotonic() - asked_at > _RECENT_SECONDS:
                attempts, _ = await self._attempts_at(update)
            if attempts < COUNTED_TOGETHER:
                yield attempts
                return
            async with self._slots.stepped_aside():
                await self._suspects.acquire()
            try:
                yield await self._inbox.attempted(update.update_id, self._owner())
            finally:
                self._suspects.release()

    async def _attempts_at(self, update: RawUpdate) -> tuple[int, float]:
        at = time.monotonic()
        attempts = (await self._attempts.do(update.update_id) or {}).get(update.update_id)
        if attempts is None:
            raise NotOurs
        return attempts, at

    async def _ask_attempts(self, update_ids: Sequence[int]) -> Mapping[int, int]:
        return await self._inbox.attempts(update_ids, self._owner())

    async def _answer(self, answers: Answers) -> None:
        """Send everything, alerts first: they never wait for Telegram's limits."""
        problem = answers.problem
        for outgoing in sorted(answers.outgoing, key=lambda each: not isinstance(each, Alert)):
            problem = await self._problem_with(outgoing) or problem
        await self._mark(replace(answers, problem=problem))

    async def _problem_with(self, outgoing: Outgoing) -> str | None:
        """Send it, in several attempts if needed. Returns the last problem, None if it was sent."""
        longest = _LONGEST_PAUSE_OF_AN_ALERT if isinstance(outgoing, Alert) else _LONGEST_PAUSE
        attempt = 0
        while True:
            attempt += 1
            try:
                await self._send(outgoing)
            except (TryLater, OutcomeUnknown) as error:
                if attempt == _ATTEMPTS:
                    return str(error)
                await asyncio.sleep(min(_pause(error, attempt), longest))
            except BotError as error:
                return f"{type(error).__name__}: {error}"
            except Exception as error:
                logger.exception("a %s was not sent", type(outgoing).__name__)
                return type(error).__name__
            else:
                return None

    async def _mark(self, answers: Answers) -> None:
        """Mark the update as handled; later, if the database is away now. It may be wanted anew by now."""
        update = answers.update
        try:
            is_patient = not answers.outgoing and self._held[update.line] == 1
            marked = await (self._patiently_done if is_patient else self._done).do(answers)
        except DATABASE_ERRORS as error:
            logger.warning("update %s is marked later: %s", update.update_id, type(error).__name__)
            self._unmarked.append(answers)
            return
        if answers.problem is not None:
            logger.warning("update %s was not handled: %s", update.update_id, answers.problem)
        self._let_go(update)
        if answers.attempts is not None and update.update_id not in (marked or ()):
            self.ring()

    async def _mark_all(self, patience: float, answers: Sequence[Answers]) -> frozenset[int]:
        alike = defaultdict[tuple[str, str | None, int | None], list[int]](list)
        for each in answers:
            alike[each.update.owner, each.problem, each.attempts].append(each.update.update_id)
        marked = [
            await self._inbox.handled(
                ids, self._now(), problem, owner, attempts=attempts, within_seconds=patience
            )
            for (owner, problem, attempts), ids in alike.items()
        ]
        return frozenset().union(*marked)

    async def _mark_the_rest(self) -> None:
        rest, self._unmarked = self._unmarked, []
        await asyncio.gather(*(self._mark(answers) for answers in rest))

    def _let_go(self, update: RawUpdate) -> None:
        """Remove the update from memory. If its chat had too many to hold, look for the next ones."""
        line = update.line
        self._queued.discard(update.update_id)
        self._held[line] -= 1
        if line in self._full and self._held[line] <= PER_CHAT // 2:
            self._full.discard(line)
            self.ring()
        if not self._held[line]:
            del self._held[line]
            self._overrun.discard(line)


def _pause(error: Exception, attempt: int) -> float:
    return min(error.wait_seconds, _LONGEST_PAUSE) if isinstance(error, TryLater) else 2.0**attempt
