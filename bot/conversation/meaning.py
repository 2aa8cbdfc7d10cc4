"""What a message means: which edit, of which picture. Pure functions of it and of what is remembered."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from bot.conversation.incoming import Message
from bot.conversation.small_talk import is_small_talk
from bot.core.edits import PhotoRef
from bot.core.errors import Reason
from bot.core.presets import EDIT, MAX_PROMPT_CHARACTERS, full_prompt, preset
from bot.core.wishes import Missing, PictureMeant, Question, Wish


@dataclass(frozen=True, slots=True)
class Latest:
    """A person's latest picture in a private chat: a photo, or a result.

    `is_waiting`: a photo of the last minutes that nothing was made of, so that words are meant for it.
    """

    picture: PictureMeant
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is remembered that a message may be about.

    `asked`: the question that the message replies to. `open`: one that waits for this person's next message.
    `replied`: the picture of the edit whose message it replies to. `photo_follows`: it is a comment that was
    forwarded together with a photo, which comes next.
    """

    asked: Question | None = None
    open: Question | None = None
    replied: PictureMeant | None = None
    latest: Latest | None = None
    photo_follows: bool = False


@dataclass(frozen=True, slots=True)
class EditAsked:
    """A complete edit. `answers` is the question that it answers."""

    command: str
    words: str
    picture: PictureMeant
    answers: Question | None = None


@dataclass(frozen=True, slots=True)
class Lacking:
    """A wish that lacks something: to be asked for, unless what is missing is on its way (`is_silent`)."""

    wish: Wish
    missing: Missing
    answers: Question | None = None
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class PhotoSent:
    """A photo in private, without words."""

    photo: PhotoRef


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """Thanks, a greeting, an emoji: no request."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that cannot be done as it is. `prompt_length` is in characters, for a prompt too long."""

    reason: Reason
    prompt_length: int = 0


Meaning: TypeAlias = EditAsked | Lacking | PhotoSent | SmallTalk | Refused


def meaning_of(message: Message, command: str | None, recalled: Recalled) -> Meaning | None:
    """What a message asks for. `command` is `edit`, a preset's name, or None for plain words.

    The first of these that the message has says which picture is meant: its own photo, a reply, the open
    question, and in private the latest picture. None if there is nothing to do.
    """
    if isinstance(message.picture, Reason):
        return Refused(message.picture)
    if message.picture is not None:
        return _with_own_photo(message, message.picture, command, recalled)
    if command is None and not message.words:
        return None
    if (by_reply := _by_reply(message, command, recalled)) is not None:
        return by_reply
    if command is not None:
        latest = recalled.latest.picture if recalled.latest else None
        return complete(Wish(command, message.words, latest))
    return _plain_words(message.words, recalled)


def complete(wish: Wish, answers: Question | None = None) -> EditAsked | Lacking | Refused:
    """The edit that a wish asks for, or what it lacks."""
    known = preset(wish.command)
    if not wish.words and (known is None or known.needs_words):
        return Lacking(wish, Missing.WORDS, answers)
    length = len(full_prompt(wish.command, wish.words))
    if length > MAX_PROMPT_CHARACTERS:
        return Refused(Reason.PROMPT_TOO_LONG, prompt_length=length)
    if wish.picture is None:
        return Lacking(wish, Missing.PICTURE, answers)
    return EditAsked(wish.command, wish.words, wish.picture, answers)


def _with_own_photo(message: Message, photo: PhotoRef, command: str | None, recalled: Recalled) -> Meaning:
    """Its caption, or the question that it answers, says what to do with it.

    The caption of a forwarded photo is somebody else's text, not a request.
    """
    own = PictureMeant(photo, message.message_id)
    if command is not None:
        return complete(Wish(command, message.words, own))
    if message.words and not message.is_forwarded and not is_small_talk(message.words):
        return complete(Wish(EDIT, message.words, own))
    question = recalled.asked or recalled.open
    if question is None or question.missing is Missing.COMMAND:
        return PhotoSent(photo)
    return complete(replace(question.wish, picture=own), question)


def _by_reply(message: Message, command: str | None, recalled: Recalled) -> Meaning | None:
    """None if it replies to nothing that has to do with a picture."""
    if recalled.asked is not None and command is None:
        return _answer(message.words, recalled.asked, is_reply=True)
    picture = recalled.replied
    if recalled.asked is not None:
        picture = recalled.asked.wish.picture
    elif picture is None and message.replied is not None:
        if isinstance(message.replied.picture, Reason):
            return Refused(message.replied.picture)
        if message.replied.picture is not None:
            picture = PictureMeant(message.replied.picture, message.replied.message_id or message.message_id)
    if picture is None:
        return None
    if command is None and is_small_talk(message.words):
        return SmallTalk()
    return complete(Wish(command or EDIT, message.words, picture))


def _plain_words(words: str, recalled: Recalled) -> Meaning | None:
    """Words in private that reply to nothing. Only a photo that waits for words is edited unasked."""
    if is_small_talk(words):
        return None if recalled.photo_follows else SmallTalk()
    if recalled.photo_follows:
        return Lacking(Wish(EDIT, words), Missing.PICTURE, is_silent=True)
    if recalled.open is not None:
        return _answer(words, recalled.open, is_reply=False)
    latest = recalled.latest
    meant = complete(Wish(EDIT, words, latest.picture if latest else None))
    if isinstance(meant, EditAsked) and latest is not None and not latest.is_waiting:
        return Lacking(Wish(EDIT, words, latest.picture), Missing.CONSENT)
    return meant


def _answer(words: str, question: Question, *, is_reply: bool) -> Meaning:
    """Words as the answer to a question. New words take the place of those that it had."""
    if is_small_talk(words):
        return SmallTalk()
    meant = complete(replace(question.wish, words=words), question)
    if question.missing is Missing.CONSENT and not is_reply and isinstance(meant, EditAsked):
        return Lacking(replace(question.wish, words=words), Missing.CONSENT, question)
    return meant
