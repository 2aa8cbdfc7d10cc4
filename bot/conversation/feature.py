"""What a feature declares: its commands, its buttons and their handlers.

A module in `features/` has one constant, `FEATURE`. Commands, dispatch, the command menu, /help, keyboards
and button data are all made from these values. A new command is one such module.
"""

import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from gettext import NullTranslations
from typing import Literal, TypeAlias

from bot.conversation import features as modules
from bot.conversation.incoming import Message, Press
from bot.conversation.outgoing import Button, Outgoing
from bot.conversation.texts.i18n import said, translations
from bot.conversation.tools import Tools
from bot.core.edits import Edit

Replies: TypeAlias = Sequence[Outgoing]

_DATA = re.compile(r"([a-z]{1,8}):([A-Za-z0-9_-]{1,48})")
_NUMBER = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A message for the bot."""

    tools: Tools
    message: Message

    @property
    def t(self) -> NullTranslations:
        """The texts in the sender's language."""
        return translations(self.message.sender.language)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press of a button. `argument` is what its data has after the verb."""

    tools: Tools
    press: Press
    argument: str

    @property
    def t(self) -> NullTranslations:
        """The texts in the language of the person who pressed."""
        return translations(self.press.sender.language)


@dataclass(frozen=True, slots=True)
class EditPressed(Pressed):
    """A press of an edit's button, by somebody who is allowed to."""

    edit: Edit


@dataclass(frozen=True, slots=True)
class Command:
    """A command. `description` is its line in Telegram's menu; without one it is not in the menu.

    `is_open` says of which messages it takes also those of chats that the bot does not serve.
    """

    name: str
    handle: Callable[[Asked], Awaitable[Replies]]
    description: str = ""
    is_open: Callable[[Message], bool] = lambda _: False


class Under(Enum):
    """The messages of an edit that have buttons."""

    CARD = auto()
    RESULT = auto()
    FAILURE = auto()
    HISTORY = auto()
    SERIES = auto()
    """The end of several edits that were asked for together; the button is their first one's."""
    FAILED_SERIES = auto()
    REST_OF_SERIES = auto()
    """The same message, where some of them arrived and some did not."""


@dataclass(frozen=True, slots=True)
class EditButton:
    """A button about an edit, under every message of one kind, in a `row` there in the order of the features.

    The edit's requester and the chat's admins may press it. Its data is `verb:<edit id>`. Never change what a
    verb means: old buttons stay in people's chats.
    """

    verb: str
    label: str
    under: Under
    press: Callable[[EditPressed], Awaitable[Replies]]
    when: Callable[[Edit], bool] = lambda _: True
    row: Literal[1, 2] = 1

    def of(self, edit: Edit, t: NullTranslations) -> Button:
        """The button under a message of this edit."""
        return Button(said(t, self.label), f"{self.verb}:{edit.id}")


@dataclass(frozen=True, slots=True)
class ChoiceButton:
    """A button under a question, with data `verb:<choice>`. Anybody may press it."""

    verb: str
    press: Callable[[Pressed], Awaitable[Replies]]

    def of(self, text: str, choice: str) -> Button:
        """The button for one choice."""
        return Button(text, f"{self.verb}:{choice}")


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that people can ask for.

    `order` is its place in the menu and in /help, `help` its line in /help. `plain` handles private messages
    without a command; exactly one feature has it.
    """

    order: int
    commands: tuple[Command, ...] = ()
    buttons: tuple[EditButton | ChoiceButton, ...] = ()
    help: str = ""
    plain: Callable[[Asked], Awaitable[Replies]] | None = None


Features: TypeAlias = tuple[Feature, ...]


def all_features() -> Features:
    """The feature of every module in `features/`, in order."""
    names = [module.name for module in pkgutil.iter_modules(modules.__path__)]
    found = [importlib.import_module(f"{modules.__name__}.{name}").FEATURE for name in names]
    return tuple(sorted(found, key=lambda feature: feature.order))


def commands_of(features: Features) -> dict[str, Command]:
    """Every command by its name."""
    return {command.name: command for feature in features for command in feature.commands}


def buttons_of(features: Features) -> dict[str, EditButton | ChoiceButton]:
    """Every button by its verb."""
    return {button.verb: button for feature in features for button in feature.buttons}


def menu(features: Features, language: str) -> list[tuple[str, str]]:
    """Telegram's command menu: (name, description), in the order of the features."""
    t = translations(language)
    commands = commands_of(features).values()
    return [(command.name, said(t, command.description)) for command in commands if command.description]


def pressed_button(
    data: str, buttons: Mapping[str, EditButton | ChoiceButton]
) -> tuple[EditButton | ChoiceButton, str] | None:
    """The button with this data, and its argument; None if it is no button of ours."""
    found = _DATA.fullmatch(data)
    return (buttons[found[1]], found[2]) if found and found[1] in buttons else None


def number_in(text: str) -> int | None:
    """The number that a button carries, small enough for a database; None if it is none.

    Whoever wrote their own app may send any data.
    """
    return int(text) if _NUMBER.fullmatch(text) else None
