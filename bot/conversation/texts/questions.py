"""What the bot asks people, and what stands in the field for the answer."""

from collections.abc import Sequence
from gettext import NullTranslations

from bot.conversation.texts.wording import escaped, excerpt
from bot.core.presets import preset
from bot.core.wishes import Missing, Wish

_WORDS = 200
"""Characters of the person's words in a question."""


def question(t: NullTranslations, wish: Wish, missing: Missing) -> str:
    """The question for what a wish lacks."""
    words = excerpt(wish.words, _WORDS)
    match missing:
        case Missing.CONSENT:
            return t.gettext("Change this one? <i>{words}</i>").format(words=words)
        case Missing.PICTURE if words:
            return t.gettext("Got it: <i>{words}</i>. Now send the photo.").format(words=words)
        case Missing.PICTURE:
            return t.gettext("Which photo? Send it as the answer to this.")
    known = preset(wish.command)
    if known is not None and known.needs_words:
        return t.gettext("What should be behind it?")
    return t.gettext("What shall I change?")


def placeholder(t: NullTranslations, wish: Wish, missing: Missing) -> str:
    """In the field for the answer: an example, at most 64 characters."""
    if missing is Missing.PICTURE:
        return t.gettext("Send the photo")
    known = preset(wish.command)
    if known is not None and known.needs_words:
        return t.gettext("a beach at sunset")
    return t.gettext("make it a watercolor")


def other_picture(t: NullTranslations, wish: Wish) -> str:
    """After a No: the words are kept for another photo."""
    return t.gettext("All right. Send the photo that you mean, and I do this: <i>{words}</i>").format(
        words=excerpt(wish.words, _WORDS)
    )


def unknown_command(t: NullTranslations, name: str, near: Sequence[str], *, has_picture: bool) -> str:
    """For a command that no feature declares, with the nearest ones."""
    lines = [t.gettext("I do not know /{name}.").format(name=escaped(name))]
    if near:
        lines = [
            t.gettext("I do not know /{name}. Did you mean {commands}?").format(
                name=escaped(name), commands=", ".join(f"/{each}" for each in near)
            )
        ]
    if has_picture:
        lines.append(t.gettext("I still have your photo: pick one, or write what to change."))
    else:
        lines.append(t.gettext("/help shows every way to ask, /styles lists the styles."))
    return "\n".join(lines)


def yes(t: NullTranslations) -> str:
    return t.gettext("✏️ Yes")


def no(t: NullTranslations) -> str:
    return t.gettext("No")


def small_talk(t: NullTranslations) -> str:
    """The answer to words that are no request."""
    return t.gettext("🙂 Gladly. Send a photo and say what to change, or reply to a picture with your idea.")


def dropped(t: NullTranslations) -> str:
    """The answer to /cancel when only a question was open."""
    return t.gettext("All right, never mind.")
