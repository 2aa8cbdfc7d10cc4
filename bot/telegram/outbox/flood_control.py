"""Telegram's limits, kept on our side: what the bot sends waits here for its turn, what matters most first.

What Telegram counts, as far as is known: messages sent, and edits of messages just the same (about twenty
edits a minute in a group). Deleting, answering a press and asking for things make no message and are not
counted; a chat action is not either, but is worth nothing late: it takes no place of its chat's, and never
waits.

The real limits are nobody's to know, so a 429 is obeyed too: whatever else writes to that chat waits. Nothing
is sent twice from here. A call that would wait too long ends in a RetryAfter, as Telegram's own would:
whoever called knows how to come back, and a result is kept on disk until then.
"""

import asyncio
import bisect
import itertools
import logging
import math
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.telegram.outbox.budgets import Budgets, ChatBudget, Window
from bot.telegram.outbox.errors import retry_seconds
from bot.telegram.outbox.turns import Priority, Superseded, Turn, turn_for

logger = logging.getLogger(__name__)

_SWEEP_SECONDS = 60.0
_MARGIN_SECONDS = 0.001
"""The alarm never rings before its moment, whatever the rounding."""


class NotTrusted(RetryAfter):
    """This process may write nothing now: what it would say may be another's to say."""


class Handle(Protocol):
    """What `later` returns, such as asyncio's TimerHandle."""

    def cancel(self) -> None: ...


Later = Callable[[float, Callable[[], None]], Handle]
"""Calls the function after so many seconds."""


def _call_later(seconds: float, callback: Callable[[], None]) -> Handle:
    return asyncio.get_running_loop().call_later(seconds, callback)


