import pytest

from bot.core.presets import MAX_PROMPT_CHARACTERS, PRESETS, full_prompt, keeps_outline


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_leaves_room_for_words_of_ones_own(preset: object) -> None:
    name = getattr(preset, "name", "")
    assert len(full_prompt(name, "")) < MAX_PROMPT_CHARACTERS / 2


def test_words_after_a_preset_are_added_to_its_prompt() -> None:
    assert full_prompt("sketch", "in sepia").endswith("in sepia")
    assert "pencil" in full_prompt("sketch", "in sepia")


def test_edit_is_the_words_and_nothing_else() -> None:
    assert full_prompt("edit", "make it blue") == "make it blue"


def test_background_says_what_the_new_one_is() -> None:
    assert "a beach at sunset" in full_prompt("background", "a beach at sunset")


def test_a_new_background_does_not_keep_a_photos_transparent_outline() -> None:
    assert not keeps_outline("background")
    assert keeps_outline("watercolor")
    assert keeps_outline("edit")
