"""Turns buttons into Telegram's keyboards."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.conversation.outgoing import Button, Buttons, LinkButton


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    """An inline keyboard; None for no buttons, which removes the keyboard of a message."""
    if not buttons:
        return None
    return InlineKeyboardMarkup([[_button(each) for each in row] for row in buttons])


def _button(button: Button | LinkButton) -> InlineKeyboardButton:
    if isinstance(button, LinkButton):
        return InlineKeyboardButton(button.text, url=button.url)
    return InlineKeyboardButton(button.text, callback_data=button.data)
