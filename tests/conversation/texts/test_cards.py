from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

import pytest

from bot.conversation import texts
from bot.core.edits import EditState
from bot.core.errors import Reason
from bot.core.pacing import Estimate
from tests.conversation.texts.texts_ground import (
    EDIT,
    NOW,
    RUNNING,
    SLOW,
    UNKNOWN,
    en,
    every_language,
    fr,
    plain,
    utf16_units,
)


def test_a_running_edit_shows_its_style_a_bar_and_what_is_left() -> None:
    card = texts.card_text(en(), RUNNING, NOW + timedelta(seconds=12), Estimate(26.0, is_slow=False))
    assert card == "<b>✏️ Sketch</b>\n▰▰▰▱▱▱▱▱▱▱ about 25 s left"


@pytest.mark.parametrize(
    ("left", "words"),
    [(-3, "5 s"), (0, "5 s"), (12.4, "10 s"), (13, "15 s"), (57, "55 s"), (58, "1 min"), (130, "2 min")],
)
def test_what_is_left_is_no_more_exact_than_a_guess(left: float, words: str) -> None:
    card = texts.card_text(en(), RUNNING, NOW, Estimate(left, is_slow=False))
    assert card.endswith(f"about {words} left")


@pytest.mark.parametrize(
    ("age", "estimate", "words"),
    [
        (2, UNKNOWN, "painting…"),
        (13, UNKNOWN, "painting… 10 s so far"),
        (99, SLOW, "slower than usual, 1 min 30 s so far"),
    ],
)
def test_without_an_estimate_there_is_no_promise(age: int, estimate: Estimate, words: str) -> None:
    card = texts.card_text(en(), RUNNING, NOW + timedelta(seconds=age), estimate)
    assert card.endswith(f"▱ {words}")


@every_language
@pytest.mark.parametrize(
    "estimate", [UNKNOWN, SLOW, Estimate(-4.0, is_slow=False), Estimate(0.0, is_slow=False)]
)
@pytest.mark.parametrize("age", [-30, 0, 1, 60, 10_000, 1_000_000])
@pytest.mark.parametrize("state", EditState)
def test_a_card_is_never_negative_and_its_bar_never_full(
    t: NullTranslations, estimate: Estimate, age: int, state: EditState
) -> None:
    edit = replace(RUNNING, state=state, failure=Reason.TIMED_OUT if state is EditState.FAILED else None)
    card = plain(texts.card_text(t, edit, NOW + timedelta(seconds=age), estimate))
    assert "-" not in card.replace("-moi", "")
    assert card.count("▰") < 10
    assert card.count("▰") + card.count("▱") == (10 if state is EditState.PROCESSING else 0)


@pytest.mark.parametrize("estimate", [UNKNOWN, Estimate(10.0, is_slow=False)])
def test_the_bar_only_grows_with_time(estimate: Estimate) -> None:
    cards = [texts.card_text(en(), RUNNING, NOW + timedelta(seconds=age), estimate) for age in range(600)]
    full = [card.count("▰") for card in cards]
    assert full == sorted(full)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Waiting to start. It then takes about 25 s."),
        ({"state": EditState.SUBMITTING, "submits": 1}, "Waiting to start. It then takes about 25 s."),
        ({"attempts": 2}, "Waiting. The image service is busy; I keep trying."),
        ({"submits": 1}, "Waiting. The first try did not work, I am starting a second one."),
        ({"state": EditState.READY, "sends": 1}, "Finishing, your picture is on its way."),
        (
            {"state": EditState.READY, "attempts": 1},
            "Finished. Telegram is slow to take it; I keep trying to send it.",
        ),
    ],
)
def test_a_card_says_what_an_edit_waits_for(changes: dict[str, object], words: str) -> None:
    edit = replace(EDIT, **changes)  # type: ignore[arg-type]
    card = texts.card_text(en(), edit, NOW, Estimate(26.0, is_slow=False))
    assert card == f"<b>✏️ Sketch</b>\n{words}"


def test_a_cancelled_edit_cost_nothing() -> None:
    cancelled = replace(EDIT, state=EditState.CANCELLED)
    assert texts.card_text(en(), cancelled, NOW, UNKNOWN) == "Cancelled. It was not counted."


def test_a_caption_has_the_style_the_words_and_what_was_cropped() -> None:
    edit = replace(EDIT, words="in red chalk", width=1280, height=853, cropped=0.012)
    assert texts.caption(en(), edit) == "✏️ Sketch · <i>in red chalk</i>\n1280×853, 1 % cropped"
    assert texts.caption(fr(), edit).endswith("\n1280×853, rogné à 1\u00a0%")
    assert texts.caption(en(), replace(edit, cropped=0.004)) == "✏️ Sketch · <i>in red chalk</i>"


def test_the_caption_of_a_free_edit_is_what_was_asked() -> None:
    assert (
        texts.caption(en(), replace(EDIT, command="edit", words="a hat\n on  him")) == "<i>a hat on him</i>"
    )


@every_language
@pytest.mark.parametrize("command", ["edit", "background", "a-command-of-long-ago"])
@pytest.mark.parametrize(
    "words",
    [
        "<b>&",
        "</i></b> &amp; <script>alert('1')</script>",
        "🍌" * 5000,
        "👩‍👩‍👧‍👦" * 700,
        "&<>" * 500,
        "word " * 400,
        "{words} %s %(x)s {0}",
        "\n\n \t",
        "é\u0301" * 900,
    ],
)
def test_no_words_can_break_a_caption(t: NullTranslations, command: str, words: str) -> None:
    edit = replace(EDIT, command=command, words=words, width=10_000, height=10_000, cropped=0.5)
    text = plain(texts.caption(t, edit))
    assert utf16_units(text) <= 1024
    start = " ".join(words.split())[:8]
    assert start in text
    assert text.strip()
    if len(words.strip()) > 300:
        assert "…" in text
