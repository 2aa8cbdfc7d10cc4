from gettext import NullTranslations

from bot.conversation.texts.i18n import said
from bot.conversation.texts.styles import command_title, style_description
from bot.core.presets import EDIT, PRESETS
from tests.conversation.texts.samples import en, every_language


@every_language
def test_every_preset_has_a_title_and_a_line(t: NullTranslations) -> None:
    titles = {command_title(t, preset.name) for preset in PRESETS}
    assert len(titles) == len(PRESETS)
    for preset in PRESETS:
        emoji, _, title = command_title(t, preset.name).partition(" ")
        assert emoji == preset.emoji
        assert 0 < len(title) <= 14
        assert 0 < len(said(t, style_description(preset.name))) <= 100


def test_what_is_no_preset_is_an_edit() -> None:
    assert command_title(en(), EDIT) == command_title(en(), "a-command-of-long-ago") == "🍌 Edit"
