"""What an edit writes: each transaction is a wait for the disk."""

from pathlib import Path

import pytest
from starlette.requests import Request

from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.tables import SqliteTables
from tests.harness.world import World, quick_bot

SETTLED = "SELECT sum(state = 'delivered' AND due_at IS NULL) FROM edits"


def committed(world: World) -> int:
    """How many transactions SQLite's log has: a frame that ends one says how large the file is then."""
    log = (world.data / "bot.db-wal").read_bytes()
    page_bytes, salt = int.from_bytes(log[8:12], "big"), log[16:24]
    frames = (log[at : at + 24] for at in range(32, len(log), 24 + page_bytes))
    return sum(frame[8:16] == salt and frame[4:8] != bytes(4) for frame in frames)


async def test_an_edit_is_seven_transactions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kept, admitted, create call entered, task noted, result there, arrived, settled.

    The update's mark and the card's id go along with the create call's, where that comes soon enough. What
    the bot writes by itself now and then comes on top.
    """
    monkeypatch.setattr("bot.storage.edits._CARD_SECONDS", 30)
    monkeypatch.setattr("bot.telegram.inbox.intake._MARK_SECONDS", 30)

    async def card_is_there(_: Request) -> None:
        calls = world.telegram.calls_of
        await until(lambda: sum(bool(call.answered_at) for call in calls("sendMessage")) == cards)

    async with quick_bot(tmp_path) as world:
        tables, taken = SqliteTables(world.data / "bot.db"), list[int]()
        for number in range(1, 5):
            before = committed(world)
            cards = number
            world.telegram.faults.at("getFile", card_is_there, times=1)
            asked = world.ada.sends_photo(picture(320, 200), "/sketch")
            await world.result(world.ada.private, asked)
            await until(lambda number=number: tables.ask(SETTLED) == [(number,)])  # type: ignore[misc]
            taken.append(committed(world) - before)
    assert min(taken) == 7, taken
