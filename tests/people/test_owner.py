"""A bot that serves only whom its owner allows, from its first start."""

import asyncio
import re
from pathlib import Path

import pytest

from bot.conversation.features.owner import owner_text, too_late_text
from bot.conversation.guests import asked_text, not_allowed_text, welcome_text
from bot.sandbox.telegram.people import Chat, Message
from tests.harness.chats import EN, answers, hears, plain
from tests.harness.pictures import picture
from tests.harness.world import prompts, quick_bot

LINK = re.compile(r"open https://t\.me/nanobanana_bot\?start=(own-[\w-]{22}) to make yourself the owner")


async def question_in(chat: Chat, containing: str) -> Message:
    return await chat.wait_for(
        lambda messages: next(
            (m for m in messages if m.labels == ["Allow", "Refuse"] and containing in m.text), None
        )
    )


async def shown_with(chat: Chat, words: str) -> Message:
    """A message of the bot's that says this now."""
    return await chat.wait_for(lambda messages: next((m for m in messages if words in m.text), None))


async def painted(chat: Chat, asked: Message) -> Message:
    """The picture that answers `asked`, beside what was said before."""
    return await chat.wait_for(
        lambda messages: next((m for m in answers(messages, asked) if m.file_id is not None), None)
    )


async def test_from_the_link_to_a_strangers_picture(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING"):
        async with quick_bot(tmp_path, open_to_all=False) as world:
            ada, zoe = world.ada, world.telegram.people.person("Zoé")
            too_early = zoe.sends_photo(picture(96, 64), "/sketch")
            await hears(zoe.private, too_early, not_allowed_text(EN, zoe.id))
            [link] = LINK.findall(caplog.text)
            opened = ada.writes(f"/start {link}")
            await hears(ada.private, opened, owner_text(EN))
            await hears(zoe.private, zoe.writes(f"/start {link}"), too_late_text(EN))

            asked = zoe.sends_photo(picture(96, 64), "/sketch")
            await hears(zoe.private, asked, asked_text(EN))
            question = await question_in(ada.private, "Zoé")
            second = zoe.sends_photo(picture(64, 96), "/oil")
            await asyncio.sleep(0.4)
            assert not prompts(world)
            ada.presses(question, "Allow")
            await painted(zoe.private, asked)
            await painted(zoe.private, second)
            said = [each.text for each in zoe.private.bot_messages()]
            assert said.count(plain(welcome_text(EN))) == said.count(plain(too_late_text(EN))) == 1
            assert len(prompts(world)) == 2
    caplog.clear()
    with caplog.at_level("WARNING"):
        async with quick_bot(tmp_path, open_to_all=False):
            assert not LINK.findall(caplog.text)


async def test_a_group_waits_for_the_owner_and_is_greeted_then(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, open_to_all=False, admin_ids=frozenset({510_001_862})) as world:
        assert world.ada.id == 510_001_862
        zoe = world.telegram.people.person("Zoé")
        await hears(world.ada.private, world.ada.writes("/id"), "You:")
        group = world.telegram.people.group("Painters", zoe)
        asked = zoe.sends_photo(picture(96, 64), "/sketch@nanobanana_bot", chat=group)
        question = await question_in(world.ada.private, "Painters")
        assert [each.text for each in group.bot_messages()] == [plain(asked_text(EN))]
        world.ada.presses(question, "Allow")
        await painted(group, asked)
        await group.wait_for(lambda messages: [each for each in messages if each.text.startswith("Hello!")])


async def test_while_the_owner_has_paused_the_bot_requests_wait(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, admin_ids=frozenset({510_001_862})) as world:
        ada, zoe = world.ada, world.telegram.people.person("Zoé")
        shown = await hears(ada.private, ada.writes("/owner"), "Balance:")
        ada.presses(shown, "Pause")
        await shown_with(ada.private, "Paused: new requests wait.")
        asked = zoe.sends_photo(picture(96, 64), "/sketch")
        await shown_with(zoe.private, "The owner of this bot has paused it")
        assert not prompts(world)
        ada.presses(shown, "Go on")
        await painted(zoe.private, asked)
        ada.presses(shown, "Refresh")
        await shown_with(ada.private, "1 edits, 1 delivered, 0 cancelled, 4 credits ($0.02)")


async def test_the_owner_sees_a_chart_has_a_table_and_gives_a_limit(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, admin_ids=frozenset({510_001_862})) as world:
        ada, zoe = world.ada, world.telegram.people.person("Zoé")
        await painted(zoe.private, zoe.sends_photo(picture(96, 64), "/sketch"))
        shown = await hears(ada.private, ada.writes("/owner"), "Balance:")
        ada.presses(shown, "📊 Chart")
        charted = await shown_with(ada.private, "🟩 1 delivered 🟥 0 failed ⬜ 0 cancelled")
        assert charted.kind == "photo"
        ada.presses(shown, "📄 CSV")
        table = await shown_with(ada.private, "1 edit, without its words and pictures.")
        assert table.document_name is not None
        assert table.document_name.endswith(".csv")

        ada.presses(shown, "👥 Chats")
        listed = await shown_with(ada.private, "Others that spent most this week")
        ada.presses(listed, f"⚖️ Limit {zoe.id}")
        limited = await shown_with(ada.private, "no limit, as all have")
        ada.presses(limited, "1")
        await shown_with(ada.private, "1 edit an hour")
        refused = zoe.sends_photo(picture(96, 64), "/oil")
        await hears(zoe.private, refused, "The limit in this chat is 1 edit an hour.")
        await hears(zoe.private, zoe.writes("/limits"), "This chat may ask for 1 edit an hour.")
