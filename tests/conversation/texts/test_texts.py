import html
import re
from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

import pytest

from bot.conversation import texts
from bot.core.edits import EditState
from bot.core.errors import OPERATOR_REASONS, Reason
from bot.core.limits import Limits, Usage
from bot.core.pacing import Estimate
from bot.core.presets import PRESETS
from tests.conversation.texts.texts_ground import (
    EDIT,
    FAILED,
    HOURLY,
    NOW,
    RUNNING,
    UNKNOWN,
    en,
    every_language,
    fr,
    plain,
    utf16_units,
)


def test_status_lists_what_runs_and_what_ended() -> None:
    done = replace(EDIT, state=EditState.DELIVERED, ended_at=NOW - timedelta(minutes=3, seconds=50))
    failed = replace(FAILED, command="edit", words="<b>", ended_at=NOW - timedelta(hours=3))
    text = texts.status_text(
        en(), [RUNNING], [RUNNING, done, failed], NOW, lambda _: Estimate(30.0, is_slow=False)
    )
    assert text == (
        "<b>Under way</b>\n✏️ Sketch\n▱▱▱▱▱▱▱▱▱▱ about 30 s left\n\n"
        "<b>Lately</b>\n✏️ Sketch · done 3 min ago\n"
        "<i>&lt;b&gt;</i> · failed 3 h ago, not counted (code <code>ab12cd</code>)"
    )


def test_status_of_nothing_says_so() -> None:
    assert texts.status_text(en(), [], [], NOW, lambda _: UNKNOWN).startswith("You have no edits under way")


def test_limits_tell_used_left_and_the_next_place() -> None:
    frees = NOW + timedelta(minutes=4)
    some = texts.limits_text(en(), Usage(5, HOURLY, frees), NOW)
    assert "<b>20 edits an hour</b>" in some
    assert "Used: 5. Left: 15." in some
    assert "The oldest one stops counting in 4 min." in some
    assert "The next place is free in 4 min." in texts.limits_text(en(), Usage(20, HOURLY, frees), NOW)
    assert "next place" not in texts.limits_text(en(), Usage(25, HOURLY, frees), NOW)
    assert " in " not in texts.limits_text(en(), Usage(0, HOURLY, None), NOW)


def test_without_a_limit_there_is_none() -> None:
    text = texts.limits_text(en(), Usage(9, Limits(0, timedelta(hours=1), 1), NOW), NOW)
    assert text == "There is no limit on the number of edits in this chat.\nAt most 1 edit at a time."


def test_plurals_follow_each_language() -> None:
    assert texts.cancelled_text(en(), 1) == "Cancelled 1 edit. It was not counted."
    assert texts.cancelled_text(en(), 2) == "Cancelled 2 edits. They were not counted."
    assert texts.cancelled_text(fr(), 1) == "1\u00a0retouche annulée. Elle n’a pas été comptée."
    assert texts.cancelled_text(fr(), 2) == "2\u00a0retouches annulées. Elles n’ont pas été comptées."
    assert "Au plus 0\u00a0retouche " in texts.limits_text(
        fr(), Usage(0, Limits(0, timedelta(1), 0), None), NOW
    )


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
    assert texts.duration(en(), seconds) == words


def test_french_durations_do_not_break() -> None:
    assert texts.duration(fr(), 183600) == "2\u00a0jours 3\u00a0h"


@every_language
def test_every_preset_has_a_title_and_a_line(t: NullTranslations) -> None:
    names = texts.style_names(t)
    assert set(names) == {preset.name for preset in PRESETS}
    for title, description in names.values():
        assert 0 < len(title) <= 14
        assert 0 < len(description) <= 100
    assert len({title for title, _ in names.values()}) == len(PRESETS)


@every_language
def test_the_styles_are_all_listed(t: NullTranslations) -> None:
    text = texts.styles_text(t)
    assert all(f"{preset.emoji} /{preset.name} " in text for preset in PRESETS)
    assert re.search(r"/background &lt;\w+&gt;", text)
    assert utf16_units(plain(text)) <= 4096


