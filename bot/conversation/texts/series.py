"""Texts about a series: how far it is, how it ended, its reply's caption, and what the limit leaves of it."""

from collections.abc import Sequence
from datetime import datetime
from gettext import NullTranslations

from bot.conversation.texts.cards import remarks, titled
from bot.conversation.texts.reasons import (
    code_line,
    limit_sentence,
    more_of_failure,
    reason_sentence,
    refusal_text,
)
from bot.conversation.texts.styles import command_title
from bot.conversation.texts.wording import escaped, moment, number
from bot.core.edits import Edit, Waste
from bot.core.limits import Refusal
from bot.core.stages import Cancelled, Delivered, Ready


def done_of(t: NullTranslations, series: Sequence[Edit]) -> str:
    """The first line of its card: how many of how many are done."""
    first = series[0].request
    done = sum(isinstance(each.stage, Ready | Delivered) for each in series)
    count = t.gettext("{done} of {count} done").format(
        done=number(t, done), count=number(t, first.series_count)
    )
    return f"<b>{command_title(t, first.command)}</b> · {count}"


def problems(t: NullTranslations, series: Sequence[Edit]) -> list[str]:
    """Why some do not arrive, each by its number."""
    lines = []
    for each in series:
        if each.failure is not None:
            reason, code = reason_sentence(t, each.failure), escaped(each.code)
            lines.append(
                t.gettext("Photo {number}: {reason} (Code: <code>{code}</code>)").format(
                    number=number(t, each.request.series_number), reason=reason, code=code
                )
            )
        elif isinstance(each.stage, Cancelled):
            lines.append(
                t.gettext("Photo {number}: cancelled.").format(number=number(t, each.request.series_number))
            )
    return lines


def series_end_text(t: NullTranslations, series: Sequence[Edit], *, admins_told: bool) -> str:
    """How all of it ended. What ended for all in the same way is said as of one."""
    head, why = done_of(t, series), problems(t, series)
    if not why:
        return head
    reasons = [each.failure for each in series if each.failure is not None]
    is_one = len(reasons) == len(series) and len(set(reasons)) == 1
    if is_one:
        why = [reason_sentence(t, reasons[0])]
    elif all(isinstance(each.stage, Cancelled) for each in series):
        why = [t.gettext("Cancelled.")]
    is_late = any(each.is_late and each.failure for each in series)
    lines = [head, *why, *more_of_failure(t, reasons, is_late=is_late, admins_told=admins_told)]
    lines.append(_counted(t, sum(each.waste is Waste.CHARGED for each in series)))
    return "\n".join([*lines, code_line(t, series[0])] if is_one else lines)


def _counted(t: NullTranslations, charged: int) -> str:
    if not charged:
        return t.gettext("What did not arrive was not counted.")
    return t.ngettext(
        "{count} of them had been paid for already and is counted.",
        "{count} of them had been paid for already and are counted.",
        charged,
    ).format(count=number(t, charged))


def series_caption(t: NullTranslations, edits: Sequence[Edit]) -> str:
    """Of what goes in one album: what was asked, and what there is to know about each."""
    lines = [titled(t, edits[0])]
    for each in edits:
        for remark in remarks(t, each):
            of_photo = t.gettext("Photo {number}: {remark}")
            lines.append(of_photo.format(number=number(t, each.request.series_number), remark=remark))
    return "\n".join(lines)


def too_few_places(t: NullTranslations, refusal: Refusal, count: int, now: datetime) -> str:
    """For more photos than there are places: how many there are, and when there is one for each."""
    if refusal.rule.window is None and not refusal.left:
        return refusal_text(t, refusal, now)
    photos = t.ngettext("{count} photo", "{count} photos", count).format(count=number(t, count))
    left = (
        t.ngettext("{count} place left", "{count} places left", refusal.left)
        if refusal.left
        else t.gettext("no place left")
    )
    sentence = f"{photos}, {left.format(count=number(t, refusal.left))}."
    if refusal.retry_at is not None:
        all_ = t.gettext("There is one for each {when}.").format(when=moment(t, refusal.retry_at, now))
        sentence = f"{sentence} {all_}"
    return f"{limit_sentence(t, refusal)} {sentence}".strip()


def change_all_question(t: NullTranslations) -> str:
    return t.gettext("What shall I change in each?")