class FloodControl(BaseRateLimiter[Priority]):
    """Lets calls go in order of priority, then of arrival; a chat's waiting holds up nobody else.

    There is no task: every arrival, end and departure admits those whose turn it is, and one alarm is set for
    the next moment at which somebody's turn may come. A place is taken only when a call starts.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        later: Later = _call_later,
        jitter: Callable[[], float] = random.random,
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        self._may_write = may_write
        self._now, self._later, self._jitter = now, later, jitter
        self._budgets = Budgets()
        self._line: list[Turn] = []
        self._cards: dict[tuple[object, object], Turn] = {}
        self._numbers = itertools.count()
        self._alarm: tuple[float, Handle] | None = None
        self._sweeper: Handle | None = None

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Send back whoever still waits."""
        self.send_all_back()
        self._silence()
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    def share(self, processes: int) -> None:
        """Telegram's limit for the whole bot is shared by so many processes."""
        self._budgets.share(processes)

    def send_all_back(self) -> None:
        """Whoever waits now waits for something that is another's by now, or will never come."""
        for turn in self._line:
            self._send_back(turn)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | dict[str, Any] | list[dict[str, Any]]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Priority | None,
    ) -> bool | dict[str, Any] | list[dict[str, Any]]:
        """Make the call when its turn comes; python-telegram-bot asks for every call but getUpdates."""
        turn = turn_for(endpoint, data, rate_limit_args, number=next(self._numbers), now=self._now())
        self._join(turn)
        if turn.waits and turn.is_action:
            self._leave(turn)
            return True  # as if it had been shown
        if turn.waits:
            await self._wait(turn)
        try:
            if turn.is_counted and not self._may_write():
                raise NotTrusted(1)
            return await callback(*args, **kwargs)
        except NotTrusted:
            raise
        except RetryAfter as error:
            if turn.chat_id is not None:
                self._obey(turn.chat_id, retry_seconds(error))
            raise
        finally:
            for window in turn.places:
                window.end(self._now())
            self._admit()

    def _join(self, turn: Turn) -> None:
        """Stand in line; a card's newer edit stands where the one that it supersedes stood."""
        superseded = self._cards.pop(turn.message, None) if turn.message else None
        if superseded is not None and superseded.waits:
            superseded.admitted.set_exception(Superseded("there is a newer edit of the same message"))
            if turn.is_card:
                turn.number = superseded.number
        if turn.message and turn.is_card:
            self._cards[turn.message] = turn
        bisect.insort(self._line, turn, key=lambda each: each.order)
        opens_at = self._opens_at(turn)
        if opens_at <= self._now():
            self._admit()
        else:
            self._wake_at(opens_at)

    async def _wait(self, turn: Turn) -> None:
        """Until admitted. Whoever goes away instead leaves no gap, not even with the places already taken."""
        self._check_patience(turn)
        out_of_patience = self._later(turn.deadline - self._now(), lambda: self._send_back(turn))
        try:
            await turn.admitted
        except BaseException:
            self._leave(turn)
            raise
        finally:
            out_of_patience.cancel()

    def _leave(self, turn: Turn) -> None:
        self._step_out(turn)
        for window in turn.places:
            window.give_back()
        self._admit()

    def _step_out(self, turn: Turn) -> None:
        if turn in self._line:
            self._line.remove(turn)
        if turn.message and self._cards.get(turn.message) is turn:
            del self._cards[turn.message]

    def _admit(self) -> None:
        """Let everybody go whose turn it is, and set the alarm for the next."""
        self._silence()
        for turn in [each for each in self._line if each.waits]:
            full_until = self._budgets.full_until(self._now())
            if turn.is_counted and full_until > self._now():  # and so are all who stand behind
                self._wake_at(full_until)
                break
            opens_at = self._opens_at(turn)
            if opens_at <= self._now():
                self._start(turn)
            else:
                self._wake_at(opens_at)

    def _start(self, turn: Turn) -> None:
        self._step_out(turn)
        turn.places = self._budgets.everything if turn.is_action else self._needed(turn)
        for window in turn.places:
            window.start()
        turn.admitted.set_result(None)

    def _needed(self, turn: Turn) -> tuple[Window, ...]:
        if not turn.is_counted or turn.chat_id is None:
            return ()
        return (*self._budgets.everything, *self._chat(turn.chat_id).windows)

    def _opens_at(self, turn: Turn) -> float:
        """When the turn may come, as far as that is known."""
        now, to_all = self._now(), turn.rank < Priority.CARD
        moments = [self._budgets.paused_until]
        moments += [window.opens_at(now, to_all=to_all) for window in self._needed(turn)]
        if turn.chat_id is not None:
            moments.append(self._chat(turn.chat_id).paused_until)
        return max(moments)

    def _wake_at(self, at: float) -> None:
        """Set the alarm, unless an earlier one is set. At infinity it is a call's end that wakes."""
        if at < math.inf and (self._alarm is None or at < self._alarm[0]):
            self._silence()
            self._alarm = at, self._later(at - self._now() + _MARGIN_SECONDS, self._admit)

    def _silence(self) -> None:
        if self._alarm is not None:
            self._alarm[1].cancel()
            self._alarm = None

    def _check_patience(self, turn: Turn) -> None:
        """Whoever would wait in vain need not wait."""
        if turn.deadline < self._opens_at(turn) < math.inf:
            self._send_back(turn)

    def _send_back(self, turn: Turn) -> None:
        """End the waiting by saying when to try again."""
        wait = self._opens_at(turn) - self._now()
        if turn.waits:
            turn.admitted.set_exception(RetryAfter(max(1, math.ceil(wait)) if wait < math.inf else 1))

    def _obey(self, chat_id: int | str, seconds: float) -> None:
        """Nothing more to this chat for so long, and a random part of a second on top."""
        now = self._now()
        chats = self._budgets.refused(chat_id, now, now + seconds + self._jitter())
        logger.warning(
            "flood control: chat %s waits %g s; chats refused of late: %d", chat_id, seconds, chats
        )
        for turn in self._line:
            self._check_patience(turn)

    def _chat(self, chat_id: int | str) -> ChatBudget:
        if self._sweeper is None:
            self._sweeper = self._later(_SWEEP_SECONDS, self._sweep)
        return self._budgets.of(chat_id)

    def _sweep(self) -> None:
        self._budgets.forget_idle(self._now())
        self._sweeper = self._later(_SWEEP_SECONDS, self._sweep) if len(self._budgets) else None