@every_language
def test_the_menu_is_what_telegram_takes(t: NullTranslations) -> None:
    commands = texts.command_descriptions(t)
    names = [name for name, _ in commands]
    assert len(set(names)) == len(names) <= 100
    assert {"edit", "styles", "status", "cancel", "limits", "help"} <= set(names)
    assert {preset.name for preset in PRESETS} <= set(names)
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in names)
    assert all(0 < len(description) <= 100 and "<" not in description for _, description in commands)


@every_language
def test_help_has_an_example_for_each_way_of_asking_in_private(t: NullTranslations) -> None:
    text = texts.help_text(t, username="nano_bot", private=True, reads_group_messages=False)
    examples = re.findall("<code>(.*?)</code>", text)
    assert [example.split()[0] for example in examples if example[0] == "/"] == [
        "/edit",
        "/sketch",
        "/enhance",
    ]
    assert len(examples) == 4
    assert "nano_bot" not in text
    assert "20" in text
    assert utf16_units(plain(text)) <= 4096


@every_language
def test_help_in_groups_explains_what_the_bot_sees(t: NullTranslations) -> None:
    shy = texts.help_text(t, username="nano_bot", private=False, reads_group_messages=False)
    open_ = texts.help_text(t, username="nano_bot", private=False, reads_group_messages=True)
    assert shy != open_
    assert "<code>/edit@nano_bot " in shy
    assert "<code>/edit " in open_
    assert "<code>/sketch@nano_bot</code>" in open_
    plain(shy)
    plain(open_)


def test_help_names_only_commands_that_exist() -> None:
    known = {name for name, _ in texts.command_descriptions(en())}
    pages = [
        texts.start_text(en(), bot_name="Bot"),
        texts.help_text(en(), username="nano_bot", private=True, reads_group_messages=False),
        texts.help_text(en(), username="nano_bot", private=False, reads_group_messages=False),
        texts.styles_text(en()),
        texts.unknown_command_text(en()),
        *(texts.reason_sentence(en(), reason) for reason in Reason),
    ]
    for page in pages:
        assert set(re.findall(r"(?<![\w<&])/(\w+)", page)) <= known


@every_language
def test_what_is_not_ours_is_escaped(t: NullTranslations) -> None:
    assert "Nano &amp; &lt;Co&gt;" in texts.start_text(t, bot_name="Nano & <Co>")
    assert "<code>-100123</code>" in texts.not_allowed_text(t, -100123)
    hostile = replace(FAILED, id="<b>&<i>", failure=Reason.OUT_OF_CREDIT)
    for text in (texts.failure_card(t, hostile), texts.admin_alert(t, hostile)):
        assert "<b>&<i" in html.unescape(plain(text))


@every_language
def test_who_runs_the_bot_reads_what_to_mend(t: NullTranslations) -> None:
    alerts = {texts.admin_alert(t, replace(FAILED, failure=reason)) for reason in OPERATOR_REASONS}
    assert len(alerts) == len(OPERATOR_REASONS)
    for alert in alerts:
        assert "ab12cd" in plain(alert)


@every_language
def test_alerts_are_plain_and_short(t: NullTranslations) -> None:
    alerts = [getattr(texts, name)(t) for name in texts.__all__ if name.startswith("alert_")]
    assert len(alerts) == 7
    assert len(set(alerts)) == len(alerts)
    for alert in alerts:
        assert 0 < len(alert) <= 200
        assert not set(alert) & set("<>&")


@every_language
def test_descriptions_fit_the_profile(t: NullTranslations) -> None:
    assert len(texts.bot_description(t)) <= 512
    assert len(texts.bot_short_description(t)) <= 120


@every_language
def test_short_answers_are_valid_html(t: NullTranslations) -> None:
    for answer in (texts.pick_a_style_text(t), texts.nothing_to_cancel(t), texts.unknown_command_text(t)):
        assert plain(answer)
