from bot.core.errors import Reason
from bot.core.stages import EditState, Processing
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.waiting import WaitingEdits
from tests.factories import NO_LIMITS, NOW, STAGES, TASK, edit


async def test_edits_that_wait_are_counted_by_what_they_wait_for(
    database: Database, store: SqlEditStore
) -> None:
    waiting = [
        edit(blocked_by=Reason.OUT_OF_CREDIT),
        edit(blocked_by=Reason.OUT_OF_CREDIT, attempts=3),
        edit(stage=STAGES[EditState.READY], blocked_by=Reason.MAY_NOT_SEND),
        edit(),
    ]
    others = [
        edit(stage=Processing(TASK)),
        edit(stage=STAGES[EditState.FAILED], blocked_by=Reason.SERVICE_DOWN, due_at=None),
    ]
    for each in (*waiting, *others):
        await store.admit(each, NO_LIMITS, NOW)
    assert await WaitingEdits(database).by_reason() == {"out_of_credit": 2, "may_not_send": 1, "turn": 1}
