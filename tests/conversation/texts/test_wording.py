from datetime import UTC, datetime, timedelta

import pytest
from babel.numbers import format_decimal

from bot.conversation.texts.i18n import LANGUAGES, translations
from bot.conversation.texts.wording import (
    ago,
    decimal,
    duration,
    excerpt,
    moment,
    moment_utc,
    number,
    passed,
    until,
)
from tests.conversation.texts.samples import en, fr


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (95, "1 min 35 s"),
        (3600, "1 h"),
        (7505, "2 h 5 min"),
        (86400, "1 day"),
        (86405, "1 day"),
        (183600, "2 days 3 h"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(en(), seconds) == words


def test_french_durations_do_not_break() -> None:
    assert duration(fr(), 183600) == "2\u00a0jours 3\u00a0h"


def test_numbers_are_grouped_as_the_language_does() -> None:
    assert (number(en(), 1500), number(fr(), 1500)) == ("1,500", "1\u202f500")
    assert (decimal(en(), 1499.96), decimal(fr(), 1499.96)) == ("1,500.0", "1\u202f500,0")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", [0, 7, -7, 999, 1000, -1000, 12_345, 1_234_567])
def test_every_language_has_its_own_signs_in_numbers(language: str, value: int) -> None:
    t = translations(language)
    assert number(t, value) == format_decimal(value, locale=language)
    assert decimal(t, value + 0.25) == format_decimal(value + 0.25, "#,##0.0", locale=language)


def test_who_comes_back_when_told_is_not_too_early() -> None:
    assert [until(seconds) for seconds in (-9, 0, 0.2, 59.5, 61, 662)] == [1, 1, 1, 60, 120, 720]


def test_time_gone_by_is_rounded_down() -> None:
    assert [passed(seconds) for seconds in (-1, 4, 14.9, 65, 659)] == [0, 0, 10, 60, 600]


def test_what_ended_a_second_ago_did_not_end_a_minute_ago() -> None:
    said = [ago(en(), seconds) for seconds in (-1, 1, 59.9, 60, 119, 230)]
    assert said == ["a moment ago"] * 3 + ["1 min ago", "1 min ago", "3 min ago"]
    assert ago(fr(), 5) == "à l’instant"


def test_an_excerpt_is_one_escaped_line_cut_at_a_space() -> None:
    assert excerpt(" a\n<b>  hat ", 40) == "a &lt;b&gt; hat"
    assert excerpt("one two three four", 16) == "one two three…"
    assert excerpt("x" * 20, 10) == "x" * 9 + "…"


def test_a_moment_is_said_as_a_wait_that_telegrams_apps_keep_up_to_date() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    at = now + timedelta(minutes=11, seconds=1, milliseconds=1)
    unix = int(now.timestamp()) + 662
    assert moment(en(), at, now) == f'<tg-time unix="{unix}" format="r">in 12 min</tg-time>'
    assert moment(fr(), at, now) == f'<tg-time unix="{unix}" format="r">dans 12\u00a0min</tg-time>'
    assert moment_utc(en(), at) == f'<tg-time unix="{unix}" format="r">at 12:11 UTC</tg-time>'
