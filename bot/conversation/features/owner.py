"""/owner: money, who may use the bot, and a pause; and the link that makes somebody the owner."""

from gettext import NullTranslations

from bot.conversation.answering import answer
from bot.conversation.feature import Asked, ChoiceButton, Command, Feature, Pressed, Replies
from bot.conversation.guests import ALLOW, REFUSE, allow_button, is_owner, named, refuse_button
from bot.conversation.outgoing import Alert, Buttons, ChangeText
from bot.conversation.owners import LINK
from bot.conversation.texts.money import report_text
from bot.conversation.tools import Tools
from bot.core.guests import Guest
from bot.core.money import PAUSED

_MONEY, _CHATS, _PAUSE, _GO_ON = "money", "chats", "pause", "on"
_SHOWN = 8
"""Chats in the list; each has a button."""


async def claim(asked: Asked) -> Replies:
    """`/start` from the one-time link."""
    message = asked.message
    is_first = await asked.tools.owners.claim(message.words.removeprefix(LINK), message.sender.id)
    return answer(asked, owner_text(asked.t) if is_first else too_late_text(asked.t))


async def show(asked: Asked) -> Replies:
    """/owner, for who runs the bot, in private: it names people."""
    message, tools = asked.message, asked.tools
    if not message.chat.is_private or message.sender.id not in await tools.owners.all():
        return answer(asked, not_yours_text(asked.t))
    return answer(asked, *await _page(asked.t, tools, _MONEY))


async def press(pressed: Pressed) -> Replies:
    """The buttons under it; the message is changed in place."""
    press, tools, choice = pressed.press, pressed.tools, pressed.argument
    if press.message_id is None or not await is_owner(pressed):
        return (Alert(press.press_id),)
    if choice == _PAUSE:
        await tools.money.notice(PAUSED, tools.now())
    if choice == _GO_ON:
        await tools.money.notice_over(PAUSED)
    text, buttons = await _page(pressed.t, tools, choice)
    return (Alert(press.press_id), ChangeText(press.chat.id, press.message_id, text, buttons))


async def _page(t: NullTranslations, tools: Tools, choice: str) -> tuple[str, Buttons]:
    if choice == _CHATS:
        guests = tuple(await tools.guests.last(_SHOWN))
        return guests_text(t, guests), guests_buttons(t, guests)
    is_paused = await tools.money.has_notice(PAUSED)
    report = await tools.money.report(tools.now())
    return report_text(t, report, is_paused=is_paused), money_buttons(t, is_paused=is_paused)


def money_buttons(t: NullTranslations, *, is_paused: bool) -> Buttons:
    pause = OWNER.of(t.gettext("▶️ Go on"), _GO_ON) if is_paused else OWNER.of(t.gettext("⏸ Pause"), _PAUSE)
    return (
        (OWNER.of(t.gettext("🔄 Refresh"), _MONEY), OWNER.of(t.gettext("👥 Chats"), _CHATS)),
        (pause,),
    )


def guests_text(t: NullTranslations, guests: tuple[Guest, ...]) -> str:
    """Those who ask, and those whom the owner has answered."""
    if not guests:
        return t.gettext("Nobody has asked to use me yet.")
    asking = t.gettext("asks")
    words = {True: t.gettext("allowed"), False: t.gettext("refused"), None: asking}
    return "\n".join(
        (
            t.gettext("<b>Who may use me</b>, beside ALLOWED_CHATS"),
            *(f"• {named(guest)}: {words[guest.is_allowed]}" for guest in guests),
        )
    )


def guests_buttons(t: NullTranslations, guests: tuple[Guest, ...]) -> Buttons:
    """Who is allowed can be refused, who is refused can be allowed."""
    both = {
        guest: (allow_button(t, guest.id, guest.name), refuse_button(t, guest.id, guest.name))
        for guest in guests
    }
    rows = [pair if guest.is_allowed is None else (pair[guest.is_allowed],) for guest, pair in both.items()]
    return (*rows, (OWNER.of(t.gettext("⬅️ Money"), _MONEY),))


def owner_text(t: NullTranslations) -> str:
    return t.gettext(
        "You are the owner of this bot now. Whoever wants to use me has to be allowed by you: "
        "I ask you here. What only you can mend I tell you here too. /owner shows what is spent."
    )


def too_late_text(t: NullTranslations) -> str:
    return t.gettext("This link is no longer valid: it works once, and only as long as nobody owns the bot.")


def not_yours_text(t: NullTranslations) -> str:
    return t.gettext("Only the owner of this bot sees that, in private.")


OWNER = ChoiceButton("owner", press)

FEATURE = Feature(order=90, commands=(Command("owner", show),), buttons=(ALLOW, REFUSE, OWNER))
