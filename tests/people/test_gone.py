"""Chats that go away or move while an edit is under way."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.conversation.texts import alerts
from bot.core.errors import Reason
from bot.core.stages import EditState
from bot.storage.database import Database
from bot.storage.tables import EDITS
from tests.harness.chats import AGAIN, EN, answers, card_of, hears
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.world import World, prompts, quick_bot


@pytest.mark.parametrize("painted", [False, True], ids=["while it is painted", "when it is ready"])
async def test_an_edit_of_somebody_who_blocked_the_bot_ends_quietly(tmp_path: Path, painted: bool) -> None:
    async with quick_bot(tmp_path, 0.8, admin_ids=frozenset({7})) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        await card_of(ada.private, asked)
        await until(lambda: bool(world.nanobanana.tasks))
        if painted:  # and nobody tells the bot: it learns of it when it sends
            ada.private.record.bot_status = "kicked"
            await until(lambda: bool(world.telegram.calls_of("sendPhoto")))
        else:
            ada.blocks_bot()
            await asyncio.sleep(0.3)
        count = len(world.telegram.calls)
        await asyncio.sleep(1.2)
        assert [call.method for call in world.telegram.calls[count:] if call.method != "getUpdates"] == []
        assert await states(world) == [(EditState.FAILED, Reason.CHAT_GONE)]
        assert len(world.telegram.calls_of("sendPhoto")) == painted
        ada.private.record.bot_status = "member"
        await hears(ada.private, ada.writes("/limits"), "This chat may")


async def test_an_edit_in_a_group_that_removed_the_bot_ends_quietly(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 0.8) as world:
        ada = world.ada
        group = world.telegram.people.group("Friends", ada)
        asked = ada.sends_photo(picture(96, 64), "/sketch@nanobanana_bot", chat=group)
        await card_of(group, asked)
        await until(lambda: bool(world.nanobanana.tasks))
        ada.removes_bot(group)
        await asyncio.sleep(1.2)
        assert await states(world) == [(EditState.FAILED, Reason.CHAT_GONE)]
        assert not world.telegram.calls_of("sendPhoto")
        ada.adds_bot(group)
        again = ada.sends_photo(picture(96, 65), "/sketch@nanobanana_bot", chat=group)
        await world.result(group, again)


async def test_a_group_that_becomes_a_supergroup_takes_its_edits_along(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 0.8, rate_limit_edits=2) as world:
        ada = world.ada
        small = world.telegram.people.basic_group("Friends", ada)
        asked = ada.sends_photo(picture(96, 64), "/sketch@nanobanana_bot", chat=small)
        await card_of(small, asked)
        await until(lambda: bool(world.nanobanana.tasks))
        large = world.telegram.people.migrate(small)
        result = await large.wait_for(lambda messages: next((m for m in messages if m.photo_size), None))
        assert (result.photo_size, AGAIN in result.labels) == ((96, 64), True)
        assert (await ada.presses(result, AGAIN).answer()).text == alerts.started(EN)
        await large.wait_for(lambda messages: len([m for m in messages if m.photo_size]) == 2)
        full = ada.sends_photo(picture(96, 65), "/sketch@nanobanana_bot", chat=large)
        await hears(large, full, "The limit in this chat is 2 edits an hour.")
        assert len(prompts(world)) == 2


async def test_a_result_follows_a_group_whose_move_the_bot_did_not_hear_of(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 0.8) as world:
        ada = world.ada
        small = world.telegram.people.basic_group("Friends", ada)
        asked = ada.sends_photo(picture(96, 64), "/sketch@nanobanana_bot", chat=small)
        await card_of(small, asked)
        updates = world.telegram.world.updates
        large = world.telegram.people.migrate(small)
        updates.clear()
        result = await large.wait_for(lambda messages: next((m for m in messages if m.photo_size), None))
        assert AGAIN in result.labels
        assert len(world.telegram.calls_of("sendPhoto")) == 2


async def test_a_topic_that_was_closed_gets_its_result_in_the_group(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 0.8) as world:
        ada, people = world.ada, world.telegram.people
        forum = people.group("Forum", ada, forum=True)
        topic = people.topic(forum, "Pictures")
        asked = ada.sends_photo(picture(96, 64), "/sketch@nanobanana_bot", chat=forum, thread_id=topic)
        await card_of(forum, asked)
        del forum.record.topics[topic]
        result = await forum.wait_for(
            lambda messages: next((m for m in messages if m.by_bot and m.photo_size), None)
        )
        assert result.photo_size == (96, 64)
        assert answers(forum.messages(), asked)[-1].message_id == result.message_id


async def states(world: World) -> list[tuple[EditState, Reason | None]]:
    database = Database.open(world.settings.database_url)
    try:
        async with database.reading() as connection:
            rows = await connection.execute(select(EDITS.c.state, EDITS.c.failure))
            return [(row.state, row.failure) for row in rows]
    finally:
        await database.aclose()
