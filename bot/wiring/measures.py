"""What is asked for now and then: for the metrics, and to warn the owner before the credit runs out."""

import logging
from collections.abc import Awaitable, Callable

from bot.conversation.outgoing import Destination, Say
from bot.conversation.owners import Owners
from bot.conversation.texts.i18n import translations
from bot.conversation.texts.money import low_text
from bot.core.clock import Clock
from bot.core.errors import BotError, Reason
from bot.core.money import DAY, LOW_CREDIT, Balance, is_low
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
        self._metrics.found_spent(await self._money.spent_by_operation(self._now() - DAY))

    async def ask_credits(self) -> None:
        """Keep the balance, and warn the owner once when it is low."""
        try:
            left = await self._credits_left()
        except BotError:
            return  # the last one stands; edits tell what is wrong
        self._metrics.found_credits(left)
        await self._money.note_balance(Balance(self._now(), left))
        await self._warnings.look_at(left)


class Warnings:
    """Tells the owner once that the credit is low, and again after it was topped up and fell once more."""

    def __init__(self, money: SqlMoney, owners: Owners, outbox: Outbox, low: float, now: Clock) -> None:
        self._money, self._owners, self._outbox, self._low, self._now = money, owners, outbox, low, now

    async def look_at(self, left: float) -> None:
        """A balance was read."""
        pace = await self._money.pace(self._now())
        if not is_low(left, pace, self._low):
            await self._money.notice_over(LOW_CREDIT)
            return
        owners = await self._owners.all()
        if not owners or not await self._money.notice(LOW_CREDIT, self._now()):
            return
        text = low_text(translations(_OWNERS_LANGUAGE), left, pace)
        told = [await self._tell(owner, text) for owner in sorted(owners)]
        if not any(told):
            await self._money.notice_over(LOW_CREDIT)  # to be tried again

    async def _tell(self, owner: int, text: str) -> bool:
        try:
            await self._outbox.post(Say(Destination(owner), text))
        except BotError as error:
            logger.warning("the owner %s was not told that the credit is low: %s", owner, error)
            return False
        return True
