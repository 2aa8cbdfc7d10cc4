"""Who wants to spend the owner's credit: the dearest hour is what the operators' table says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.limits import Refusal
from bot.core.stages import Cancelled, Failed, Processing, Ready, Stage, Task
from bot.settings import Settings
from bot.storage.edits import SqlEditStore
from bot.wiring.outside import limits
from tests.factories import NOW, RESULT, edit
from tests.tools.worst_hour import DEFAULT

HOUR, STEP = timedelta(hours=1), timedelta(minutes=1)
LIMITS = limits(
    Settings.model_validate(
        {"telegram_bot_token": "1:a", "nanobanana_api_key": "k", "public_url": "https://bot.example"}
    )
)
End = Callable[[Task, datetime], Stage]
ENDS: dict[str, End] = {
    "cancelled after the create call": lambda task, at: Cancelled(at, task),
    "declined by content rules": lambda task, at: Failed(Reason.POLICY, at, task),
    "blocked or removed": lambda task, at: Failed(Reason.CHAT_GONE, at, task),
    "pictures forbidden": lambda task, at: Failed(Reason.CANNOT_SEND, at, task),
}


async def paid(
    store: SqlEditStore, chats: list[int], people: list[int], end: End, hours: float
) -> list[Edit]:
    """Everybody asks everywhere, every minute, and has each task end in vain: what was paid."""
    now, made = NOW, list[Edit]()
    while now < NOW + hours * HOUR:
        for chat, person in ((chat, person) for chat in chats for person in people):
            admitted = await store.admit(edit(chat_id=chat, requester_id=person, created_at=now), LIMITS, now)
            if isinstance(admitted, Refusal):
                continue
            task = Task("t", now)
            running = replace(admitted, stage=Processing(task), submits=1)
            assert await store.move(admitted, running)
            if end is ENDS["pictures forbidden"]:
                ready = replace(running, stage=Ready(task, RESULT), blocked_by=Reason.MAY_NOT_SEND)
                running = await store.move(running, ready) or running
            assert await store.end(running, replace(running, stage=end(task, now)), LIMITS)
            made.append(admitted)
        now += STEP
    return made


def dearest_hour(made: list[Edit]) -> int:
    moments = [each.created_at for each in made]
    return max(sum(at <= other < at + HOUR for other in moments) for at in moments)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_one_person_in_private(store: SqlEditStore, end: End) -> None:
    made = await paid(store, [7], [7], end, hours=1.5)
    assert dearest_hour(made) == DEFAULT.of(1, 1) == 13


async def test_one_person_in_eight_chats(store: SqlEditStore) -> None:
    made = await paid(store, [7, *range(-7, 0)], [7], ENDS["cancelled after the create call"], hours=1.2)
    assert dearest_hour(made) == DEFAULT.of(1, 1)


async def test_many_people_in_one_group(store: SqlEditStore) -> None:
    made = await paid(store, [-7], list(range(1, 6)), ENDS["declined by content rules"], hours=1.2)
    assert dearest_hour(made) == DEFAULT.of(1, 5) == 35
