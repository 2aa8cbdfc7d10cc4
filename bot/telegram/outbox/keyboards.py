"""Turns buttons into Telegram's keyboards."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.conversation.outgoing import Buttons


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    """An inline keyboard; None for no buttons, which removes the keyboard of a message."""
    if not buttons:
        return None
    rows = [[InlineKeyboardButton(each.text, callback_data=each.data) for each in row] for row in buttons]
    return InlineKeyboardMarkup(rows)
