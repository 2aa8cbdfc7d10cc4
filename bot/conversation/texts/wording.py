"""Parts of texts: numbers, durations, the progress bar, and people's words, escaped for HTML."""

import html
from datetime import UTC, datetime
from gettext import NullTranslations

from bot.conversation.texts.i18n import language_name

_BLOCKS = 10
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SIGNS = {"en": ",.", "fr": "\u202f,"}
"""What stands between groups of digits, and before decimals. Babel knows it too, and loads 4 MB to tell."""
_JOINERS = "\u200d\ufe0f"


def number(t: NullTranslations, value: int) -> str:
    """A whole number with the language's digit groups: 1,500 or 1 500."""
    return _localized(t, f"{value:,}")


def decimal(t: NullTranslations, value: float) -> str:
    """A number with one digit behind the language's decimal sign."""
    return _localized(t, f"{value:,.1f}")


def _localized(t: NullTranslations, figures: str) -> str:
    return figures.translate(str.maketrans(",.", _SIGNS[language_name(t)]))


def duration(t: NullTranslations, seconds: float) -> str:
    """A duration in its two largest units; never negative."""
    whole = max(0, round(seconds))
    days, hours = whole // _DAY, whole % _DAY // _HOUR
    minutes, rest = whole % _HOUR // _MINUTE, whole % _MINUTE
    parts = [
        (days, t.ngettext("{count} day", "{count} days", days)),
        (hours, t.gettext("{count} h")),
        (minutes, t.gettext("{count} min")),
        (rest, t.gettext("{count} s")),
    ]
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    shown = [part for part in parts[first : first + 2] if part[0]] or parts[-1:]
    return " ".join(words.format(count=count) for count, words in shown)


def rounded(seconds: float) -> int:
    """An estimate in seconds, rounded to 5 s under a minute, then to minutes."""
    fives = max(1, int(seconds / 5 + 0.5)) * 5
    return fives if fives < _MINUTE else max(1, int(seconds / _MINUTE + 0.5)) * _MINUTE


def passed(seconds: float) -> int:
    """Elapsed seconds, rounded down so that the text does not change every second."""
    whole = max(0, int(seconds))
    return (
        whole // 5 * 5 if whole < _MINUTE else whole // 10 * 10 if whole < 10 * _MINUTE else whole // 60 * 60
    )


def until(seconds: float) -> int:
    """Seconds to wait, rounded up, so that nobody comes back too early."""
    whole = max(1, -int(-seconds // 1))
    return whole if whole < _MINUTE else -(-whole // _MINUTE) * _MINUTE


def moment(t: NullTranslations, at: datetime, now: datetime) -> str:
    """A moment that is yet to come: "in 12 min". Telegram's newer apps keep it up to date."""
    wait = duration(t, until((at - now).total_seconds()))
    return _dated(at, t.gettext("in {duration}").format(duration=wait))


def moment_utc(t: NullTranslations, at: datetime) -> str:
    """The same for a text that stays as it is: older apps show the time of day."""
    return _dated(at, t.gettext("at {time} UTC").format(time=f"{at.astimezone(UTC):%H:%M}"))


def _dated(at: datetime, words: str) -> str:
    return f'<tg-time unix="{-int(-at.timestamp() // 1)}" format="r">{words}</tg-time>'


def ago(t: NullTranslations, seconds: float) -> str:
    """How long ago something ended, in whole minutes."""
    if seconds < _MINUTE:
        return t.gettext("a moment ago")
    return t.gettext("{duration} ago").format(duration=duration(t, int(seconds) // _MINUTE * _MINUTE))


def bar(progress: float) -> str:
    """Ten blocks for a progress from 0 to 1; the last one is never full, because the result is the end."""
    full = max(0, min(_BLOCKS - 1, int(progress * _BLOCKS)))
    return "▰" * full + "▱" * (_BLOCKS - full)


def excerpt(words: str, longest: int) -> str:
    """A person's words on one line, at most `longest` characters, cut at a space if possible, escaped."""
    line = " ".join(words.split())
    if len(line) > longest:
        cut = line[: longest - 1]
        space = cut.rfind(" ", longest * 3 // 4)
        line = (cut[:space] if space > 0 else cut).rstrip(_JOINERS + " ,;:") + "…"
    return escaped(line)


def escaped(text: str) -> str:
    """Any text, escaped for HTML."""
    return html.escape(text, quote=False)
