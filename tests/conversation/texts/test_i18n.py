import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.conversation import texts
from bot.conversation.texts.i18n import LANGUAGES, language_of, po_path, translations
from tests.conversation.texts.texts_ground import plain

SOURCE = Path(texts.__file__).parents[1]


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


def test_every_literal_given_to_gettext_is_one_that_babel_extracts() -> None:
    extracted = {form for text in in_the_source() for form in (text if isinstance(text, tuple) else (text,))}
    for path in SOURCE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if call.func.attr in {"gettext", "ngettext"}:
                literal = call.args[0]
                assert isinstance(literal, ast.Constant), f"{path.name}:{call.lineno}"
                assert literal.value in extracted, f"{path.name}:{call.lineno}"


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
        ("de", "en"),
        ("fro", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_language_is_known_by_its_first_part(code: str | None, language: str) -> None:
    assert language_of(code) == language
    assert translations(code or "") is translations(language)
