"""Keeps Telegram's limits: what the bot sends waits here for its turn, the most important first in each chat.

What Telegram counts, as far as is known: messages sent, and edits of messages in the same way (about twenty a
minute in a group). Deleting, answering a press and asking for data are not counted. A chat action is not
counted either; it is useless when late, so it never waits.

The real limits are not published, so a 429 is obeyed too: everything to that chat waits. Nothing is sent
twice from here. A call that would wait too long raises RetryAfter, as Telegram's own would: the caller knows
how to try again, and a result is on disk until then.
"""

import itertools
import logging
import math
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.telegram.outbox.alarm import Alarm, Handle, Later, call_later
from bot.telegram.outbox.budgets import Budgets, ChatBudget
from bot.telegram.outbox.errors import retry_seconds
from bot.telegram.outbox.lines import Lines
from bot.telegram.outbox.messages import Messages
from bot.telegram.outbox.turns import Priority, Superseded, Turn, turn_for
from bot.telegram.outbox.windows import Window

logger = logging.getLogger(__name__)

_SWEEP_SECONDS = 60.0

Answer: TypeAlias = bool | dict[str, Any] | list[dict[str, Any]]


class NotTrusted(RetryAfter):
    """This process may write nothing now: its edits may belong to another replica."""


class FloodControl(BaseRateLimiter[Priority]):
    """Admits calls by priority. At the same priority chats take turns; within a chat calls keep their order.
    Among chats, a result lets answers and new cards pass at first.

    There is no task: whenever a call comes, ends or gives up, those whose turn it is are admitted, and an
    alarm is set for the next moment at which a turn may come. A place is taken only when a call starts.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        later: Later = call_later,
        jitter: Callable[[], float] = random.random,
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        self._may_write = may_write
        self._now, self._later, self._jitter = now, later, jitter
        self._budgets = Budgets()
        self._lines = Lines(self._chat_opens_at)
        self._messages = Messages()
        self._numbers = itertools.count()
        self._alarm = Alarm(now, later, self._admit)
        self._sweeper: Handle | None = None

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Give up all calls that wait, and stop the timers."""
        self.send_all_back()
        self._alarm.silence()
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    def share(self, processes: int) -> None:
        """Share Telegram's limit for the whole bot with other processes; `processes` counts this one too."""
        self._budgets.share(processes)

    def send_all_back(self) -> None:
        """Give up all calls that wait: the process is stopping, or its edits belong to others."""
        for turn in (*self._lines, *self._messages):
            self._send_back(turn)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Priority | None,
    ) -> Answer:
        """Make the call when its turn comes. python-telegram-bot calls this for all calls but getUpdates."""
        turn = turn_for(endpoint, data, rate_limit_args, number=next(self._numbers), now=self._now())
        if turn.is_action and not self._may_act(turn):
            return True  # as if it had been shown
        self._join(turn)
        try:
            if turn.waits:
                await self._wait(turn)
            if turn.is_counted and not self._may_write():
                raise NotTrusted(1)
            turn.has_begun = True
            return await self._call(turn, callback(*args, **kwargs))
        finally:
            self._leave(turn)

    async def _call(self, turn: Turn, call: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            return await call
        except RetryAfter as error:
            if turn.chat_id is not None:
                self._obey(turn.chat_id, retry_seconds(error))
            raise

    def _join(self, turn: Turn) -> None:
        """Put the call into its line. A card's newer text takes the place of the one that it supersedes."""
        for superseded in self._messages.join(turn):
            self._lines.remove(superseded, self._now())
            superseded.admitted.set_exception(Superseded("there is a later call for the same message"))
            if turn.rank == superseded.rank:
                turn.number = min(turn.number, superseded.number)
        self._stand_in_line(turn)

    def _stand_in_line(self, turn: Turn | None) -> None:
        if turn is not None and turn.waits and not turn.is_in_line and self._messages.lets_go(turn):
            self._lines.add(turn, self._now())
            self._admit()

    async def _wait(self, turn: Turn) -> None:
        """Wait until admitted. Raises RetryAfter when the deadline passes."""
        self._check_patience(turn)
        out_of_patience = self._later(turn.deadline - self._now(), lambda: self._send_back(turn))
        try:
            await turn.admitted
        finally:
            out_of_patience.cancel()

    def _leave(self, turn: Turn) -> None:
        """The call has ended, or is not made after all; then its places are given back."""
        now = self._now()
        for window, places in turn.places:
            if turn.has_begun:
                window.end(now, places)
            else:
                window.give_back(places)
        self._messages.leave(turn)
        self._lines.remove(turn, now)
        self._lines.refresh(turn.chat_id, now)
        self._stand_in_line(self._messages.next_after(turn))
        self._admit()

    def _admit(self) -> None:
        """Start all calls whose turn it is, and set the alarm for the next one."""
        self._alarm.silence()
        now = self._now()
        while (turn := self._next(now)) is not None:
            self._start(turn, now)
        self._alarm.ring_at(self._lines.next_at())

    def _next(self, now: float) -> Turn | None:
        """Whose turn it is. Talk in groups that has used up its part of a second lets others pass."""
        for turn in self._lines.firsts(now):
            opens_at = self._everybody_opens_at(turn, now)
            if opens_at <= now:
                return turn
            self._alarm.ring_at(opens_at)
            if not turn.is_group_talk:
                break
        return None

    def _start(self, turn: Turn, now: float) -> None:
        needed = self._budgets.everything if turn.is_action else self._needed(turn)
        turn.places = tuple((window, window.places_for(turn.messages)) for window in needed)
        for window, places in turn.places:
            window.start(places)
        self._lines.serve(turn, now)
        turn.admitted.set_result(None)

    def _needed(self, turn: Turn) -> tuple[Window, ...]:
        if not turn.is_counted:
            return ()
        return (*self._budgets.shared_windows(turn), *self._chats_windows(turn))

    def _chats_windows(self, turn: Turn) -> tuple[Window, ...]:
        if not turn.is_counted or turn.chat_id is None:
            return ()
        return self._chat(turn.chat_id).windows(turn.rank)

    def _may_act(self, turn: Turn) -> bool:
        """A chat action goes at once or never, and only if nothing else waits for its chat."""
        now = self._now()
        return not self._lines.of(turn.chat_id) and self._opens_at(turn, now) <= now

    def _opens_at(self, turn: Turn, now: float) -> float:
        """When the turn may come, as far as is known."""
        return max(self._everybody_opens_at(turn, now), self._chat_opens_at(turn, now))

    def _everybody_opens_at(self, turn: Turn, now: float) -> float:
        windows = self._budgets.shared_windows(turn) if turn.is_counted else ()
        return max([self._budgets.paused_until, *(_opens_at(window, turn, now) for window in windows)])

    def _chat_opens_at(self, turn: Turn, now: float) -> float:
        if turn.chat_id is None:
            return 0.0
        moments = [_opens_at(window, turn, now) for window in self._chats_windows(turn)]
        return max([self._chat(turn.chat_id).paused_until, *moments])

    def _check_patience(self, turn: Turn) -> None:
        """Give the call up now if its turn cannot come before its deadline."""
        if turn.deadline < self._opens_at(turn, self._now()) < math.inf:
            self._send_back(turn)

    def _send_back(self, turn: Turn) -> None:
        """Give the call up with a RetryAfter that says when to try again."""
        if turn.waits:
            now = self._now()
            wait = self._opens_at(turn, now) - now
            self._lines.remove(turn, now)
            turn.admitted.set_exception(RetryAfter(max(1, math.ceil(wait)) if wait < math.inf else 1))

    def _obey(self, chat_id: int | str, seconds: float) -> None:
        """Send nothing to this chat for `seconds` and a random part of a second more."""
        now = self._now()
        chats = self._budgets.refused(chat_id, now, now + seconds + self._jitter())
        logger.warning(
            "flood control: chat %s waits %g s; chats refused of late: %d", chat_id, seconds, chats
        )
        self._lines.refresh(chat_id, now)
        is_everybodys = self._budgets.paused_until > now
        for turn in [*self._lines] if is_everybodys else self._lines.of(chat_id):
            self._check_patience(turn)

    def _chat(self, chat_id: int | str) -> ChatBudget:
        if self._sweeper is None:
            self._sweeper = self._later(_SWEEP_SECONDS, self._sweep)
        return self._budgets.of(chat_id)

    def _sweep(self) -> None:
        self._budgets.forget_idle(self._now())
        self._sweeper = self._later(_SWEEP_SECONDS, self._sweep) if len(self._budgets) else None


def _opens_at(window: Window, turn: Turn, now: float) -> float:
    return window.opens_at(now, window.places_for(turn.messages))
