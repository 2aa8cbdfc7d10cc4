"""What the owner reads: /owner, and warnings about the credit."""

from collections.abc import Collection, Mapping, Sequence
from gettext import NullTranslations

from bot.conversation.texts.wording import decimal, duration, excerpt, number
from bot.core.money import Day, Report, Span, Spender, Table
from bot.nanobanana.prices import DOLLARS_PER_CREDIT

_DAY_SECONDS = 86400.0
_LONGEST_NAME = 40


def report_text(t: NullTranslations, report: Report, *, is_paused: bool) -> str:
    """The balance, the spans, who spent most, and what waits."""
    parts = [
        _balance(t, report),
        *(_span(t, days, span) for days, span in report.spans.items()),
        *_spenders(t.gettext("<b>The dearest chats of 7 days</b>"), t, report.chats),
        *_spenders(t.gettext("<b>The dearest people of 7 days</b>"), t, report.people),
    ]
    if report.waiting:
        parts.append(t.gettext("<b>Waiting</b>: {reasons}").format(reasons=_counts(t, report.waiting)))
    if is_paused:
        parts.append(t.gettext("⏸ Paused: new requests wait."))
    return "\n\n".join(parts)


def money(t: NullTranslations, credits: float) -> str:  # noqa: A002 - the account's unit
    """Credits, and what they are worth."""
    whole = number(t, round(credits)) if credits == round(credits) else decimal(t, credits)
    dollars = f"{credits * DOLLARS_PER_CREDIT:.2f}"
    return t.gettext("{credits} credits (${dollars})").format(credits=whole, dollars=dollars)


def price_text(t: NullTranslations, prices: Collection[float]) -> str:
    """A sentence about what an edit costs; there is at least one price."""
    least, most = min(prices), max(prices)
    if least == most:
        return t.gettext("An edit costs {price}.").format(price=money(t, least))
    return t.gettext("An edit costs from {least} to {most}, by the size of its picture.").format(
        least=money(t, least), most=money(t, most)
    )


def chart_text(t: NullTranslations, days: Sequence[Day]) -> str:
    """What the chart's colours mean, and its sums."""
    spent = t.gettext("🟧 dollars a day: {money} in {days} days").format(
        money=money(t, sum(day.credits for day in days)), days=number(t, len(days))
    )
    ended = t.gettext("🟩 {delivered} delivered 🟥 {failed} failed ⬜ {cancelled} cancelled").format(
        delivered=number(t, sum(day.delivered for day in days)),
        failed=number(t, sum(day.failed for day in days)),
        cancelled=number(t, sum(day.cancelled for day in days)),
    )
    return "\n".join((spent, ended, t.gettext("The days are those of UTC.")))


def table_text(t: NullTranslations, table: Table) -> str:
    """What the file of all edits has in it."""
    said = t.ngettext(
        "{count} edit, without its words and pictures.",
        "{count} edits, without their words and pictures.",
        table.edits,
    ).format(count=number(t, table.edits))
    if table.is_whole:
        return said
    return t.gettext("{edits} Older ones are left out: the file would be too large.").format(edits=said)


def low_text(t: NullTranslations, left: float, pace: float) -> str:
    """The warning that little is left."""
    words = t.gettext("⚠️ Only {money} are left at the image service.").format(money=money(t, left))
    if pace:
        day = t.gettext("A day of this week took {money}.").format(money=money(t, pace))
        words = f"{words} {day}"
    return " ".join((words, t.gettext("Top up before edits have to wait.")))


def daily_text(t: NullTranslations, spent: float, most: float) -> str:
    """The warning that most of what a day may cost is spent."""
    words = t.gettext("⚠️ {spent} of the {most} credits of DAILY_CREDITS are spent.")
    return words.format(spent=number(t, round(spent)), most=number(t, round(most)))


def _balance(t: NullTranslations, report: Report) -> str:
    if report.balance is None:
        return t.gettext("<b>Balance</b>: not known yet")
    lines = [t.gettext("<b>Balance</b>: {money}").format(money=money(t, report.balance.credits))]
    if report.days_left is not None:
        left = duration(t, report.days_left * _DAY_SECONDS)
        lines.append(t.gettext("It lasts {duration} at this week's pace.").format(duration=left))
    if report.drift.is_lasting:
        fell, noted = decimal(t, report.drift.fell), decimal(t, report.drift.noted)
        lines.append(
            t.gettext(
                "⚠️ It fell by {fell} credits, and I noted {noted}: the prices seem to have changed. "
                "NANOBANANA_CREDITS_PER_EDIT corrects mine."
            ).format(fell=fell, noted=noted)
        )
    return "\n".join(lines)


def _span(t: NullTranslations, days: int, span: Span) -> str:
    title = (
        t.gettext("<b>Last 24 hours</b>")
        if days == 1
        else t.gettext("<b>{days} days</b>").format(days=number(t, days))
    )
    counts = t.gettext("{edits} edits, {delivered} delivered, {cancelled} cancelled, {money}").format(
        edits=number(t, span.edits),
        delivered=number(t, span.delivered),
        cancelled=number(t, span.cancelled),
        money=money(t, span.credits),
    )
    lines = [f"{title}: {counts}"]
    if span.failed:
        lines.append(t.gettext("failed: {reasons}").format(reasons=_counts(t, span.failed)))
    return "\n".join(lines)


def _spenders(title: str, t: NullTranslations, spenders: Sequence[Spender]) -> list[str]:
    if not spenders:
        return []
    return ["\n".join((title, *(_spender(t, each) for each in spenders)))]


def _spender(t: NullTranslations, spender: Spender) -> str:
    who = f"<code>{spender.id}</code>"
    if spender.name:
        who = f"{excerpt(spender.name, _LONGEST_NAME)} ({who})"
    spent = t.gettext("{edits} edits, {money}").format(
        edits=number(t, spender.edits), money=money(t, spender.credits)
    )
    return f"• {who}: {spent}"


def _counts(t: NullTranslations, counts: Mapping[str, int]) -> str:
    """By the names that the log and the metrics use, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"<code>{name}</code> {number(t, count)}" for name, count in ordered)
