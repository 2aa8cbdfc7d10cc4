"""What a message means: which edit, of which picture. Pure functions of it and of what is remembered."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from bot.conversation.incoming import Message
from bot.conversation.small_talk import after_no, is_no, is_small_talk, is_yes
from bot.core.errors import Reason
from bot.core.presets import COMBINE, EDIT, IMAGINE, MAX_PROMPT_CHARACTERS, full_prompt, preset
from bot.core.requests import PhotoRef
from bot.core.shapes import Shape, is_possible, leading_shape
from bot.core.wishes import Missing, PictureMeant, Question, Wish


@dataclass(frozen=True, slots=True)
class Latest:
    """A person's latest picture in a private chat: a photo, or a result.

    `is_waiting`: a photo of the last minutes that nothing was made of, so that words are meant for it. It is
    one of those that were `collected`, with `is_album` the first of them.
    """

    picture: PictureMeant
    is_waiting: bool
    collected: tuple[PictureMeant, ...] = ()
    is_album: bool = False

    @property
    def others(self) -> tuple[PictureMeant, ...]:
        """The other photos of the album that it is part of."""
        return self.collected[1:] if self.is_album else ()


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is remembered that a message may be about.

    `asked`: the question that the message replies to. `open`: one that waits for this person's next message.
    `replied`: the picture of the edit whose message it replies to; `unmade`: the new picture that was wanted
    there and has failed. `around`: the collected photos with the one that it replies to among them.
    `photo_follows`: it is a comment that was forwarded together with a photo, which comes next.
    """

    asked: Question | None = None
    open: Question | None = None
    replied: PictureMeant | None = None
    unmade: Wish | None = None
    around: tuple[PictureMeant, ...] = ()
    latest: Latest | None = None
    photo_follows: bool = False


@dataclass(frozen=True, slots=True)
class EditAsked:
    """A complete edit, or one of each picture; without a picture, a new one. `answers` is the question that
    it answers.
    """

    command: str
    words: str
    picture: PictureMeant | None
    answers: Question | None = None
    others: tuple[PictureMeant, ...] = ()
    shape: Shape | None = None

    @property
    def wish(self) -> Wish:
        return Wish(self.command, self.words, self.picture, self.others, self.shape)

    @property
    def pictures(self) -> tuple[PictureMeant, ...]:
        return self.wish.pictures


@dataclass(frozen=True, slots=True)
class Lacking:
    """A wish that lacks something: to be asked for, unless what is missing is on its way (`is_silent`)."""

    wish: Wish
    missing: Missing
    answers: Question | None = None
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class PhotoSent:
    """A photo or an album in private, without words."""

    photo: PhotoRef
    others: tuple[PictureMeant, ...] = ()


@dataclass(frozen=True, slots=True)
class Declined:
    """A no to a question."""

    question: Question


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """Thanks, a greeting, an emoji: no request."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that cannot be done as it is. `prompt_length` is in characters, for a prompt too long."""

    reason: Reason
    prompt_length: int = 0


Meaning: TypeAlias = EditAsked | Lacking | PhotoSent | Declined | SmallTalk | Refused


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
    if command == IMAGINE:
        return complete(_wish(command, message.words))
    if command is not None:
        return complete(_of_latest(command, message.words, recalled.latest))
    return _plain_words(message.words, recalled)


def complete(wish: Wish, answers: Question | None = None) -> EditAsked | Lacking | Refused:
    """The edit that a wish asks for, or what it lacks. A new picture of a picture is an edit of that one."""
    if wish.shape is not None and not is_possible(wish.shape):
        return Refused(Reason.BAD_SHAPE)
    if wish.command == IMAGINE and wish.picture is not None:
        wish = replace(wish, command=EDIT)
    known = preset(wish.command)
    if not wish.words and (known is None or known.needs_words):
        return Lacking(wish, Missing.WORDS, answers)
    reshaped = wish.shape is not None and wish.command != IMAGINE
    length = len(full_prompt(wish.command, wish.words, reshaped=reshaped))
    if length > MAX_PROMPT_CHARACTERS:
        return Refused(Reason.PROMPT_TOO_LONG, prompt_length=length)
    if wish.picture is None and wish.command != IMAGINE:
        return Lacking(wish, Missing.PICTURE, answers)
    if wish.command == COMBINE and not wish.others:
        return Lacking(wish, Missing.PICTURE, answers)
    return EditAsked(wish.command, wish.words, wish.picture, answers, wish.others, wish.shape)


def _wish(
    command: str, words: str, picture: PictureMeant | None = None, others: tuple[PictureMeant, ...] = ()
) -> Wish:
    """The wish in these words, which may begin with a shape."""
    shape, rest = leading_shape(words)
    return Wish(command, rest, picture, others, shape)


def _reworded(wish: Wish, words: str) -> Wish:
    """New words in the place of those that a wish had. Its shape stays if they have none, and its words if
    they are no more than a shape.
    """
    shape, rest = leading_shape(words)
    return replace(wish, words=rest or wish.words, shape=shape or wish.shape)


