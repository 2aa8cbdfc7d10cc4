"""What is asked for now and then, only to be shown in the metrics."""

from collections.abc import Awaitable, Callable

from bot.core.errors import BotError
from bot.scheduling.chores import Chore
from bot.storage.waiting import WaitingEdits
from bot.web.metrics import Metrics

_WAITING_SECONDS, _CREDITS_SECONDS = 15, 300


def measures(
    metrics: Metrics, waiting: WaitingEdits, credits_left: Callable[[], Awaitable[float]]
) -> tuple[Chore, ...]:
    """The edits that wait, and the credit at the image service."""

    async def count_waiting() -> None:
        metrics.found_waiting(await waiting.by_reason())

    async def ask_credits() -> None:
        try:
            metrics.found_credits(await credits_left())
        except BotError:
            return  # the last one stands; edits tell what is wrong

    return (
        Chore("waiting edits", _WAITING_SECONDS, count_waiting),
        Chore("credit", _CREDITS_SECONDS, ask_credits),
    )
