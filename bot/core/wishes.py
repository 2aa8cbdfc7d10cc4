"""What a person wants, as far as it is known, and what the bot has asked them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.requests import PhotoRef
from bot.core.shapes import Shape, with_shape


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person in a chat and topic: what is remembered is theirs alone."""

    chat_id: int
    thread_id: int | None
    person_id: int


@dataclass(frozen=True, slots=True)
class PictureMeant:
    """A picture to change. The result replies to `message_id`.

    `parent` is the edit whose result it is, None for a person's own photo; `step` counts the edits up to and
    with the next one.
    """

    photo: PhotoRef
    message_id: int
    parent: str | None = None
    step: int = 1


@dataclass(frozen=True, slots=True)
class Wish:
    """An edit as far as it is known: no words yet, or no picture.

    With `others`, which come after `picture`, it is one edit of each, or of all together (`combine`).
    `shape` is that of the result, where the words began with one.
    """

    command: str
    words: str = ""
    picture: PictureMeant | None = None
    others: tuple[PictureMeant, ...] = ()
    shape: Shape | None = None

    @property
    def said(self) -> str:
        """The shape and the words, as they were written."""
        return with_shape(self.shape, self.words)

    @property
    def pictures(self) -> tuple[PictureMeant, ...]:
        return () if self.picture is None else (self.picture, *self.others)


@dataclass(frozen=True, slots=True)
class Collected:
    """The photos that a person sent without words, the last one at `at`. `is_album`: in one album."""

    pictures: tuple[PictureMeant, ...]
    at: datetime
    is_album: bool = False


class Missing(StrEnum):
    """What the bot asks for. `MANNER`: whether several photos are edited each, or together."""

    WORDS = "words"
    PICTURE = "picture"
    CONSENT = "consent"
    COMMAND = "command"
    MANNER = "manner"


@dataclass(frozen=True, slots=True)
class Question:
    """What the bot has asked: what it knows of the wish, and what is missing.

    `id` is that of the update that led to it, `asked_for` the person's message. `message_id` is the bot's
    own message, None as long as it is not known to have arrived. `answered_by` is an update's id.
    """

    id: int
    speaker: Speaker
    asked_for: int
    wish: Wish
    missing: Missing
    asked_at: datetime
    message_id: int | None = None
    answered_by: int | None = None
