"""The sandbox's event log as a story: what was said, how status cards went on, what buttons did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
    """A message of the bot's that was edited in place: its telling states, and whether it was deleted."""

    states: tuple[tuple[float, Message], ...]
    is_edited: bool
    is_gone: bool


@dataclass(frozen=True)
class Note:
    """What a press on a button came with."""

    text: str


Part = Said | Card | Note
_Placed = tuple[int, Event]


def story(events: Sequence[Event], chat_id: int) -> list[Part]:
    """Everything that the chat showed, in the order in which it began to show."""
    lives: dict[int, list[_Placed]] = {}
    parts: list[tuple[int, Part]] = []
    for index, event in enumerate(each for each in events if each.chat_id == chat_id):
        if event.kind in {"sent", "edited", "deleted"} and event.message is not None:
            lives.setdefault(event.message.message_id, []).append((index, event))
        elif event.kind == "pressed" and event.message is not None:
            parts.append((index, Note(f"{event.who} taps “{plain(_label(event.message, event.text))}”")))
        elif event.kind == "answered" and event.text:
            parts.append((index, Note(event.text)))
    known = {message_id: _message(life[0][1]) for message_id, life in lives.items()}
    for life in lives.values():
        parts += _told(life, known.get(_message(life[0][1]).reply_to_message_id or 0))
    return [part for _, part in sorted(parts, key=lambda placed: placed[0])]


def _told(life: list[_Placed], reply_to: Message | None) -> Iterator[tuple[int, Part]]:
    """One message from its sending to its end."""
    states = _states(life)
    is_gone = life[-1][1].kind == "deleted"
    (index, first), (last_index, last) = states[0], states[-1]
    if not (_message(first).text or _message(first).file_id):
        return
    if not _message(first).by_bot:
        yield index, Said(first.at, _message(last), len(states) > 1, reply_to)
        return
    is_menu = len(_message(first).labels) > 1
    if is_menu or _message(first).file_id or (len(states) == 1 and not is_gone):
        yield index, Said(first.at, _message(first), reply_to=reply_to)
        states = states[1:]
    passing = states if is_gone else states[:-1]
    if passing:
        shown = tuple((event.at, _message(event)) for _, event in _telling(passing))
        yield passing[0][0], Card(shown, len(passing) > 1 or not is_gone, is_gone)
    if states and not is_gone:
        yield last_index, Said(last.at, _message(last), is_edited=True, reply_to=reply_to)


def _states(life: list[_Placed]) -> list[_Placed]:
    """The sending and every edit that changed what the message says or carries."""
    states: list[_Placed] = []
    shown: tuple[str, str | None] | None = None
    for index, event in life:
        now = _message(event).text, _message(event).file_id
        if now != shown and (event.kind != "deleted" or not states):
            states.append((index, event))
        shown = now
    return states


def _telling(states: list[_Placed]) -> list[_Placed]:
    """The first, the last, and between them what shows progress best."""
    if len(states) <= _MOST_STATES:
        return states
    between = states[1:-1]
    painted = [each for each in between if "▰" in _message(each[1]).text]
    between = painted if len(painted) > 1 else between
    early, late = len(between) // 4, len(between) * 3 // 4
    return [states[0], between[early], between[late], states[-1]]


def _message(event: Event) -> Message:
    assert event.message is not None  # noqa: S101 - only events with a message come here
    return event.message


def _label(message: Message, data: str) -> str:
    found = (button.label for row in message.buttons for button in row if button.data == data)
    return next(found, "a button")
