"""When a status card is edited."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.core.provider import Place
from tests.telegram.fake_telegram import Call
from tests.telegram.outbox.edit_world import ADA, FAILED, GROUP, PROCESSING, READY, EditWorld, an_edit, settle


@pytest.fixture
async def world() -> AsyncIterator[EditWorld]:
    async with aclosing(EditWorld()) as world:
        yield world


@pytest.mark.parametrize(("chat_id", "apart"), [(ADA, 3), (GROUP, 10)])
async def test_what_is_new_is_shown_at_once_and_then_at_most_so_often(
    world: EditWorld, chat_id: int, apart: int
) -> None:
    edit = await world.posted(an_edit(chat_id))
    world.board.show(edit)
    await settle()
    assert world.texts == []  # the card says that already
    edit = replace(edit, stage=PROCESSING)
    world.board.show(edit)
    await settle()
    assert world.texts == ["processing 0 0"]
    world.board.show(edit, Place(2))
    await world.passes(apart - 0.1)
    assert len(world.texts) == 1
    await world.passes(0.1)
    assert world.texts == ["processing 0 0", "processing 0 2"]
    for _ in range(5):
        await world.passes(1)
    assert len(world.texts) == 2
    await world.passes(30)
    assert world.texts[-1] == "processing 1 2"


async def test_a_picture_that_is_ready_is_mostly_there_before_its_card_says_so(world: EditWorld) -> None:
    edit = await world.posted(an_edit())
    world.board.show(replace(edit, stage=READY))
    await settle()
    assert world.texts == []
    await world.passes(1)
    assert world.texts == ["ready 0 0"]


async def test_a_card_of_before_a_restart_follows_again(world: EditWorld) -> None:
    edit = an_edit(stage=PROCESSING, status_message_id=400)
    world.board.show(edit)
    await world.passes(3)
    assert [sent["message_id"] for sent in world.telegram.of("editMessageText")] == [400]


async def test_the_card_of_a_group_that_moved_is_left_behind(world: EditWorld) -> None:
    """Its number may be that of another message in the supergroup."""
    edit = await world.posted(an_edit(chat_id=-5))
    moved = replace(edit.request, chat_id=-1_005)
    world.board.show(replace(edit, request=moved, stage=PROCESSING, status_message_id=None))
    await world.passes(20)
    assert world.texts == []


async def test_a_card_that_waits_is_not_told_again_after_a_restart_what_it_says(world: EditWorld) -> None:
    edit = an_edit(status_message_id=400)
    world.board.show(edit)
    await world.passes(20)
    assert world.texts == []
    world.board.show(replace(edit, stage=PROCESSING))
    await settle()
    assert world.texts == ["processing 0 0"]


async def test_a_card_is_left_in_peace_for_as_long_as_telegram_says(world: EditWorld) -> None:
    edit = replace(await world.posted(an_edit()), stage=PROCESSING)
    world.telegram.will_refuse("editMessageText", 429, "Too Many Requests", retry_after=9)
    world.board.show(edit)
    await settle()
    await world.passes(8)
    assert len(world.texts) == 1
    await world.passes(1)
    assert world.texts == ["processing 0 0"] * 2


async def test_an_ended_edit_and_anothers_are_shown_no_more(world: EditWorld) -> None:
    edit = replace(await world.posted(an_edit()), stage=PROCESSING)
    world.board.show(edit)
    world.board.show(replace(edit, stage=FAILED))
    other = replace(await world.posted(an_edit(GROUP)), stage=PROCESSING)
    world.board.show(other)
    world.board.clear()
    await world.passes(60)
    assert world.texts == []


async def test_the_upload_is_shown_in_private_as_long_as_there_is_work(world: EditWorld) -> None:
    for chat_id in (ADA, GROUP):
        edit = await world.posted(an_edit(chat_id))
        world.board.show(edit)
        await world.passes(1)
        world.board.show(replace(edit, stage=PROCESSING))
    for _ in range(9):
        await world.passes(1)
    assert [sent["chat_id"] for sent in world.telegram.of("sendChatAction")] == [ADA, ADA]


async def test_a_slow_chat_holds_up_no_other_card(world: EditWorld) -> None:
    never = asyncio.Event()

    async def slow(call: Call) -> None:
        if call.method == "editMessageText" and call.data["chat_id"] == ADA:
            await never.wait()

    world.telegram.before = slow
    for chat_id in (ADA, GROUP):
        world.board.show(replace(await world.posted(an_edit(chat_id)), stage=PROCESSING))
    await settle()
    assert [sent["chat_id"] for sent in world.telegram.of("editMessageText")] == [ADA, GROUP]
