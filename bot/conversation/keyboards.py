"""The buttons. Each carries a verb and an id, nothing more: restarts do it no harm."""

import re
from dataclasses import dataclass
from enum import StrEnum
from gettext import NullTranslations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.conversation.texts.styles import command_title
from bot.core.edits import CANCELLABLE, Edit, PhotoKind
from bot.core.errors import RETRY_HELPS
from bot.core.presets import PRESETS

_PER_ROW = 3
_DATA = re.compile(r"([cafrs]):([A-Za-z0-9_-]{1,48})")


class Verb(StrEnum):
    """What a button asks for."""

    CANCEL = "c"
    AGAIN = "a"
    FILE = "f"
    RETRY = "r"
    STYLE = "s"


@dataclass(frozen=True, slots=True)
class Press:
    """A button's meaning: the verb, and the id of the edit (or the name of the preset) that it is about."""

    verb: Verb
    argument: str

    @property
    def data(self) -> str:
        """As Telegram carries it: far under its 64 bytes."""
        return f"{self.verb.value}:{self.argument}"


def parse_press(data: str | None) -> Press | None:
    """The meaning of a button's data; None for what no button of ours carries."""
    found = _DATA.fullmatch(data or "")
    return Press(Verb(found[1]), found[2]) if found else None


def card_keyboard(t: NullTranslations, edit: Edit) -> InlineKeyboardMarkup | None:
    """Cancel, as long as that is possible."""
    if edit.state not in CANCELLABLE:
        return None
    return _row(_button(t.gettext("✖️ Cancel"), Verb.CANCEL, edit.id))


def result_keyboard(t: NullTranslations, edit: Edit) -> InlineKeyboardMarkup:
    """Again, and the untouched file where the result was sent as a photo."""
    again = _button(t.gettext("🔁 Again"), Verb.AGAIN, edit.id)
    if edit.photo_kind is not PhotoKind.PHOTO:
        return _row(again)
    return _row(again, _button(t.gettext("📎 As a file"), Verb.FILE, edit.id))


def failure_keyboard(t: NullTranslations, edit: Edit) -> InlineKeyboardMarkup | None:
    """Try again, where that may help."""
    if edit.failure not in RETRY_HELPS:
        return None
    return _row(_button(t.gettext("🔁 Try again"), Verb.RETRY, edit.id))


def styles_keyboard(t: NullTranslations) -> InlineKeyboardMarkup:
    """Every style that needs no words of its own."""
    buttons = [
        _button(command_title(t, preset.name), Verb.STYLE, preset.name)
        for preset in PRESETS
        if not preset.needs_words
    ]
    rows = [buttons[start : start + _PER_ROW] for start in range(0, len(buttons), _PER_ROW)]
    return InlineKeyboardMarkup(rows)


def _row(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([buttons])


def _button(text: str, verb: Verb, argument: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=Press(verb, argument).data)
