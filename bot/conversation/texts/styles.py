"""The styles in words: their titles, one-line descriptions and examples."""

from gettext import NullTranslations

from bot.conversation.texts.i18n import N_, said
from bot.core.presets import COMBINE, IMAGINE, preset

_STYLES: dict[str, tuple[str, str]] = {
    "sketch": (N_("Sketch"), N_("A pencil sketch on white paper")),
    "watercolor": (N_("Watercolor"), N_("A luminous watercolor")),
    "cartoon": (N_("Cartoon"), N_("A clean cartoon with bold outlines")),
    "anime": (N_("Anime"), N_("A frame of a hand-drawn anime film")),
    "pixelart": (N_("Pixel art"), N_("16-bit pixel art, as in an old game")),
    "oil": (N_("Oil"), N_("A classical oil painting on canvas")),
    "comic": (N_("Comic"), N_("A panel of a printed comic book")),
    "figurine": (N_("Figurine"), N_("Your subject as a collectible figurine on a desk")),
    "claymation": (N_("Claymation"), N_("A miniature scene made of modelling clay")),
    "restore": (N_("Restore"), N_("Mends an old photo: scratches, stains, faded parts")),
    "colorize": (N_("Colorize"), N_("Natural colours for a black and white photo")),
    "background": (N_("Background"), N_("Another background of your choice")),
    "headshot": (N_("Headshot"), N_("A professional studio portrait")),
    "enhance": (N_("Enhance"), N_("Better light, colours and sharpness, nothing else")),
}


def style_description(name: str) -> str:
    """A style's line in the menu, marked for translation."""
    return _STYLES[name][1]


def command_title(t: NullTranslations, command: str) -> str:
    """A command as the heading of a card or a caption."""
    known = preset(command)
    if command == COMBINE:
        return t.gettext("🧩 Combine")
    if command == IMAGINE:
        return t.gettext("🖼 New picture")
    if known is None:
        return t.gettext("🍌 Edit")
    return f"{known.emoji} {said(t, _STYLES[known.name][0])}"
