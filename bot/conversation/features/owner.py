"""/owner: money, who may use the bot, and a pause; and the link that makes somebody the owner."""

import re
from gettext import NullTranslations

from bot.conversation.answering import answer
from bot.conversation.feature import Asked, ChoiceButton, Command, Feature, Pressed, Replies
from bot.conversation.features.chats import chats_page
from bot.conversation.guests import ALLOW, CHATS, OWNER_VERB, REFUSE, chats_button, is_owner
from bot.conversation.outgoing import Alert, Buttons, ChangeText, Destination, SayWithFile, SayWithPicture
from bot.conversation.owners import LINK
from bot.conversation.texts.money import chart_text, report_text, table_text
from bot.conversation.tools import Tools
from bot.core.money import PAUSED

_MONEY, _PAUSE, _GO_ON, _CHART, _TABLE = "money", "pause", "on", "chart", "csv"
_CHATS_PAGE = re.compile(rf"{CHATS}(\d{{0,3}})")
_CHART_DAYS = 30


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
    if choice in {_CHART, _TABLE}:
        to, make = Destination(press.chat.id), _chart if choice == _CHART else _table
        return (Alert(press.press_id), await make(pressed.t, tools, to))
    text, buttons = await _page(pressed.t, tools, choice)
    return (Alert(press.press_id), ChangeText(press.chat.id, press.message_id, text, buttons))


async def _page(t: NullTranslations, tools: Tools, choice: str) -> tuple[str, Buttons]:
    if page := _CHATS_PAGE.fullmatch(choice):
        text, buttons = await chats_page(t, tools, int(page[1] or 0))
        return text, (*buttons, (OWNER.of(t.gettext("⬅️ Money"), _MONEY),))
    is_paused = await tools.money.has_notice(PAUSED)
    report = await tools.money.report(tools.now())
    return report_text(t, report, is_paused=is_paused), money_buttons(t, is_paused=is_paused)


async def _chart(t: NullTranslations, tools: Tools, to: Destination) -> SayWithPicture:
    days = await tools.money.days(tools.now(), _CHART_DAYS)
    return SayWithPicture(to, await tools.owners_files.chart(days), chart_text(t, days), silent=True)


async def _table(t: NullTranslations, tools: Tools, to: Destination) -> SayWithFile:
    table = await tools.owners_files.table()
    return SayWithFile(to, f"edits-{tools.now():%Y-%m-%d}.csv", table.content, table_text(t, table))


def money_buttons(t: NullTranslations, *, is_paused: bool) -> Buttons:
    pause = OWNER.of(t.gettext("▶️ Go on"), _GO_ON) if is_paused else OWNER.of(t.gettext("⏸ Pause"), _PAUSE)
    return (
        (OWNER.of(t.gettext("🔄 Refresh"), _MONEY), chats_button(t)),
        (OWNER.of(t.gettext("📊 Chart"), _CHART), OWNER.of(t.gettext("📄 CSV"), _TABLE)),
        (pause,),
    )


def owner_text(t: NullTranslations) -> str:
    return t.gettext(
        "You are the owner of this bot now. Whoever wants to use me has to be allowed by you: "
        "I ask you here. What only you can mend I tell you here too. /owner shows what is spent."
    )


def too_late_text(t: NullTranslations) -> str:
    return t.gettext("This link is no longer valid: it works once, and only as long as nobody owns the bot.")


def not_yours_text(t: NullTranslations) -> str:
    return t.gettext("Only the owner of this bot sees that, in private.")


OWNER = ChoiceButton(OWNER_VERB, press)

FEATURE = Feature(order=90, commands=(Command("owner", show),), buttons=(ALLOW, REFUSE, OWNER))