def _is_talk(words: str) -> bool:
    """Whether they are no request. A shape is one, as short as it is."""
    return is_small_talk(words) and leading_shape(words)[0] is None


def _of_latest(command: str, words: str, latest: Latest | None) -> Wish:
    if latest is None:
        return _wish(command, words)
    if command == COMBINE and len(latest.collected) > 1:
        return _wish(command, words, latest.collected[0], latest.collected[1:])
    return _wish(command, words, latest.picture, latest.others)


def _with_own_photo(message: Message, photo: PhotoRef, command: str | None, recalled: Recalled) -> Meaning:
    """Its caption, or the question that it answers, says what to do with it.

    The caption of a forwarded photo is somebody else's text, not a request.
    """
    own = PictureMeant(photo, message.message_id)
    others = tuple(
        PictureMeant(part.picture, part.message_id)
        for part in message.album
        if isinstance(part.picture, PhotoRef)
    )
    if command == COMBINE:
        replied = _replied_picture(message, recalled)
        others += () if replied is None else (replied,)
        first, *rest = sorted((own, *others), key=lambda picture: picture.message_id)
        return complete(_wish(command, message.words, first, tuple(rest)))
    if command is not None:
        return complete(_wish(command, message.words, own, others))
    if message.words and not message.is_forwarded and not _is_talk(message.words):
        return complete(_wish(EDIT, message.words, own, others))
    question = recalled.asked or recalled.open
    if question is None or question.missing in {Missing.COMMAND, Missing.MANNER}:
        return PhotoSent(photo, others)
    if question.wish.command == COMBINE:
        together = (*question.wish.pictures, own, *others)
        return complete(replace(question.wish, picture=together[0], others=together[1:]), question)
    return complete(replace(question.wish, picture=own, others=others), question)


def _by_reply(message: Message, command: str | None, recalled: Recalled) -> Meaning | None:
    """None if it replies to nothing that has to do with a picture."""
    if recalled.asked is not None and command is None:
        return _answer(message.words, recalled.asked, is_reply=True)
    if recalled.unmade is not None and command is None:
        return SmallTalk() if _is_talk(message.words) else complete(_reworded(recalled.unmade, message.words))
    picture = recalled.replied
    if recalled.asked is not None:
        picture = recalled.asked.wish.picture
    elif picture is None and message.replied is not None:
        if isinstance(message.replied.picture, Reason):
            return Refused(message.replied.picture)
        picture = _replied_picture(message, recalled)
    if picture is None:
        return None
    if command is None and _is_talk(message.words):
        return SmallTalk()
    if command == COMBINE and recalled.around:
        first, *others = recalled.around
        meant = complete(_wish(command, message.words, first, tuple(others)))
        return Lacking(meant.wish, Missing.MANNER) if isinstance(meant, EditAsked) else meant
    return complete(_wish(command or EDIT, message.words, picture))


def _replied_picture(message: Message, recalled: Recalled) -> PictureMeant | None:
    """The picture of the edit whose message was replied to, else the photo in it."""
    replied = message.replied
    if recalled.replied is not None or replied is None or not isinstance(replied.picture, PhotoRef):
        return recalled.replied
    return PictureMeant(replied.picture, replied.message_id or message.message_id)


def _plain_words(words: str, recalled: Recalled) -> Meaning | None:
    """Words in private that reply to nothing. Only a photo that waits for words is edited unasked."""
    if recalled.photo_follows:
        is_talk = _is_talk(words)
        return None if is_talk else Lacking(_wish(EDIT, words), Missing.PICTURE, is_silent=True)
    if recalled.open is not None:
        return _answer(words, recalled.open, is_reply=False)
    if _is_talk(words):
        return SmallTalk()
    wish = _of_latest(EDIT, words, recalled.latest)
    meant = complete(wish)
    if not isinstance(meant, EditAsked):
        return meant
    if wish.others:
        return Lacking(wish, Missing.MANNER)
    is_waiting = recalled.latest is not None and recalled.latest.is_waiting
    return meant if is_waiting else Lacking(wish, Missing.CONSENT)


def _answer(words: str, question: Question, *, is_reply: bool) -> Meaning:
    """Words as the answer to a question. New words take the place of those that it had."""
    if is_no(words):
        return Declined(question)
    if question.missing is Missing.CONSENT and is_yes(words):
        return complete(question.wish, question)
    if _is_talk(words):
        return SmallTalk()
    if question.missing is Missing.CONSENT:
        words = after_no(words)
    meant = complete(_reworded(question.wish, words), question)
    if isinstance(meant, EditAsked) and question.missing is Missing.COMMAND and meant.others:
        return Lacking(_reworded(question.wish, words), Missing.MANNER, question)
    if question.missing is Missing.CONSENT and not is_reply and isinstance(meant, EditAsked):
        return Lacking(_reworded(question.wish, words), Missing.CONSENT, question)
    return meant
