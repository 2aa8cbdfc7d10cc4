"""What is asked for now and then: for the metrics, and to warn the owner before the credit runs out."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.conversation.outgoing import Destination, Say
from bot.conversation.owners import Owners
from bot.conversation.texts.i18n import translations
from bot.conversation.texts.money import daily_text, low_text
from bot.core.clock import Clock
from bot.core.errors import BotError, Reason
from bot.core.money import DAILY_SPENT, DAY, LOW_CREDIT, MOST_OF_A_DAY, Balance, is_low
from bot.scheduling.chores import Chore
from bot.storage.money import SqlMoney
from bot.storage.waiting import WaitingEdits
from bot.telegram.outbox.outbox import Outbox
from bot.web.metrics import Metrics

logger = logging.getLogger(__name__)

_WAITING_SECONDS, _SPENT_SECONDS, _CREDITS_SECONDS = 15, 60, 600
_OWNERS_LANGUAGE = "en"


class Measures:
    """The edits that wait, what was spent, and the credit at the image service."""

    def __init__(
        self,
        metrics: Metrics,
        waiting: WaitingEdits,
        money: SqlMoney,
        credits_left: Callable[[], Awaitable[float]],
        warnings: "Warnings",
        now: Clock,
    ) -> None:
        self._metrics, self._waiting, self._money = metrics, waiting, money
        self._credits_left, self._warnings, self._now = credits_left, warnings, now

    def chores(self) -> tuple[Chore, ...]:
        return (
            Chore("waiting edits", _WAITING_SECONDS, self.count_waiting),
            Chore("spent", _SPENT_SECONDS, self.sum_up),
            Chore("credit", _CREDITS_SECONDS, self.ask_credits),
        )

    async def count_waiting(self) -> None:
        """Where edits wait for credit, the balance is asked for as well: somebody may have topped up."""
        waiting = await self._waiting.by_reason()
        self._metrics.found_waiting(waiting)
        if Reason.OUT_OF_CREDIT in waiting:
            await self.ask_credits()

    async def sum_up(self) -> None:
        """What the last 24 hours cost."""
        spent = await self._money.spent_by_operation(self._now() - DAY)
        self._metrics.found_spent(spent)
        await self._warnings.look_at_day(sum(spent.values()))

    async def ask_credits(self) -> None:
        """Keep the balance, and warn the owner once when it is low."""
        try:
            left = await self._credits_left()
        except BotError:
            return  # the last one stands; edits tell what is wrong
        self._metrics.found_credits(left)
        await self._money.note_balance(Balance(self._now(), left))
        await self._warnings.look_at(left)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the owner is warned about: less credit than `low`, and 80 % of `daily` (0: none) spent."""

    low: float
    daily: float = 0.0


class Warnings:
    """Tells the owner once that the credit is low or mostly spent for a day, and again when it is so anew."""

    def __init__(self, money: SqlMoney, owners: Owners, outbox: Outbox, bounds: Bounds, now: Clock) -> None:
        self._money, self._owners, self._outbox = money, owners, outbox
        self._bounds, self._now = bounds, now

    async def look_at(self, left: float) -> None:
        """A balance was read."""
        pace, t = await self._money.pace(self._now()), translations(_OWNERS_LANGUAGE)
        await self._warn(LOW_CREDIT, low_text(t, left, pace), is_so=is_low(left, pace, self._bounds.low))

    async def look_at_day(self, spent: float) -> None:
        """What the last 24 hours cost was summed up."""
        daily = self._bounds.daily
        text = daily_text(translations(_OWNERS_LANGUAGE), spent, daily)
        await self._warn(DAILY_SPENT, text, is_so=0 < daily * MOST_OF_A_DAY <= spent)

    async def _warn(self, notice: str, text: str, *, is_so: bool) -> None:
        if not is_so:
            await self._money.notice_over(notice)
            return
        owners = await self._owners.all()
        if not owners or not await self._money.notice(notice, self._now()):
            return
        told = [await self._tell(owner, text) for owner in sorted(owners)]
        if not any(told):
            await self._money.notice_over(notice)  # to be tried again

    async def _tell(self, owner: int, text: str) -> bool:
        try:
            await self._outbox.post(Say(Destination(owner), text))
        except BotError as error:
            logger.warning("the owner %s was not warned: %s", owner, error)
            return False
        return True
