"""The core on a real store: what a life costs, and that the fake of the core's tests is a true one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.edits import Edit
from bot.core.provider import TaskDone
from bot.core.stages import Delivered, EditState, Processing, Stage, Submitting
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.provider_budget import Budget, SqlProviderBudget
from tests.core.world import World
from tests.factories import NO_LIMITS, NOW, STAGES, TASK, edit, request

SECOND = timedelta(seconds=1)


async def test_a_whole_life_takes_six_writes_and_seven_on_postgresql(
    database: Database, store: SqlEditStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them is a transaction: this is what an edit costs the database. The card's id goes along."""
    world, writes = World(), list[str]()
    budget = SqlProviderBudget(database, Budget(creates=9, per=SECOND, tasks=9))
    service = world.restarted(store, budget)
    monkeypatch.setattr(database, "writing", counted(database.writing, writes))
    admitted = await service.admit(request())
    assert isinstance(admitted, Edit)
    world.model.status = TaskDone(("https://result.example/1",), 17.0)
    for _ in range(3):
        ended = await service.advance(admitted.id)
    assert ended is not None
    assert isinstance(ended.stage, Delivered)
    assert await store.get(admitted.id) == ended
    assert (ended.due_at, ended.is_told, world.chat.said) == (None, True, ["card", "result"])
    assert len(writes) == (6 if database.is_sqlite else 7)


def counted(writing: Callable[..., Any], writes: list[str]) -> Callable[..., Any]:
    def write(**how: bool) -> Any:
        writes.append("a transaction")
        return writing(**how)

    return write


ADMITTED = {state: stage for state, stage in STAGES.items() if state is not EditState.HELD}
BEFORE = edit(owner="mine", status_message_id=7)
MOVES = [
    (BEFORE, replace(BEFORE, stage=Submitting(), submits=1)),
    (replace(BEFORE, owner=None), replace(BEFORE, stage=Submitting())),
    (replace(BEFORE, stage=Submitting()), replace(BEFORE, stage=Processing(TASK))),
    (BEFORE, replace(BEFORE, due_at=None)),
    (replace(BEFORE, status_message_id=None), replace(BEFORE, due_at=None, status_message_id=None)),
    (replace(BEFORE, status_message_id=None), replace(BEFORE, is_told=True, status_message_id=None)),
    (replace(BEFORE, is_late=True), replace(BEFORE, is_late=True, due_at=None)),
    (replace(BEFORE, attempts=3), replace(BEFORE, attempts=3, sends=1)),
]


@pytest.mark.parametrize(("before", "after"), MOVES)
async def test_the_fake_of_the_cores_tests_moves_as_this_store_does(
    store: SqlEditStore, before: Edit, after: Edit
) -> None:
    fake = World().store
    for each in (store, fake):
        assert await each.admit(BEFORE, NO_LIMITS, NOW) == BEFORE
    assert await fake.move(before, after) == await store.move(before, after)
    assert await fake.get(BEFORE.id) == await store.get(BEFORE.id)


@pytest.mark.parametrize("stage", ADMITTED.values(), ids=ADMITTED)
@pytest.mark.parametrize("message_id", [81, None])
@pytest.mark.parametrize("owner", ["mine", "another"])
async def test_the_fake_of_the_cores_tests_notes_cards_as_this_store_does(
    store: SqlEditStore, stage: Stage, message_id: int | None, owner: str
) -> None:
    fake, later = World().store, NOW + SECOND
    kept = edit(owner="mine", stage=stage, is_told=True, due_at=None)
    for each in (store, fake):
        assert await each.admit(kept, NO_LIMITS, NOW) == kept
    carded = replace(kept, owner=owner)
    assert await fake.note_card(carded, message_id, later) == await store.note_card(carded, message_id, later)
    assert await fake.get(kept.id) == await store.get(kept.id)
