from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

import pytest

from bot.conversation import texts
from bot.core.errors import Reason
from bot.core.limits import Limits, Refusal
from tests.conversation.texts.texts_ground import FAILED, HOURLY, NOW, en, every_language, fr, plain


@every_language
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(t: NullTranslations, reason: Reason) -> None:
    sentence = plain(texts.reason_sentence(t, reason))
    assert sentence.endswith((".", "watercolor", "aquarelle"))
    assert reason.value not in sentence
    assert 10 < len(sentence) <= 200


def test_every_reason_has_a_sentence_of_its_own_in_french() -> None:
    sentences = [texts.reason_sentence(fr(), reason) for reason in Reason]
    assert len(set(sentences)) == len(Reason)
    assert not set(sentences) & {texts.reason_sentence(en(), reason) for reason in Reason}


def test_the_example_is_of_the_command_that_was_used() -> None:
    assert "<code>/sketch</code>" in texts.reason_sentence(en(), Reason.NO_PHOTO, command="sketch")
    assert "/edit make it" in texts.reason_sentence(en(), Reason.NO_PHOTO)
    assert "/background a beach" in texts.reason_sentence(en(), Reason.NO_PROMPT, command="background")
    assert "/edit transforme" in texts.reason_sentence(fr(), Reason.NO_PROMPT, command="edit")


def test_a_failure_card_says_why_that_it_cost_nothing_and_its_code() -> None:
    assert texts.failure_card(en(), FAILED) == (
        "The image service declined this one because of its content rules. "
        "Other words or another photo may work.\n"
        "This one was not counted.\n"
        "Code: <code>ab12cd</code>"
    )


def test_a_full_window_names_the_limit_and_when_there_is_a_place() -> None:
    refusal = Refusal(Reason.LIMIT_REACHED, NOW + timedelta(minutes=11, seconds=2))
    assert texts.refusal_text(en(), refusal, HOURLY, NOW) == (
        "This chat has used its 20 edits an hour. The next place is free in 12 min."
    )
    one = Limits(1, timedelta(days=1), 1)
    assert "its 1 edit a day" in texts.refusal_text(en(), refusal, one, NOW)
    assert "1\u00a0retouche par jour" in texts.refusal_text(fr(), refusal, one, NOW)


def test_too_many_at_once_names_how_many() -> None:
    refusal = Refusal(Reason.TOO_MANY_ACTIVE)
    assert "has 5 edits under way" in texts.refusal_text(en(), refusal, HOURLY, NOW)
    single = replace(HOURLY, max_active=1)
    assert "has 1 edit under way" in texts.refusal_text(en(), refusal, single, NOW)


@every_language
@pytest.mark.parametrize("late", [timedelta(seconds=-5), timedelta(0), timedelta(days=29, hours=23)])
def test_a_refusal_fits_an_alert(t: NullTranslations, late: timedelta) -> None:
    refusal = Refusal(Reason.LIMIT_REACHED, NOW + late)
    limits = Limits(100_000, timedelta(days=30), 5)
    text = plain(texts.refusal_text(t, refusal, limits, NOW))
    assert "-" not in text
    assert len(text) <= 200


def test_a_text_that_is_too_long_is_told_by_how_much() -> None:
    assert texts.prompt_too_long(en(), 1612).startswith(
        "That text is 112 characters too long (1,612, and 1,500"
    )
    assert "1 character too long" in texts.prompt_too_long(en(), 1501)
    assert "1\u202f612 au lieu de 1\u202f500" in texts.prompt_too_long(fr(), 1612)
