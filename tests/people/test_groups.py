"""Groups: the bot does what it is asked, in the right place, and otherwise is not noticed."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation.features.help import help_text, start_text
from bot.conversation.guests import not_allowed_text
from bot.conversation.texts import alerts
from bot.conversation.texts.groups import group_help_text
from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from bot.core.presets import full_prompt
from bot.sandbox.telegram.people import Chat
from tests.harness.chats import AGAIN, EN, FR, GREETINGS, answers, card_of, hears, next_result, plain, said_in
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.world import prompts, quick_bot


async def test_a_request_in_a_topic_is_answered_in_that_topic(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 0.6) as world:
        ada, people = world.ada, world.telegram.people
        forum = people.group("Forum", ada, forum=True)
        topic = people.topic(forum, "Pictures")
        within = ada.sends_photo(
            picture(800, 600), "/edit@nanobanana_bot make it blue", chat=forum, thread_id=topic
        )
        general = ada.sends_photo(picture(801, 600), "/edit@nanobanana_bot make it red", chat=forum)
        threads = ((within, topic), (general, None))
        for asked, thread_id in threads:
            card = await card_of(forum, asked)
            assert (card.thread_id, card.is_silent) == (thread_id, True)
        for asked, thread_id in threads:
            result = await world.result(forum, asked)
            assert result.thread_id == thread_id
            assert result.photo_size == asked.photo_size
        words = ada.writes("/limits", chat=forum, thread_id=topic)
        assert (await hears(forum, words, "This chat may ask for")).thread_id == topic
        lacking = ada.writes("/sketch", chat=forum, thread_id=topic)
        assert (await hears(forum, lacking, "Which photo?")).thread_id == topic


async def test_an_edit_of_somebody_elses_photo_belongs_to_who_asked(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada, ben = world.ada, world.telegram.people.person("Ben")
        group = world.telegram.people.group("Friends", ada, ben)
        photo = ben.sends_photo(picture(96, 64), chat=group)
        command = ada.writes("/sketch", chat=group, reply_to=photo)
        result = await world.result(group, photo)
        await group.wait_for(lambda messages: not answers(messages, command))
        refused = await ben.presses(result, AGAIN).answer()
        assert (refused.text, refused.show_alert) == (alerts.not_yours(EN, ada.id), True)
        assert (await ada.presses(result, AGAIN).answer()).text == alerts.started(EN)


async def test_a_corrected_command_in_a_group_is_heard_once(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        group = world.telegram.people.group("Friends", ada)
        photo = ada.sends_photo(picture(96, 64), "sketch, please", chat=group)
        for caption in ("/sketch@nanobanana_bot", "/oil@nanobanana_bot"):
            ada.edits(photo, caption)
        await world.result(group, photo)
        await asyncio.sleep(0.3)
        assert prompts(world) == [full_prompt("sketch", "")]


async def test_the_bot_is_silent_about_what_is_not_for_it(tmp_path: Path) -> None:
    """Even as one that reads everything."""
    async with quick_bot(tmp_path, sandbox={"privacy": False}) as world:
        ada, people = world.ada, world.telegram.people
        group = people.group("Friends", ada)
        photo = ada.sends_photo(picture(96, 64), chat=group)
        ada.sends_photo(picture(96, 65), "make it blue", chat=group)
        ada.sends_photo(picture(96, 66), "/sketch@other_bot", chat=group)
        ada.sends_file(b"hello", "notes.txt", "text/plain", chat=group)
        ada.writes("hello there", chat=group)
        ada.writes("nice one", chat=group, reply_to=photo)
        ada.writes("/weather in Paris", chat=group)
        ada.writes("/sketch@other_bot", chat=group, reply_to=photo)
        for kind in ("edited_message", "channel_post"):
            people.sends_raw_update({kind: {**photo.raw, "caption": "/sketch"}})
        await hears(group, ada.writes("/limits", chat=group), "This chat may ask for")
        await asyncio.sleep(0.3)
        assert [plain("Used: 0. Left: 20.") in each.text for each in said_in(group)] == [True]
        assert not prompts(world)


async def test_another_bots_request_starts_nothing(tmp_path: Path) -> None:
    """Two bots could keep each other busy for ever."""
    async with quick_bot(tmp_path, sandbox={"privacy": False}) as world:
        group = world.telegram.people.group("Friends", world.ada)
        asked = world.ada.writes("/status", chat=group)
        await hears(group, asked, "You have no edits")
        robot = {"id": 77, "is_bot": True, "first_name": "Robot"}
        world.telegram.people.sends_raw_update({"message": {**asked.raw, "from": robot}})
        await hears(group, world.ada.writes("/limits", chat=group), "This chat may")
        assert len(said_in(group)) == 2


async def test_a_group_that_the_bot_was_added_to_is_greeted_silently_and_once(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        group = world.telegram.people.group("Friends", ada)
        [greeting] = await group.wait_for(lambda _: group.bot_messages())
        assert (greeting.text, greeting.is_silent) == (GREETING, True)
        ada.removes_bot(group)
        ada.adds_bot(group)
        await hears(group, ada.writes("/limits", chat=group), "This chat may ask for")
        assert [each.text for each in group.bot_messages()].count(GREETING) == 1


async def test_help_in_a_group_tells_what_the_bot_can_see(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        group = world.telegram.people.group("Friends", world.ada)
        answer = await hears(group, world.ada.writes("/help", chat=group), GROUP_HELP)
        assert (answer.is_silent, answer.labels) == (True, ["Open the private chat"])
        assert len(answer.text.splitlines()) == 4
        assert "Telegram shows me only commands with my name, also in captions" in answer.text
        assert "/sketch@nanobanana_bot" in answer.text
        own = await hears(world.ada.private, world.ada.writes("/help"), "With a caption")
        assert own.text == plain(help_text(EN))


async def test_a_group_that_is_not_allowed_is_told_once_and_left(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, allowed_chats=frozenset({-1})) as world:
        ada, people = world.ada, world.telegram.people
        group = people.group("Strangers", ada)
        await left(group)
        told = plain(not_allowed_text(EN, group.id))
        assert [each.text for each in group.bot_messages()] == [told]
        ada.adds_bot(group)
        ada.writes("/help", chat=group)
        await left(group)
        assert [each.text for each in group.bot_messages()] == [told]


async def test_a_group_that_lets_nobody_write_is_left_all_the_same(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, allowed_chats=frozenset({-1})) as world:
        group = world.telegram.people.group("Strangers")
        group.refuses("text messages")
        await left(group)
        assert not group.bot_messages()


async def test_a_person_who_is_not_allowed_is_told_once(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, allowed_chats=frozenset({-1})) as world:
        zoe = world.telegram.people.person("Zoé", language_code="fr-CA")
        first = zoe.sends_photo(picture(96, 64), "/sketch")
        await hears(zoe.private, first, not_allowed_text(FR, zoe.id))
        zoe.writes("/start")
        zoe.writes("hello?")
        await asyncio.sleep(0.4)
        assert len(zoe.private.bot_messages()) == 1
        assert not prompts(world)


async def test_allowed_chats_and_admins_are_served(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, allowed_chats=frozenset({510_001_862})) as world:
        assert world.ada.id == 510_001_862
        await world.result(world.ada.private, world.ada.sends_photo(picture(96, 64), "/sketch"))
    async with quick_bot(
        tmp_path / "2", allowed_chats=frozenset({-1}), admin_ids=frozenset({510_001_862})
    ) as world:
        welcome = start_text(EN, bot_name="NanoBanana")
        await hears(world.ada.private, world.ada.writes("/start"), welcome)


async def left(group: Chat) -> None:
    await until(lambda: group.record.bot_status == "left")


GREETING = plain(GREETINGS[0])
GROUP_HELP = group_help_text(EN, "nanobanana_bot", sees_all=False)


async def test_a_group_that_takes_no_pictures_is_told_once_and_nothing_is_paid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.rights._KEEP_NO", timedelta(0))
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        group = world.telegram.people.group("Friends", ada)
        group.refuses("photos", "documents")
        asked = [ada.sends_photo(picture(96, 64 + n), "/sketch@nanobanana_bot", chat=group) for n in range(3)]
        await hears(group, asked[0], reason_sentence(EN, Reason.MAY_NOT_SEND))
        await hears(group, ada.writes("/limits", chat=group), "This chat may ask for")
        assert len(said_in(group)) == 2
        assert not prompts(world)
        group.refuses()
        late = ada.sends_photo(picture(96, 70), "/sketch@nanobanana_bot", chat=group)
        await world.result(group, late)


async def test_a_finished_picture_waits_for_the_right_to_send_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.rights._KEEP_NO", timedelta(0))
    monkeypatch.setattr("bot.telegram.outbox.chat._ASK_AGAIN_SECONDS", 0.5)
    monkeypatch.setattr("bot.telegram.outbox.cards.EDITS_APART", dict.fromkeys((True, False), timedelta(0)))
    async with quick_bot(tmp_path, 1.0) as world:
        group = world.telegram.people.group("Friends", world.ada)
        asked = world.ada.sends_photo(picture(96, 64), "/sketch@nanobanana_bot", chat=group)
        await card_of(group, asked)
        group.refuses("photos", "documents")
        await world.words(group, asked, "Finished, but I may not send pictures here.")
        uploads = len(world.telegram.calls_of("sendPhoto"))
        await asyncio.sleep(1.5)
        assert len(world.telegram.calls_of("sendPhoto")) == uploads == 1
        group.refuses()
        assert (await world.result(group, asked)).photo_size == (96, 64)
        assert len(prompts(world)) == 1


async def test_a_covered_photos_result_is_covered_whoever_asked_and_however(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada, ben = world.ada, world.telegram.people.person("Ben")
        group = world.telegram.people.group("Friends", ada, ben)
        photo = ben.sends_photo(picture(96, 64), chat=group, spoiler=True)
        ada.writes("/sketch@nanobanana_bot", chat=group, reply_to=photo)
        result = await world.result(group, photo)
        assert result.raw["has_media_spoiler"]
        await ada.presses(result, AGAIN).answer()
        assert (await next_result(group, photo, but=result)).raw["has_media_spoiler"]
        styles = ada.sends_photo(picture(96, 65), spoiler=True)
        offered = await ada.private.wait_for(lambda messages: answers(messages, styles))
        await ada.presses(offered[0], "s:oil").answer()
        drawn = await ada.private.wait_for(
            lambda messages: next((m for m in answers(messages, styles) if m.photo_size), None)
        )
        assert drawn.raw["has_media_spoiler"]


async def test_a_quiet_group_sees_a_reaction_and_the_picture_and_no_card(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        group = world.telegram.people.group("Friends", ada, admins=[ada])
        await hears(group, ada.writes("/quiet@nanobanana_bot", chat=group), "From now on I only react")
        asked = ada.sends_photo(picture(96, 64), "/sketch@nanobanana_bot", chat=group)
        result = await world.result(group, asked)
        await group.wait_for(lambda messages: [m for m in messages if "👌" in m.reactions.values()])
        assert [each.message_id for each in answers(group.messages(), asked)] == [result.message_id]
