"""Texts for groups: short, because they are read by people who did not ask for them."""

from gettext import NullTranslations

from bot.conversation.outgoing import LinkButton
from bot.conversation.texts.wording import escaped


def greeting_text(t: NullTranslations, username: str, *, sees_all: bool) -> str:
    """Said once in a group that the bot was added to: how to ask, and what it can see."""
    how = t.gettext("Hello! Reply to a photo with <code>/sketch@{name}</code>, and I draw it anew.")
    return f"{how.format(name=escaped(username))} {_sight(t, sees_all=sees_all)}"


def group_help_text(t: NullTranslations, username: str, *, sees_all: bool) -> str:
    """Four lines: how to ask, where a caption goes unseen, what the bot sees, what else there is."""
    lines = (
        t.gettext(
            "Reply to a photo with <code>/edit@{name} make it a watercolor</code> "
            "or <code>/sketch@{name}</code>."
        ),
        t.gettext(
            "Or write that in the caption of a photo. If I do not react to a caption, reply to the photo."
        ),
        _sight(t, sees_all=sees_all),
        t.gettext("/styles lists all styles, /cancel stops your edits, /privacy tells what is stored."),
    )
    return "\n".join(lines).format(name=escaped(username))


def private_chat_button(t: NullTranslations, username: str, link: str) -> LinkButton:
    """Opens the private chat; there, Telegram has people send `/start` with the word `link`."""
    return LinkButton(t.gettext("Open the private chat"), f"https://t.me/{username}?start={link}")


def _sight(t: NullTranslations, *, sees_all: bool) -> str:
    if sees_all:
        return t.gettext("Telegram shows me all messages here, but I only react to commands and to my name.")
    return t.gettext(
        "I do not read your conversation: unless I am an admin here, Telegram shows me only commands "
        "with my name, also in captions, and replies to my messages."
    )
