"""People are answered in their own language; the image service is always spoken to in English."""

from pathlib import Path

from bot.conversation.feature import all_features, menu
from bot.conversation.features.help import bot_description, bot_short_description, help_text, start_text
from bot.conversation.features.styles import pick_a_style_text, style_buttons, styles_text
from bot.conversation.texts import alerts
from bot.conversation.texts.i18n import LANGUAGES
from bot.conversation.texts.questions import question
from bot.conversation.texts.reasons import reason_sentence
from bot.conversation.texts.styles import command_title
from bot.core.errors import Reason
from bot.core.presets import full_prompt
from bot.core.wishes import Missing, Wish
from tests.harness.chats import EN, FR, answers, hears, plain
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.world import prompts, quick_bot

SCOPES = ("default", "all_private_chats", "all_group_chats")


async def test_a_french_person_reads_french_everywhere(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 0.6) as world:
        zoe = world.telegram.people.person("Zoé", language_code="fr-CA")
        chat = zoe.private
        welcome = start_text(FR, bot_name="NanoBanana")
        await hears(chat, zoe.writes("/start"), welcome)
        helps = help_text(FR)
        assert (await hears(chat, zoe.writes("/help"), helps)).text == plain(helps)
        await hears(chat, zoe.writes("/styles"), styles_text(FR))
        await hears(chat, zoe.writes("/rubbish"), "Je ne connais pas /rubbish.")
        photo = zoe.sends_photo(picture(96, 64))
        picker = await hears(chat, photo, pick_a_style_text(FR))
        assert picker.labels == [b.text for row in style_buttons(FR) for b in row]
        answer = await zoe.presses(picker, command_title(FR, "sketch")).answer()
        assert answer.text == alerts.started(FR) != alerts.started(EN)
        card = await hears(chat, photo, f"{command_title(FR, 'sketch')}\nJe m’en occupe.")
        assert card.labels == ["✖️ Annuler"]
        await chat.wait_for(lambda messages: [m for m in answers(messages, photo) if m.photo_size])
        result = next(m for m in answers(chat.messages(), photo) if m.photo_size)
        assert result.text.startswith(command_title(FR, "sketch"))
        assert "🔁 Encore" in result.labels
        assert "📎 Fichier" in result.labels
        world.nanobanana.play("flag-3-policy")
        refused = zoe.sends_photo(picture(96, 65), "/sketch à la craie rouge")
        failed = await hears(chat, refused, reason_sentence(FR, Reason.POLICY))
        assert "Code" in failed.text.splitlines()[2]
        assert prompts(world) == [full_prompt("sketch", ""), full_prompt("sketch", "à la craie rouge")]


async def test_in_a_group_everybody_is_answered_in_their_own_language(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        people = world.telegram.people
        zoe = people.person("Zoé", language_code="fr")
        kim, nobody = people.person("Kim", language_code="ko"), people.person("N", language_code=None)
        group = people.group("Friends", zoe, kim, nobody)
        for person, t, command in ((zoe, FR, "sketch"), (kim, EN, "oil"), (nobody, EN, "comic")):
            asked = person.writes(f"/{command}@nanobanana_bot", chat=group)
            await hears(group, asked, question(t, Wish(command), Missing.PICTURE))


async def test_menus_are_published_for_every_scope_and_language(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        commands, profile = world.telegram.world.commands, world.telegram.world.profile
        wanted = {(scope, "" if code == "en" else code) for scope in SCOPES for code in LANGUAGES}
        await until(lambda: set(commands) == wanted and len(profile) == 2 * len(LANGUAGES))
        for (scope, code), published in commands.items():
            described = dict(menu(all_features(), code or "en"))
            assert {each["command"]: each["description"] for each in published} == described
            assert len(published) == len(described), scope
        assert profile["Description", "fr"] == bot_description(FR)
        assert profile["ShortDescription", ""] == bot_short_description(EN)
