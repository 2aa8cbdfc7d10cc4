"""Incoming values for tests: what Ada, Grace and others write and press, in private and in a group."""

import itertools
from dataclasses import replace
from typing import Any

from bot.conversation.incoming import Chat, Message, Press, Sender
from bot.conversation.outgoing import Buttons, LinkButton
from bot.core.requests import PhotoKind, PhotoRef
from tests.factories import NOW

ADA, GRACE, ROOT = Sender(4001, "en"), Sender(4002, "fr"), Sender(4003, "en")
"""A person, another one, and an admin of the group."""
PRIVATE = Chat(ADA.id, is_private=True)
GROUP = Chat(-4100, is_private=False)
SUPERGROUP = Chat(-1_002_000_000_001, is_private=False, may_have_moved=True)
PHOTO = PhotoRef("photo", PhotoKind.PHOTO)
OTHER_PHOTO = PhotoRef("other", PhotoKind.PHOTO)

_numbers = itertools.count(1)


def data_of(buttons: Buttons) -> list[str]:
    """What the buttons carry; the addresses of links."""
    return [each.url if isinstance(each, LinkButton) else each.data for row in buttons for each in row]


def message(command: str | None = None, words: str = "", **changes: Any) -> Message:
    """A message of Ada's in private, another one each time."""
    number = next(_numbers)
    plain = Message(600_000 + number, PRIVATE, None, 70_000 + number, ADA, NOW, command, words)
    return replace(plain, **changes)


def in_group(command: str | None = None, words: str = "", **changes: Any) -> Message:
    """The same in a topic of the group."""
    return message(command, words, **{"chat": GROUP, "thread_id": 8, **changes})


def press(data: str, **changes: Any) -> Press:
    """Ada presses a button in private, another press each time."""
    number = next(_numbers)
    plain = Press(600_000 + number, f"press-{number}", PRIVATE, None, 70_000 + number, ADA, data)
    return replace(plain, **changes)
