"""The desk: wishes go to the core, and their edits are looked at."""

from dataclasses import replace

import pytest

from bot.core.edits import EditState
from bot.core.limits import Refusal
from tests.conversation.fakes import Room
from tests.conversation.texts.samples import AT_ONCE
from tests.factories import STAGES, request


async def test_what_was_admitted_is_looked_at() -> None:
    room = Room()
    admitted = await room.tools.desk.admit(request())
    assert room.woken == [*room.edits]
    assert [admitted] == [*room.edits.values()]


async def test_what_was_refused_is_not() -> None:
    room = Room()
    room.service.refusal = Refusal(AT_ONCE)
    assert await room.tools.desk.admit(request()) == Refusal(AT_ONCE)
    assert not room.woken


@pytest.mark.parametrize("state", EditState)
async def test_what_was_cancelled_is_looked_at_for_its_card(state: EditState) -> None:
    room = Room()
    edit = room.has(stage=STAGES[state])
    cancelled = await room.tools.desk.cancel(edit)
    assert cancelled == edit.is_cancellable
    assert room.woken == ([edit.id] if cancelled else [])


async def test_what_changed_meanwhile_is_cancelled_as_it_stands() -> None:
    room = Room()
    edit = room.has()
    room.edits[edit.id] = replace(edit, stage=STAGES[EditState.DELIVERED])
    assert not await room.tools.desk.cancel(edit)


async def test_what_was_abandoned_is_looked_at() -> None:
    room = Room()
    edit = room.has()
    await room.tools.desk.abandon(edit)
    assert room.edits[edit.id].state is EditState.FAILED
    assert room.woken == [edit.id]
