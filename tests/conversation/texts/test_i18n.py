import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import bot.conversation
from bot.conversation.feature import EditButton, all_features
from bot.conversation.texts.i18n import LANGUAGES, N_, language_of, po_path, said, translations
from bot.conversation.texts.styles import style_description
from bot.core.presets import PRESETS
from tests.conversation.texts.samples import fr
from tests.harness.chats import plain

SOURCE = Path(bot.conversation.__file__).parent
MARKERS = {"gettext": 1, "ngettext": 2, "N_": 1}
"""What marks a text for translation -> how many texts it is given."""


def in_the_source() -> set[str | tuple[str, ...]]:
    return {message for _, _, message, _, _ in extract_from_dir(SOURCE)}


def catalogue(language: str) -> Catalog:
    with po_path(language).open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def translated(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """Each source form with its translation."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
    else:
        assert isinstance(message.string, tuple | list)
        yield from zip(message.id, message.string, strict=True)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def tags(text: str) -> list[str]:
    return sorted(re.findall(r"</?(?:b|i|code)>", text))


def single_texts() -> set[str]:
    return {form for text in in_the_source() for form in (text if isinstance(text, tuple) else (text,))}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a module, with the name of what is called."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call):
            if isinstance(call.func, ast.Attribute):
                yield call.func.attr, call
            elif isinstance(call.func, ast.Name):
                yield call.func.id, call


def test_every_text_that_is_marked_for_translation_is_one_that_babel_extracts() -> None:
    extracted, not_literal, seen = single_texts(), [], set()
    for path in SOURCE.rglob("*.py"):
        for name, call in calls(path):
            for text in call.args[: MARKERS.get(name, 0)]:
                if isinstance(text, ast.Constant):
                    assert text.value in extracted, f"{path.name}:{call.lineno}"
                    seen.add(name)
                else:
                    not_literal.append((path.name, name, ast.unparse(text)))
    assert not_literal == [("i18n.py", "gettext", "marked")]  # inside `said`, which takes what N_ has marked
    assert seen == set(MARKERS)


def test_what_is_said_from_a_table_was_marked_there() -> None:
    """Babel looks at `N_`, not at `said`: a literal given to `said` would be missed."""
    for path in SOURCE.rglob("*.py"):
        for name, call in calls(path):
            if name == "said":
                assert not isinstance(call.args[1], ast.Constant | ast.JoinedStr), (
                    f"{path.name}:{call.lineno}"
                )


def test_every_text_that_a_feature_declares_is_marked() -> None:
    features = all_features()
    labels = [b.label for feature in features for b in feature.buttons if isinstance(b, EditButton)]
    lines = [command.description for feature in features for command in feature.commands]
    helps = [feature.help for feature in features]
    styles = [style_description(preset.name) for preset in PRESETS]
    declared = {text for text in (*labels, *lines, *helps, *styles) if text}
    assert len(declared) > len(PRESETS) + len(features)
    assert declared <= single_texts()


def test_a_marked_text_is_itself_until_it_is_said() -> None:
    assert N_("Done.") == "Done."
    assert said(fr(), N_("Done.")) == fr().gettext("Done.") != "Done."


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_catalogue_has_every_text_of_the_source_and_no_other(language: str) -> None:
    ids = {
        tuple(message.id) if not isinstance(message.id, str) else message.id
        for message in translated(language)
    }
    assert ids == in_the_source()
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_text_is_translated_with_the_same_placeholders_and_tags(language: str) -> None:
    for message in translated(language):
        assert not message.fuzzy, message.id
        for source, translation in forms(message):
            assert translation.strip(), source
            assert placeholders(translation) == placeholders(source), source
            assert tags(translation) == tags(source), source


def test_no_text_is_a_sign_alone() -> None:
    """Some people have them read aloud."""
    for message in translated("fr"):
        for texts in forms(message):
            assert all(any(letter.isalpha() for letter in text) for text in texts), texts


def test_french_has_no_break_before_its_double_punctuation() -> None:
    for message in translated("fr"):
        for _, translation in forms(message):
            assert not re.search(r" [:;!?%»]|« |[^\u00a0]:(?!/)(?=\s|$)", translation), translation
            assert not re.search(r"[^\u202f\s][;!?]", translation), translation
            assert "'" not in translation, translation


def test_texts_speak_only_tags_that_telegram_knows_and_escape_the_rest() -> None:
    for message in translated("fr"):
        for source, translation in forms(message):
            for text in (source, translation):
                if text not in {"<what>", "<quoi>"}:
                    assert not re.search(r"<(?!/?(?:b|i|code)>)", text), text
                    plain(text)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR_ca", "fr"),
        ("en-GB", "en"),
        ("tlh", "en"),
        ("fro", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_language_is_known_by_its_first_part(code: str | None, language: str) -> None:
    assert language_of(code) == language
    assert translations(code or "") is translations(language)
