"""The languages of the answers: English in the source, the others as gettext catalogues.

A catalogue is compiled from its .po when it is first needed, so there is no binary file to keep up to date.
"""

import functools
import gettext
import io
import re
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("en", "fr")
LOCALE_DIR = Path(__file__).parent / "locale"

_SOURCE = LANGUAGES[0]


def language_of(language_code: str | None) -> str:
    """The language to answer in, from Telegram's code of a person: `fr-CA` gives `fr`, unknown ones `en`."""
    primary = re.split("[-_]", language_code or "", maxsplit=1)[0].lower()
    return primary if primary in LANGUAGES else _SOURCE


def translations(language: str) -> gettext.NullTranslations:
    """The texts in a language, or in English if there is no catalogue."""
    return _catalogue(language_of(language))


def language_name(t: gettext.NullTranslations) -> str:
    """The code of the language that these texts are in."""
    return t.info().get("language", _SOURCE)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a text in a table for translation; `said` translates it."""
    return text


def said(t: gettext.NullTranslations, marked: str) -> str:
    """A marked text in the language of `t`."""
    return t.gettext(marked)


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == _SOURCE:
        return gettext.NullTranslations()
    with po_path(language).open("rb") as source:
        catalogue = read_po(source, locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def po_path(language: str) -> Path:
    """The path of a language's catalogue."""
    return LOCALE_DIR / language / "LC_MESSAGES" / "bot.po"
