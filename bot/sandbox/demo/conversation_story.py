"""Turns the sandbox's event log into parts to draw: messages, status cards, button presses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from bot.sandbox.demo.conversation_layout import plain
from bot.sandbox.telegram.messages import Event, Message

_MOST_STATES = 4


@dataclass(frozen=True)
class Said:
    """A message in full, with the one that it replies to."""

    at: float
    message: Message
    is_edited: bool = False
    reply_to: Message | None = None


@dataclass(frozen=True)
class Card:
    """A message that the bot edited in place: the states worth showing, and whether it was deleted."""

    states: tuple[tuple[float, Message], ...]
    is_edited: bool
    is_gone: bool


@dataclass(frozen=True)
class Note:
    """A button press or the bot's answer to it."""

    text: str


Part = Said | Card | Note


class _State(NamedTuple):
    """A message at one moment, and that moment's place in the log."""

    order: int
    at: float
    message: Message


def story(events: Sequence[Event], chat_id: int) -> list[Part]:
    """Everything that the chat showed, in the order in which it began to show."""
    lives: dict[int, list[_State]] = {}
    gone: set[int] = set()
    parts: list[tuple[int, Part]] = []
    for index, event in enumerate(each for each in events if each.chat_id == chat_id):
        message = event.message
        if event.kind in {"sent", "edited", "deleted"} and message is not None:
            lives.setdefault(message.message_id, []).append(_State(index, event.at, message))
            gone |= {message.message_id} if event.kind == "deleted" else set()
        elif event.kind == "pressed" and message is not None:
            parts.append((index, Note(f"{event.who} taps “{plain(_label(message, event.text))}”")))
        elif event.kind == "answered" and event.text:
            parts.append((index, Note(event.text)))
    for message_id, life in lives.items():
        target = lives.get(life[0].message.reply_to_message_id or 0)
        parts += _told(life, target[0].message if target else None, is_gone=message_id in gone)
    return [part for _, part in sorted(parts, key=lambda placed: placed[0])]


def _told(life: list[_State], reply_to: Message | None, *, is_gone: bool) -> Iterator[tuple[int, Part]]:
    """One message from its sending to its end."""
    # Of the edits, those count that changed what the message says or carries.
    states = [life[0], *(after for before, after in pairwise(life) if _shown(before) != _shown(after))]
    first, last = states[0], states[-1]
    if not (first.message.text or first.message.file_id):
        return
    if not first.message.by_bot:
        yield first.order, Said(first.at, last.message, len(states) > 1, reply_to)
        return
    is_menu = len(first.message.labels) > 1
    if is_menu or first.message.file_id or (len(states) == 1 and not is_gone):
        yield first.order, Said(first.at, first.message, reply_to=reply_to)
        states = states[1:]
    passing = states if is_gone else states[:-1]
    if passing:
        shown = tuple((state.at, state.message) for state in _telling(passing))
        yield passing[0].order, Card(shown, len(passing) > 1 or not is_gone, is_gone)
    if states and not is_gone:
        yield last.order, Said(last.at, last.message, is_edited=True, reply_to=reply_to)


def _shown(state: _State) -> tuple[str, str | None]:
    return state.message.text, state.message.file_id


def _telling(states: list[_State]) -> list[_State]:
    """The first, the last, and two between them that show progress best."""
    if len(states) <= _MOST_STATES:
        return states
    between = states[1:-1]
    painted = [each for each in between if "▰" in each.message.text]
    between = painted if len(painted) > 1 else between
    return [states[0], between[len(between) // 4], between[len(between) * 3 // 4], states[-1]]


def _label(message: Message, data: str) -> str:
    return next((each.label for row in message.buttons for each in row if each.data == data), "a button")
