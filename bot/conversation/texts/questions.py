"""What the bot asks people, and what stands in the field for the answer."""

from collections.abc import Sequence
from gettext import NullTranslations

from bot.conversation.texts.wording import escaped, excerpt, number
from bot.core.presets import COMBINE, IMAGINE, preset
from bot.core.wishes import Missing, Wish

_WORDS = 200
"""Characters of the person's words in a question."""


def question(t: NullTranslations, wish: Wish, missing: Missing) -> str:
    """The question for what a wish lacks."""
    words, count = excerpt(wish.said, _WORDS), len(wish.pictures)
    match missing:
        case Missing.CONSENT:
            return t.gettext("Change this one? <i>{words}</i>").format(words=words)
        case Missing.MANNER:
            return t.ngettext(
                "{count} photo: <i>{words}</i>", "{count} photos: <i>{words}</i>", count
            ).format(count=number(t, count), words=words)
        case Missing.PICTURE if wish.command == COMBINE:
            return _more_photos(t, count)
        case Missing.PICTURE if words:
            return t.gettext("Got it: <i>{words}</i>\nNow send the photo.").format(words=words)
        case Missing.PICTURE:
            return t.gettext("Which photo? Send it as the answer to this.")
    if wish.command == COMBINE:
        return t.gettext("How shall I combine them?")
    if wish.command == IMAGINE:
        return t.gettext("What shall I paint?")
    known = preset(wish.command)
    if known is not None and known.needs_words:
        return t.gettext("What should be behind it?")
    return t.gettext("What shall I change?")


def placeholder(t: NullTranslations, wish: Wish, missing: Missing) -> str:
    """In the field for the answer: an example, at most 64 characters."""
    if missing is Missing.PICTURE:
        return t.gettext("Send the photo")
    if wish.command == COMBINE:
        return t.gettext("put this dress on her")
    if wish.command == IMAGINE:
        return t.gettext("a lighthouse in a storm")
    known = preset(wish.command)
    if known is not None and known.needs_words:
        return t.gettext("a beach at sunset")
    return t.gettext("make it a watercolor")


def other_picture(t: NullTranslations, wish: Wish) -> str:
    """After a No: the words are kept for another photo."""
    return t.gettext("All right. Send the photo that you mean, and I do this: <i>{words}</i>").format(
        words=excerpt(wish.said, _WORDS)
    )


def unknown_command(t: NullTranslations, name: str, near: Sequence[str], *, has_picture: bool) -> str:
    """For a command that no feature declares, with the nearest ones."""
    lines = [t.gettext("I do not know /{name}.").format(name=escaped(name))]
    if near:
        lines = [
            t.gettext("I do not know /{name}. Did you mean {commands}?").format(
                name=escaped(name), commands=_one_of(t, [f"/{each}" for each in near])
            )
        ]
    if has_picture:
        lines.append(t.gettext("I still have your photo: pick one, or write what to change."))
    else:
        lines.append(t.gettext("/help shows every way to ask, /styles lists the styles."))
    return "\n".join(lines)


def _one_of(t: NullTranslations, names: Sequence[str]) -> str:
    """A list to choose from: "/a, /b or /c"."""
    *first, last = names
    return t.gettext("{first} or {last}").format(first=", ".join(first), last=last) if first else last


def _more_photos(t: NullTranslations, count: int) -> str:
    if count:
        return t.gettext("That is one photo. Send me the other one as the answer to this.")
    return t.gettext("Which photos? Send two or more as an album, as the answer to this.")


def several(t: NullTranslations, count: int) -> str:
    """The answer to an album without words."""
    return t.ngettext(
        "{count} photo. What shall I do with it? Write what to change, or pick a style for each.",
        "{count} photos. What shall I do with them? Write what to change, or pick a style for each.",
        count,
    ).format(count=number(t, count))


def left_out(t: NullTranslations, count: int) -> str:
    """For parts of an album that are no still pictures."""
    return t.ngettext(
        "I leave out {count} part of the album: I edit still pictures only.",
        "I leave out {count} parts of the album: I edit still pictures only.",
        count,
    ).format(count=number(t, count))


def too_many(t: NullTranslations, most: int) -> str:
    """For more photos than the model takes in one picture."""
    return t.gettext("I can combine {most} photos at most. Send fewer.").format(most=number(t, most))


def each(t: NullTranslations) -> str:
    return t.gettext("✨ Each one")


def together(t: NullTranslations) -> str:
    return t.gettext("🧩 Combine")


def only_one(t: NullTranslations) -> str:
    return t.gettext("Only this one")


def all_of(t: NullTranslations, count: int) -> str:
    return t.ngettext("All {count}", "All {count}", count).format(count=number(t, count))


def new_picture(t: NullTranslations) -> str:
    return t.gettext("🖼 Make a new picture")


def yes(t: NullTranslations) -> str:
    return t.gettext("✏️ Yes")


def no(t: NullTranslations) -> str:
    return t.gettext("No")


def small_talk(t: NullTranslations) -> str:
    """The answer to words that are no request."""
    return t.gettext("🙂 Send a photo and say what to change, or reply to a picture with your idea.")


def what_i_do(t: NullTranslations) -> str:
    """The answer to who asks what the bot can do."""
    return t.gettext(
        "Send a photo and say what to change, and I send it back edited. /help shows every way to ask."
    )


def too_old(t: NullTranslations) -> str:
    """For a message that was edited long after it was sent."""
    return t.gettext(
        "I notice corrections for 5 minutes only. Please send the photo again, with the new words."
    )


def dropped(t: NullTranslations) -> str:
    """The answer to a no, and to /cancel when only a question was open."""
    return t.gettext("All right, never mind.")
