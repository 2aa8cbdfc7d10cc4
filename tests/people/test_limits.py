"""/status, /cancel and /limits, and what a chat's limit means for the people in it."""

import asyncio
import re
from pathlib import Path

import pytest

from bot.conversation.features.cancel import cancelled_text, nothing_to_cancel
from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from tests.harness.chats import EN, card_of, failure_of, hears, limits_line, plain
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.tables import SqliteTables
from tests.harness.world import prompts, quick_bot

FULL = "This chat has used its 1 edit an hour. The next place is free in 1 h."


async def test_status_and_cancel_are_about_ones_own_edits_in_this_chat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.outbox.budgets.NOT_FOR_RESULTS", 20)  # much is said here
    async with quick_bot(tmp_path, 20) as world:
        ada, ben = world.ada, world.telegram.people.person("Ben")
        group = world.telegram.people.group("Friends", ada, ben)
        private = ada.sends_photo(picture(96, 60), "/oil")
        mine = [ada.sends_photo(picture(96, n), "/sketch@nanobanana_bot", chat=group) for n in (64, 65)]
        bens = ben.sends_photo(picture(96, 66), "/edit@nanobanana_bot make <b>it</b> blue", chat=group)
        for asked in (*mine, bens):
            await card_of(group, asked)
        await until(lambda: len(world.nanobanana.tasks) == 4)
        status = await hears(group, ben.writes("/status", chat=group), "Under way")
        assert status.text.splitlines()[1] == "make <b>it</b> blue"
        assert len(status.text.splitlines()) == 3
        one = await hears(group, ada.writes("/cancel", chat=group, reply_to=mine[0]), "Cancelled 1 edit.")
        assert one.text == plain(cancelled_text(EN, 1))
        nothing = nothing_to_cancel(EN)
        for message in (mine[0], bens):
            await hears(group, ada.writes("/cancel", chat=group, reply_to=message), nothing)
        await hears(group, ada.writes("/cancel", chat=group, reply_to=one), "Cancelled 1 edit.")
        await hears(group, ada.writes("/cancel", chat=group), nothing)
        await card_of(group, bens)
        await card_of(ada.private, private)
        ada.sends_photo(picture(96, 61), "/oil")
        await until(lambda: len(world.nanobanana.tasks) == 5)
        both = await hears(ada.private, ada.writes("/cancel"), "Cancelled 2 edits.")
        assert both.text == plain(cancelled_text(EN, 2))
        lately = await hears(ada.private, ada.writes("/status"), "You have no edits under way here.")
        assert "🖼️ Oil · cancelled a moment ago, not counted" in lately.text.splitlines()


async def test_a_full_chat_is_told_when_there_is_a_place_again(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, rate_limit_edits=1) as world:
        ada = world.ada
        await world.result(ada.private, ada.sends_photo(picture(96, 64), "/sketch"))
        refused = ada.sends_photo(picture(96, 65), "/sketch")
        await hears(ada.private, refused, FULL)
        told = await hears(ada.private, ada.writes("/limits"), "This chat may ask for")
        assert told.text.splitlines() == [
            "This chat may ask for 1 edit an hour.",
            "Used: 1. Left: 0.",
            "The next place is free in 1 h.",
            "At most 5 edits at a time.",
            "Failed and cancelled edits are not counted.",
        ]
        group = world.telegram.people.group("Friends", ada)
        elsewhere = ada.sends_photo(picture(96, 66), "/sketch@nanobanana_bot", chat=group)
        await world.result(group, elsewhere)
        assert len(prompts(world)) == 2


async def test_a_place_is_free_again_after_the_window(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, rate_limit_edits=1, rate_limit_window_seconds=60) as world:
        ada = world.ada
        first = ada.sends_photo(picture(96, 64), "/sketch")
        await card_of(ada.private, first)
        refused = ada.sends_photo(picture(96, 65), "/sketch")
        answer = await hears(ada.private, refused, "This chat has used its 1 edit a minute.")
        assert re.search(r"free in (1 min|\d+ s)\.$", answer.text)
        tables = SqliteTables(world.data / "bot.db")
        # In a thread: the bot in this one may be in a transaction of its own, which has to come to its end.
        await asyncio.to_thread(tables.ask, "UPDATE edits SET created_at = '2026-01-01 00:00:00.000000'")
        await world.result(ada.private, ada.sends_photo(picture(96, 66), "/sketch"))


async def test_of_many_requests_at_once_exactly_the_limit_is_taken(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, rate_limit_edits=3, max_active_edits_per_chat=10) as world:
        members = [world.telegram.people.person(f"P{number}") for number in range(8)]
        group = world.telegram.people.group("Friends", *members)
        for member in members:
            member.sends_photo(picture(96, 64), "/sketch@nanobanana_bot", chat=group)
        assert await limits_line(members[0], group) == "Used: 3. Left: 0."  # after all of them
        await group.wait_for(lambda messages: len([m for m in messages if m.by_bot and m.photo_size]) == 3)
        refused = [m for m in group.bot_messages() if m.text.startswith("This chat has used its 3 edits")]
        assert (len(prompts(world)), len(refused)) == (3, 1)  # equal refusals are said once


async def test_a_chat_has_only_so_many_edits_at_a_time(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 3.0, max_active_edits_per_chat=1) as world:
        ada = world.ada
        await card_of(ada.private, ada.sends_photo(picture(96, 64), "/sketch"))
        refused = ada.sends_photo(picture(96, 65), "/sketch")
        busy = "This chat already has 1 edit under way. Ask again once it is done."
        await hears(ada.private, refused, busy)
        assert await limits_line(ada) == "Used: 1. Left: 19."


async def test_failed_and_cancelled_edits_give_their_place_back(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 0.6, rate_limit_edits=1) as world:
        ada = world.ada
        world.nanobanana.play("flag-3-policy")
        failed = ada.sends_photo(picture(96, 64), "/sketch")
        await failure_of(ada.private, failed, reason_sentence(EN, Reason.POLICY))
        cancelled = ada.sends_photo(picture(96, 65), "/sketch")
        await card_of(ada.private, cancelled)
        await until(lambda: len(world.nanobanana.tasks) == 2)
        await hears(ada.private, ada.writes("/cancel"), "Cancelled 1 edit.")
        assert await limits_line(ada) == "Used: 0. Left: 1."
        await world.result(ada.private, ada.sends_photo(picture(96, 66), "/sketch"))
        await hears(ada.private, ada.sends_photo(picture(96, 67), "/sketch"), FULL)


async def test_without_a_limit_there_is_none_to_tell_of(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, rate_limit_edits=0) as world:
        answer = await hears(world.ada.private, world.ada.writes("/limits"), "There is no limit")
        assert answer.text.splitlines()[1] == "At most 5 edits at a time."
