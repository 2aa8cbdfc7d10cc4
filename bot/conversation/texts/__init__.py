"""Everything that people read, in one place to import from. All of it is HTML, except for the alerts."""

from datetime import datetime
from gettext import NullTranslations

from bot.conversation.texts.cards import caption, card_text, status_text
from bot.conversation.texts.help import bot_description, bot_short_description, help_text, start_text
from bot.conversation.texts.reasons import (
    allowance,
    failure_card,
    prompt_too_long,
    reason_sentence,
    refusal_text,
)
from bot.conversation.texts.styles import command_descriptions, command_title, style_names, styles_text
from bot.conversation.texts.wording import duration, escaped, number, until
from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.limits import Usage

__all__ = [
    "admin_alert",
    "alert_cancelled",
    "alert_file_gone",
    "alert_gone",
    "alert_not_yours",
    "alert_sending",
    "alert_started",
    "alert_too_late",
    "bot_description",
    "bot_short_description",
    "cancelled_text",
    "caption",
    "card_text",
    "command_descriptions",
    "command_title",
    "duration",
    "failure_card",
    "help_text",
    "limits_text",
    "not_allowed_text",
    "nothing_to_cancel",
    "pick_a_style_text",
    "prompt_too_long",
    "reason_sentence",
    "refusal_text",
    "start_text",
    "status_text",
    "style_names",
    "styles_text",
    "unknown_command_text",
]


def pick_a_style_text(t: NullTranslations) -> str:
    """The answer to a photo without words."""
    return t.gettext(
        "What shall I do with it? Pick a style, or simply write what to change, "
        "for example: <i>put a party hat on the dog</i>"
    )


def limits_text(t: NullTranslations, usage: Usage, now: datetime) -> str:
    """How many edits a chat has left, and when there are more."""
    at_once = t.ngettext(
        "At most {count} edit at a time.", "At most {count} edits at a time.", usage.limits.max_active
    ).format(count=number(t, usage.limits.max_active))
    if usage.left is None:
        return "\n".join((t.gettext("There is no limit on the number of edits in this chat."), at_once))
    lines = [
        t.gettext("This chat may ask for <b>{allowance}</b>.").format(allowance=allowance(t, usage.limits)),
        t.gettext("Used: {used}. Left: {left}.").format(
            used=number(t, usage.used), left=number(t, usage.left)
        ),
    ]
    if usage.frees_at is not None:
        wait = duration(t, until((usage.frees_at - now).total_seconds()))
        lines.append(
            t.gettext("The next place is free in {wait}.").format(wait=wait)
            if usage.used == usage.limits.edits
            else t.gettext("The oldest one stops counting in {wait}.").format(wait=wait)
        )
    return "\n".join((*lines, at_once, t.gettext("Failed and cancelled edits are not counted.")))


def cancelled_text(t: NullTranslations, count: int) -> str:
    """The answer to /cancel."""
    return t.ngettext(
        "Cancelled {count} edit. It was not counted.",
        "Cancelled {count} edits. They were not counted.",
        count,
    ).format(count=number(t, count))


def nothing_to_cancel(t: NullTranslations) -> str:
    return t.gettext("You have no edits under way here that could be cancelled.")


def not_allowed_text(t: NullTranslations, chat_id: int) -> str:
    """For a chat that is not served; the id is what its people pass on to the owner."""
    return t.gettext(
        "This bot only serves chats that its owner has invited. Chat id: <code>{chat_id}</code>"
    ).format(chat_id=chat_id)


def unknown_command_text(t: NullTranslations) -> str:
    return t.gettext("I do not know that command. /help shows every way to ask, /styles lists the styles.")


def admin_alert(t: NullTranslations, edit: Edit) -> str:
    """For who runs the bot: what is broken and how to mend it."""
    match edit.failure:
        case Reason.OUT_OF_CREDIT:
            problem = t.gettext(
                "The image service says that the account is out of credit. "
                "Until it is topped up, every edit fails; nothing has to be restarted."
            )
        case Reason.ACCESS_DENIED:
            problem = t.gettext(
                "The image service or the photo host refused the bot's key. "
                "Check the keys in its settings (<code>make doctor</code> helps) and restart it."
            )
        case _:
            problem = t.gettext(
                "The image service or the photo host did not accept a request of the bot. The log says more; "
                "check the settings with <code>make doctor</code>, or look for a newer version."
            )
    found = t.gettext("Edit <code>{code}</code>, chat <code>{chat_id}</code>.").format(
        code=escaped(edit.code), chat_id=edit.chat_id
    )
    return f"⚠️ {problem}\n{found}"


# Alerts answer a button's press: plain text, at most 200 characters.


def alert_not_yours(t: NullTranslations) -> str:
    return t.gettext(
        "Only the person who asked for this edit, or an admin of the group, can use its buttons."
    )


def alert_cancelled(t: NullTranslations) -> str:
    return t.gettext("Cancelled. It was not counted.")


def alert_too_late(t: NullTranslations) -> str:
    return t.gettext("It is too late to cancel this one: it has ended or is on its way.")


def alert_started(t: NullTranslations) -> str:
    return t.gettext("I am on it.")


def alert_gone(t: NullTranslations) -> str:
    """The button's edit or photo is no longer known."""
    return t.gettext("I no longer have the picture behind this button. Please send the photo again.")


def alert_file_gone(t: NullTranslations) -> str:
    return t.gettext(
        "I keep the full-quality file for 48 hours, and this one is gone. Ask again for a new one."
    )


def alert_sending(t: NullTranslations) -> str:
    return t.gettext("Sending you the file.")
