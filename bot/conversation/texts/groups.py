"""Texts for groups."""

from gettext import NullTranslations

from bot.conversation.outgoing import LinkButton


def private_chat_button(t: NullTranslations, username: str, link: str) -> LinkButton:
    """Opens the private chat; there, Telegram has people send `/start` with the word `link`."""
    return LinkButton(t.gettext("Open the private chat"), f"https://t.me/{username}?start={link}")
