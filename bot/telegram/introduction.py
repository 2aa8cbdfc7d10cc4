"""What Telegram has to know of the bot: each part is told until Telegram has taken it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from bot.core.errors import BotError, EditFailed
from bot.telegram.outbox.errors import translated

logger = logging.getLogger(__name__)

WEBHOOK = "webhook"
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 600.0

Part: TypeAlias = tuple[str, Callable[[], Awaitable[object]]]
"""What is told (several parts may have the same name), and the call that tells it."""


class Introduction:
    """Tells every part, in order; without the webhook the bot is deaf, the rest is decoration."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._left = list(parts)

    @property
    def untold(self) -> list[str]:
        """What Telegram does not know yet."""
        return sorted({name for name, _ in self._left})

    async def run(self) -> None:
        """Until Telegram knows everything. Whatever it answers, the process goes on."""
        pause = _FIRST_PAUSE
        while await self._round():
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _round(self) -> bool:
        """Tell what is left; True where some still is. A Telegram that is away is asked no further."""
        for part in tuple(self._left):
            name, tell = part
            try:
                with translated(repeatable=True):
                    await tell()
            except EditFailed as error:
                logger.warning("Telegram did not take the bot's %s: %s", name, error)
            except BotError as error:
                logger.warning("Telegram was not told the bot's %s: %s", name, error)
                return True
            except Exception as error:  # noqa: BLE001 - an answer that the library cannot read
                logger.warning("Telegram answered strangely to the bot's %s: %r", name, error)
            else:
                self._left.remove(part)
        return bool(self._left)
