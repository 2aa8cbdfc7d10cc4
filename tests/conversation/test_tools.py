"""The desk: wishes go to the core, and their edits are looked at."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.edits import Edit
from bot.core.limits import Refusal
from bot.core.stages import EditState
from tests.conversation.fakes import Room
from tests.conversation.texts.samples import HOURLY, UNFINISHED
from tests.factories import STAGES, request


async def test_what_was_admitted_is_looked_at() -> None:
    room = Room()
    admitted = await room.tools.desk.admit([request()])
    assert room.woken == [*room.edits]
    assert [admitted] == [*room.edits.values()]


async def test_what_was_refused_is_not() -> None:
    room = Room()
    room.service.refusal = Refusal(UNFINISHED)
    assert await room.tools.desk.admit([request()]) == Refusal(UNFINISHED)
    assert not room.woken
    assert not room.refused.kept


async def test_what_was_refused_for_a_while_can_be_held() -> None:
    room, asked = Room(), request()
    for days, is_kept in ((2, False), (1, True)):
        room.service.refusal = Refusal(HOURLY, room.now + timedelta(days=days))
        await room.tools.desk.admit([asked])
        assert (await room.tools.desk.refused(asked.update_id) == [asked]) is is_kept
    held = await room.tools.desk.hold([asked])
    assert isinstance(held, Edit)
    assert held.state is EditState.HELD
    assert room.woken == [held.id]


@pytest.mark.parametrize("state", EditState)
async def test_what_was_cancelled_is_looked_at_for_its_card(state: EditState) -> None:
    room = Room()
    edit = room.has(stage=STAGES[state])
    cancelled = await room.tools.desk.cancel(edit)
    assert (cancelled is not None) is edit.is_cancellable
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
