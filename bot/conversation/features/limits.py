"""/limits: the rules that apply here, what is used of them, and when there is a place again."""

from collections.abc import Sequence
from datetime import datetime
from gettext import NullTranslations

from bot.conversation.answering import answer
from bot.conversation.feature import Asked, Command, Feature, Replies
from bot.conversation.texts.i18n import N_
from bot.conversation.texts.money import price_text
from bot.conversation.texts.reasons import allowance
from bot.conversation.texts.wording import moment, number
from bot.core.edits import Edit
from bot.core.limits import MAX_HELD, Limits, Scope, Usage


async def show(asked: Asked) -> Replies:
    """/limits."""
    t, tools, now, person_id = asked.t, asked.tools, asked.tools.now(), asked.message.sender.id
    about, limits = tools.about, tools.about.limits
    usages = await tools.edits.usage(asked.message.chat.id, person_id, limits, now)
    if person_id in limits.exempt:
        text = exempt_text(t, usages, now)
    else:
        text = limits_text(t, limits, usages, await tools.edits.held_of(person_id), now)
    if about.shows_prices and about.prices:
        text = f"{text}\n{price_text(t, about.prices)}"
    return answer(asked, text)


def exempt_text(t: NullTranslations, usages: Sequence[Usage], now: datetime) -> str:
    """For who runs the bot: at the most, there is a rule for everybody together."""
    daily = [line for used in usages for line in _window_lines(t, used, now)]
    return "\n".join((t.gettext("You run this bot: no limit of a chat or person applies to you."), *daily))


def limits_text(
    t: NullTranslations, limits: Limits, usages: Sequence[Usage], held: Sequence[Edit], now: datetime
) -> str:
    """Every rule, what is used of it, and when the next place is free; then the person's held places."""
    windows = [used for used in usages if used.rule.window is not None]
    waiting = next((used.rule.count - limits.at_once for used in usages if used.rule.window is None), None)
    at_once = [_at_once(t, limits.at_once, waiting)] if limits.at_once else []
    if not windows:
        return "\n".join((t.gettext("There is no limit on the number of edits in this chat."), *at_once))
    lines = [line for used in windows for line in _window_lines(t, used, now)]
    return "\n".join((*lines, *_held_lines(t, held), *at_once, *_uncounted(t, limits.forgiven)))


def _window_lines(t: NullTranslations, used: Usage, now: datetime) -> list[str]:
    match used.rule.scope:
        case Scope.CHAT:
            whose = t.gettext("This chat may ask for <b>{allowance}</b>.")
        case Scope.PERSON:
            whose = t.gettext("You may ask for <b>{allowance}</b>, in all chats together.")
        case Scope.DEPLOYMENT:
            percent = min(100, 100 * used.used // used.rule.count) if used.rule.count else 100
            spent = t.gettext("Of what everybody together may spend in a day, {percent} % is spent.")
            return [spent.format(percent=number(t, percent)), *_next_lines(t, used, now)]
    lines = [
        whose.format(allowance=allowance(t, used.rule)),
        t.gettext("Used: {used}. Left: {left}.").format(used=number(t, used.used), left=number(t, used.left)),
    ]
    if used.held:
        lines.append(t.gettext("Held: {count}.").format(count=number(t, used.held)))
    return [*lines, *_next_lines(t, used, now)]


def _next_lines(t: NullTranslations, used: Usage, now: datetime) -> list[str]:
    if used.left == 0 and used.next_at is not None:
        return [t.gettext("The next place is free {when}.").format(when=moment(t, used.next_at, now))]
    if used.left and used.frees_at is not None:
        when = moment(t, used.frees_at, now)
        return [t.gettext("The oldest one stops counting {when}.").format(when=when)]
    return []


def _held_lines(t: NullTranslations, held: Sequence[Edit]) -> list[str]:
    """The person's own held places; /status of their chats has the buttons."""
    if not held:
        return []
    return [
        t.ngettext(
            "You hold {count} place of at most {most}.",
            "You hold {count} places of at most {most}.",
            len(held),
        ).format(count=number(t, len(held)), most=number(t, max(MAX_HELD, len(held))))
    ]


def _at_once(t: NullTranslations, count: int, waiting: int | None) -> str:
    said = t.ngettext("At most {count} edit at a time.", "At most {count} edits at a time.", count).format(
        count=number(t, count)
    )
    if waiting is None:
        return said
    more = t.ngettext("{count} more may wait in line.", "{count} more may wait in line.", waiting)
    return f"{said} {more.format(count=number(t, waiting))}"


def _uncounted(t: NullTranslations, forgiven: int) -> tuple[str, str]:
    """What no rule counts."""
    return (
        t.gettext("What fails, or is cancelled before it is paid for, is not counted."),
        t.ngettext(
            "Of what is paid for, and then cancelled or declined, {count} edit is not counted.",
            "Of what is paid for, and then cancelled or declined, up to {count} edits are not counted.",
            forgiven,
        ).format(count=number(t, forgiven))
        if forgiven
        else t.gettext("What is paid for, and then cancelled or declined, is counted."),
    )


FEATURE = Feature(
    order=50,
    commands=(Command("limits", show, N_("How many edits are left, and when there are more")),),
    help=N_("/limits tells how many edits are left here, and when there are more."),
)
