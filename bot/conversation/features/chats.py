"""/owner's list of chats: who may use the bot, and a limit of its own for one chat or person."""

import re
from collections.abc import Collection, Mapping, Sequence
from gettext import NullTranslations

from bot.conversation.feature import ChoiceButton, Feature, Pressed, Replies
from bot.conversation.guests import allow_button, chats_button, is_owner, named, refuse_button, turn_button
from bot.conversation.outgoing import Alert, Button, Buttons, ChangeText
from bot.conversation.texts.reasons import allowance
from bot.conversation.texts.wording import number
from bot.conversation.tools import Tools
from bot.core.guests import Guest
from bot.core.limits import Counts, Limits, Rule, Scope

_SHOWN = 8
"""Chats on a page of the list; each has buttons."""
_CHOICES = ((1, 2, 5, 10), (20, 50, 100, 200))
_AS_ALL = "all"
_ARGUMENT = re.compile(rf"(-?\d{{1,18}})(?:_(\d{{1,3}}|{_AS_ALL}))?")


async def chats_page(t: NullTranslations, tools: Tools, page: int) -> tuple[str, Buttons]:
    """A page of the list, from 0, as text and buttons."""
    found = tuple(await tools.guests.last(_SHOWN + 1, page * _SHOWN))
    guests, older = found[:_SHOWN], found[_SHOWN:]
    others = () if page else await _others(tools, {guest.id for guest in guests})
    own = await tools.own_limits.of([guest.id for guest in (*guests, *others)])
    to_older = [turn_button(t.gettext("◀ Older"), page + 1)] if older else []
    to_newer = [turn_button(t.gettext("Newer ▶"), page - 1)] if page else []
    turns = [(*to_older, *to_newer)] if older or page else []
    return guests_text(t, guests, others, own), (*guests_buttons(t, guests, others), *turns)


async def _others(tools: Tools, listed: Collection[int]) -> tuple[Guest, ...]:
    """The dearest chats of the week that are not on the list."""
    report = await tools.money.report(tools.now())
    return tuple(Guest(each.id, each.name) for each in report.chats if each.id not in listed)


def guests_text(
    t: NullTranslations, guests: Sequence[Guest], others: Sequence[Guest], own: Mapping[int, int]
) -> str:
    """Those who ask, those whom the owner has answered, and other chats that spend."""
    words = {True: t.gettext("allowed"), False: t.gettext("refused"), None: t.gettext("asks")}
    lines = [f"• {_said(t, guest, words[guest.is_allowed])}{_own(t, guest, own)}" for guest in guests]
    if guests:
        lines.insert(0, t.gettext("<b>Who may use me</b>, beside ALLOWED_CHATS"))
    else:
        lines.append(t.gettext("Nobody has asked to use me yet."))
    if others:
        lines.append(t.gettext("<b>Others that spent most this week</b>"))
    return "\n".join((*lines, *(f"• {named(chat)}{_own(t, chat, own)}" for chat in others)))


def _said(t: NullTranslations, guest: Guest, what: str) -> str:
    return t.gettext("{name}: {what}").format(name=named(guest), what=what)


def _own(t: NullTranslations, chat: Guest, own: Mapping[int, int]) -> str:
    if chat.id not in own:
        return ""
    if not own[chat.id]:
        return " · " + t.gettext("no limit")
    return " · " + t.gettext("own limit: {count}").format(count=number(t, own[chat.id]))


def guests_buttons(t: NullTranslations, guests: Sequence[Guest], others: Sequence[Guest]) -> Buttons:
    """Who is allowed can be refused, who is refused can be allowed; each may have a limit of its own."""
    rows: list[tuple[Button, ...]] = []
    for guest in guests:
        pair = (allow_button(t, guest.id, guest.name), refuse_button(t, guest.id, guest.name))
        row = pair if guest.is_allowed is None else (pair[guest.is_allowed],)
        rows.append((*row, limit_button(t, guest.id)) if guest.is_allowed else row)
    rows += [(limit_button(t, chat.id, chat.name or str(chat.id)),) for chat in others]
    return tuple(rows)


async def choose_limit(pressed: Pressed) -> Replies:
    """Show the page of a chat or person; with a number, after it is set."""
    press, tools = pressed.press, pressed.tools
    found = _ARGUMENT.fullmatch(pressed.argument)
    if found is None or press.message_id is None or not await is_owner(pressed):
        return (Alert(press.press_id),)
    id_, chosen = int(found[1]), found[2]
    if chosen is not None:
        await tools.own_limits.set(id_, None if chosen == _AS_ALL else int(chosen))
    guest = await tools.guests.get(id_) or Guest(id_, "")
    own = (await tools.own_limits.of([id_])).get(id_)
    text = limit_text(pressed.t, guest, own, tools.about.limits)
    return (
        Alert(press.press_id),
        ChangeText(press.chat.id, press.message_id, text, limit_buttons(pressed.t, id_, own)),
    )


def limit_text(t: NullTranslations, guest: Guest, own: int | None, limits: Limits) -> str:
    """The number that counts for a chat or person, and in place of what."""
    scope = Scope.PERSON if guest.id > 0 else Scope.CHAT
    counts = limits if own is None else limits.with_own({scope: own})
    rules = (rule for rule in counts.rules if rule.scope is scope and rule.counts is Counts.ADMITTED)
    said = _allowance(t, next(rules, None))
    if own is None:
        said = t.gettext("{allowance}, as all have").format(allowance=said)
    if guest.id > 0:
        where = t.gettext(
            "A number of their own counts in place of PERSON_LIMIT_EDITS in all chats, "
            "and of RATE_LIMIT_EDITS in their private one."
        )
    else:
        where = t.gettext(
            "A number of its own counts in place of RATE_LIMIT_EDITS. "
            "What each person may ask for stays as it is."
        )
    return f"{_said(t, guest, said)}\n{where}"


def _allowance(t: NullTranslations, rule: Rule | None) -> str:
    return t.gettext("no limit") if rule is None else f"<b>{allowance(t, rule)}</b>"


def limit_buttons(t: NullTranslations, id_: int, own: int | None) -> Buttons:
    """The numbers to choose from; what counts now is marked."""

    def button(label: str, choice: int | None) -> Button:
        marked = f"✓ {label}" if choice == own else label
        return LIMIT.of(marked, f"{id_}_{_AS_ALL if choice is None else choice}")

    rows = [tuple(button(number(t, choice), choice) for choice in choices) for choices in _CHOICES]
    last = (button(t.gettext("No limit"), 0), button(t.gettext("As all have"), None))
    return (*rows, last, (chats_button(t),))


def limit_button(t: NullTranslations, id_: int, name: str = "") -> Button:
    label = t.gettext("⚖️ Limit")
    return LIMIT.of(f"{label} {name}".strip(), str(id_))


LIMIT = ChoiceButton("limit", choose_limit)

FEATURE = Feature(order=91, buttons=(LIMIT,))
