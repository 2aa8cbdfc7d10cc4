"""Answers to a press of a button: plain text, at most 200 characters."""

import html
import re
from gettext import NullTranslations

LONGEST = 200


def plain(html_text: str) -> str:
    """A text for an alert: no markup, not too long."""
    text = html.unescape(re.sub(r"<[^>]*>", "", html_text))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def not_yours(t: NullTranslations, requester_id: int) -> str:
    """Channels and groups, which speak in their own name, have negative ids and press no buttons."""
    if requester_id < 0:
        return t.gettext(
            "This edit was asked for in the name of a channel or of the group: "
            "only an admin of the group can use its buttons."
        )
    return t.gettext(
        "Only the person who asked for this edit, or an admin of the group, can use its buttons."
    )


def not_your_question(t: NullTranslations) -> str:
    return t.gettext("Only the person whom I asked can answer this.")


def settled(t: NullTranslations) -> str:
    """The button's question has been answered, or something else has been asked since."""
    return t.gettext("That is settled already. Tell me what you would like now.")


def started(t: NullTranslations) -> str:
    return t.gettext("I am on it.")


def gone(t: NullTranslations) -> str:
    """The button's edit or photo is no longer known."""
    return t.gettext("I no longer have the picture behind this button. Please send the photo again.")
