"""/limits: how many edits a chat has left, and when there are more."""

from collections.abc import Sequence
from datetime import datetime
from gettext import NullTranslations

from bot.conversation.answering import answer
from bot.conversation.feature import Asked, Command, Feature, Replies
from bot.conversation.texts.i18n import N_
from bot.conversation.texts.reasons import allowance
from bot.conversation.texts.wording import duration, number, until
from bot.core.limits import Usage


async def show(asked: Asked) -> Replies:
    """/limits."""
    tools, now = asked.tools, asked.tools.now()
    usages = await tools.edits.usage(asked.message.chat.id, tools.about.limits, now)
    return answer(asked, limits_text(asked.t, usages, now))


def limits_text(t: NullTranslations, usages: Sequence[Usage], now: datetime) -> str:
    """Every rule, what is used of it, and when the next place is free."""
    windows = [used for used in usages if used.rule.window is not None]
    at_once = [
        t.ngettext(
            "At most {count} edit at a time.", "At most {count} edits at a time.", used.rule.count
        ).format(count=number(t, used.rule.count))
        for used in usages
        if used.rule.window is None
    ]
    if not windows:
        return "\n".join((t.gettext("There is no limit on the number of edits in this chat."), *at_once))
    lines = [line for used in windows for line in _window_lines(t, used, now)]
    return "\n".join((*lines, *at_once, t.gettext("Failed and cancelled edits are not counted.")))


def _window_lines(t: NullTranslations, used: Usage, now: datetime) -> list[str]:
    lines = [
        t.gettext("This chat may ask for <b>{allowance}</b>.").format(allowance=allowance(t, used.rule)),
        t.gettext("Used: {used}. Left: {left}.").format(used=number(t, used.used), left=number(t, used.left)),
    ]
    if used.frees_at is not None:
        wait = duration(t, until((used.frees_at - now).total_seconds()))
        lines.append(
            t.gettext("The next place is free in {wait}.").format(wait=wait)
            if used.used == used.rule.count
            else t.gettext("The oldest one stops counting in {wait}.").format(wait=wait)
        )
    return lines


FEATURE = Feature(
    order=50,
    commands=(Command("limits", show, N_("How many edits this chat has left")),),
    help=N_("/limits tells how many edits are left here. Failed or cancelled ones are not counted."),
)
