"""/status, /cancel and /limits, and what a chat's limit means for the people in it."""

import asyncio
import functools
import re
from pathlib import Path

import pytest

from bot.conversation.features.cancel import nothing_to_cancel
from bot.conversation.features.hold import held_alert
from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from bot.sandbox.telegram.people import Answer
from tests.harness.chats import CANCEL, EN, card_of, failure_of, hears, limits_line
from tests.harness.clock import finish_tasks, until
from tests.harness.pictures import picture
from tests.harness.tables import SqliteTables
from tests.harness.world import World, prompts, quick_bot

FULL = "The limit in this chat is 1 edit an hour. The next place is free in 1 h."


def has_tasks(world: World, count: int) -> bool:
    return len(world.nanobanana.tasks) == count


async def test_status_and_cancel_are_about_ones_own_edits_in_this_chat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.outbox.budgets.NOT_FOR_RESULTS", 20)  # much is said here
    async with quick_bot(tmp_path, 20, forgiven_edits=9) as world:
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
        assert one.text == "Cancelled 1 edit. It was not counted."
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
        assert both.text == "Cancelled 2 edits. They were not counted."
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
            "At most 5 edits at a time. 20 more may wait in line.",
            "What fails, or is cancelled before it is paid for, is not counted.",
            "Of what is paid for, and then cancelled or declined, up to 3 edits are not counted.",
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
        answer = await hears(ada.private, refused, "The limit in this chat is 1 edit a minute.")
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
        refused = [m for m in group.bot_messages() if m.text.startswith("The limit in this chat is 3 edits")]
        assert (len(prompts(world)), len(refused)) == (3, 1)  # equal refusals are said once


async def test_what_a_chat_may_not_have_at_once_waits_in_line_and_only_a_long_line_is_refused(
    tmp_path: Path,
) -> None:
    at_once = {"max_active_edits_per_chat": 1, "max_waiting_edits_per_chat": 2}
    async with quick_bot(tmp_path, 60, **at_once) as world:
        ada = world.ada
        asked = [ada.sends_photo(picture(96, 64 + n), "/sketch") for n in range(3)]
        for place, waiting in enumerate(asked[1:], 1):
            await hears(ada.private, waiting, f"✏️ Sketch\nNumber {place} in line here.")
        refused = ada.sends_photo(picture(96, 70), "/sketch")
        await hears(ada.private, refused, "This chat already has 3 edits under way or in line.")
        assert await limits_line(ada) == "Used: 3. Left: 17."
        assert len(world.nanobanana.tasks) == 1
        finish_tasks(world.nanobanana)
        await world.result(ada.private, asked[0])
        await hears(ada.private, asked[2], "✏️ Sketch\nNumber 1 in line here.")
        await until(lambda: len(world.nanobanana.tasks) == 2)


async def test_a_cancelled_task_is_in_flight_until_it_has_ended(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 60, nanobanana_tasks_in_flight=1) as world:
        ada = world.ada
        await card_of(ada.private, ada.sends_photo(picture(96, 64), "/sketch"))
        await until(lambda: len(world.nanobanana.tasks) == 1)
        await hears(ada.private, ada.writes("/cancel"), "Cancelled 1 edit.")
        second = ada.sends_photo(picture(96, 65), "/sketch")
        await hears(ada.private, second, "✏️ Sketch\nWaiting. 1 edit goes before this one.")
        assert len(world.nanobanana.tasks) == 1
        finish_tasks(world.nanobanana)
        await until(lambda: len(world.nanobanana.tasks) == 2)


async def test_a_held_place_is_shown_given_up_and_taken_by_itself(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, rate_limit_edits=1) as world:
        ada = world.ada
        await world.result(ada.private, ada.sends_photo(picture(96, 64), "/sketch"))
        asked = [ada.sends_photo(picture(96, 65 + n), "/oil") for n in range(2)]
        for each in asked:
            refusal = await hears(ada.private, each, FULL)
            pressed = ada.presses(refusal, "⏳ Do it in 1 h")
            assert await pressed.answer() == Answer(held_alert(EN), show_alert=False)
            await hears(ada.private, each, "🖼️ Oil\n⏳ Held for you. I begin at ")
        status = await hears(ada.private, ada.writes("/status"), "Under way")
        assert status.text.count("⏳ Held for you.") == 2
        assert status.labels == ["✖️ 🖼️ Oil"] * 2
        limits = await hears(ada.private, ada.writes("/limits"), "This chat may ask for")
        assert limits.text.splitlines()[2:5] == [
            "Held: 2.",
            "The next place is free in 3 h.",
            "You hold 2 places of at most 3.",
        ]
        first = ada.presses(status, status.buttons[0][0].data or "")
        assert await first.answer() == Answer("Cancelled. It was not counted.", show_alert=False)
        assert len(world.nanobanana.tasks) == 1
        tables = SqliteTables(world.data / "bot.db")
        long_ago = "UPDATE edits SET created_at = '2026-01-01 00:00:00.000000' WHERE state = 'delivered'"
        await asyncio.to_thread(tables.ask, long_ago)
        await world.result(ada.private, asked[1])


async def test_who_cancels_what_is_paid_for_is_forgiven_a_few_times_and_told_when_not(tmp_path: Path) -> None:
    """It made the provider paint without end, and counted nothing."""
    own = {"person_limit_edits": 2, "forgiven_edits": 1}
    async with quick_bot(tmp_path, 60, **own) as world:
        ada, told = world.ada, list[str]()
        for number in range(3):
            asked = ada.sends_photo(picture(96, 64 + number), "/sketch")
            card = await card_of(ada.private, asked)
            await until(functools.partial(has_tasks, world, number + 1))
            ada.presses(card, CANCEL)
            told.append((await hears(ada.private, asked, "Cancelled. ")).text)
        counted = "Cancelled. It had been paid for already, so it is counted."
        assert told == ["Cancelled. It was not counted.", counted, counted]
        full = "Your limit in all chats together is 2 edits an hour. The next place is free in 1 h."
        await hears(ada.private, ada.sends_photo(picture(96, 70), "/sketch"), full)
        assert len(world.nanobanana.tasks) == 3


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
        assert answer.text.splitlines()[1] == "At most 5 edits at a time. 20 more may wait in line."
