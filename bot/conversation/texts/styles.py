"""The styles in words: their titles and one-line descriptions, the list of them, and the command menu."""

from gettext import NullTranslations

from bot.conversation.texts.wording import escaped
from bot.core.presets import PRESETS, preset

_Names = dict[str, tuple[str, str]]


def _drawn(t: NullTranslations) -> _Names:
    return {
        "sketch": (t.gettext("Sketch"), t.gettext("A pencil sketch on white paper")),
        "watercolor": (t.gettext("Watercolor"), t.gettext("A luminous watercolor")),
        "cartoon": (t.gettext("Cartoon"), t.gettext("A clean cartoon with bold outlines")),
        "anime": (t.gettext("Anime"), t.gettext("A frame of a hand-drawn anime film")),
        "pixelart": (t.gettext("Pixel art"), t.gettext("16-bit pixel art, as in an old game")),
        "oil": (t.gettext("Oil"), t.gettext("A classical oil painting on canvas")),
        "comic": (t.gettext("Comic"), t.gettext("A panel of a printed comic book")),
    }


def _made(t: NullTranslations) -> _Names:
    return {
        "figurine": (t.gettext("Figurine"), t.gettext("Your subject as a collectible figurine on a desk")),
        "claymation": (t.gettext("Claymation"), t.gettext("A miniature scene made of modelling clay")),
    }


def _retouched(t: NullTranslations) -> _Names:
    return {
        "restore": (t.gettext("Restore"), t.gettext("Mends an old photo: scratches, stains, faded parts")),
        "colorize": (t.gettext("Colorize"), t.gettext("Natural colours for a black and white photo")),
        "background": (t.gettext("Background"), t.gettext("Another background of your choice")),
        "headshot": (t.gettext("Headshot"), t.gettext("A professional studio portrait")),
        "enhance": (t.gettext("Enhance"), t.gettext("Better light, colours and sharpness, nothing else")),
    }


def style_names(t: NullTranslations) -> _Names:
    """Title and one-line description of every preset."""
    return _drawn(t) | _made(t) | _retouched(t)


def command_title(t: NullTranslations, command: str) -> str:
    """A command as the heading of a card or a caption."""
    known = preset(command)
    if known is None:
        return t.gettext("🍌 Edit")
    return f"{known.emoji} {style_names(t)[known.name][0]}"


def command_example(t: NullTranslations, command: str) -> str:
    """A command as a person would write it, with words where it needs some."""
    known = preset(command)
    if known is None:
        return t.gettext("/edit make it a watercolor")
    if known.needs_words:
        return t.gettext("/background a beach at sunset")
    return f"/{known.name}"


def styles_text(t: NullTranslations) -> str:
    """The list of styles, each command ready to be tapped."""
    names = style_names(t)
    lines = [t.gettext("<b>Styles</b>"), ""]
    what = escaped(t.gettext("<what>"))
    for known in PRESETS:
        command = f"/{known.name} {what}" if known.needs_words else f"/{known.name}"
        lines.append(f"{known.emoji} {command} · {names[known.name][1]}")
    lines += [
        "",
        t.gettext("Put one in the caption of a photo, or reply to a photo with it."),
        "",
        t.gettext("Add words to steer it: <code>/sketch in red chalk</code>"),
        t.gettext("Your own idea: <code>/edit make it a watercolor</code>"),
        t.gettext("A new background: <code>/background a beach at sunset</code>"),
    ]
    return "\n".join(lines)


def command_descriptions(t: NullTranslations) -> list[tuple[str, str]]:
    """The bot's menu: each command's name and its line."""
    names = style_names(t)
    return [
        ("edit", t.gettext("Change a photo as you describe it")),
        *((known.name, names[known.name][1]) for known in PRESETS),
        ("styles", t.gettext("All styles, with examples")),
        ("status", t.gettext("Your edits here and how far they are")),
        ("cancel", t.gettext("Stop your edits that are under way")),
        ("limits", t.gettext("How many edits this chat has left")),
        ("help", t.gettext("Every way to ask, with examples")),
    ]
