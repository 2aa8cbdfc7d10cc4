"""A bot amid its edits, to which something is about to happen; and what may happen to it."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.telegram.people import Message
from tests.harness.chats import answers
from tests.harness.clock import PATIENCE, until
from tests.harness.forked_bot import BotProcess
from tests.harness.pictures import picture, size_of
from tests.harness.processes import Processes, processes

SIZE = (333, 208)
EDITS = 4
UNLIMITED = {"RATE_LIMIT_EDITS": "0", "PERSON_LIMIT_EDITS": "0", "MAX_ACTIVE_EDITS_PER_CHAT": "1000"}
DONE = "SELECT 1 FROM edits WHERE state = 'delivered' AND due_at IS NULL"


@dataclass(frozen=True)
class Counted:
    """What became of all that was asked for: everything here is wrong."""

    lost: int = 0
    paid_twice: int = 0
    shown_twice: int = 0


@dataclass
class Trouble:
    """What was asked of a bot, and what has come of it."""

    world: Processes
    process: BotProcess
    asked: list[Message] = field(default_factory=list)

    def asks(self, count: int) -> None:
        for _ in range(count):
            words = f"/edit number {len(self.asked)}"
            self.asked.append(self.world.ada.sends_photo(picture(*SIZE), words))

    async def everything_arrives_once(self, timeout: float = PATIENCE) -> None:
        """The same process has brought every picture, and each was paid for once."""
        await until(lambda: self.process.returncode is not None or self.all_done(), timeout)
        assert self.process.returncode is None, self.world.log
        for message in self.asked:
            shown = answers(self.world.ada.private.messages(), message)
            assert [each.file_id and size_of(each.content()) for each in shown] == [SIZE], self.world.log
        assert set(self.world.creates_per_prompt().values()) == {1}

    def counted(self) -> Counted:
        """What did not, in numbers."""
        shown = [answers(self.world.ada.private.messages(), message) for message in self.asked]
        pictures = [sum(each.file_id is not None for each in found) for found in shown]
        return Counted(
            lost=pictures.count(0),
            paid_twice=sum(paid > 1 for paid in self.world.creates_per_prompt().values()),
            shown_twice=sum(count > 1 for count in pictures),
        )

    def all_done(self) -> bool:
        return len(self.world.rows(DONE)) >= len(self.asked)


async def as_it_is(_: Processes) -> None:
    """Nothing to prepare."""


@contextlib.asynccontextmanager
async def amid_edits(
    folder: Path, settings: Mapping[str, str], prepare: Callable[[Processes], Awaitable[None]] = as_it_is
) -> AsyncIterator[Trouble]:
    """A bot whose first edits are being painted; killed at the end if it still runs."""
    async with processes(
        folder, task_seconds=lambda number: 0.5 + number % 4, nanobanana={}, **UNLIMITED, **settings
    ) as world:
        await prepare(world)
        async with world.bot() as process:
            case = Trouble(world, process)
            case.asks(EDITS)
            await until(lambda: world.nanobanana.creates)
            yield case
