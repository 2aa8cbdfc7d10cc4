from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

import pytest

from bot.conversation.texts.alerts import plain as as_alert
from bot.conversation.texts.reasons import (
    allowance,
    failure_text,
    prompt_too_long,
    reason_sentence,
    refusal_text,
)
from bot.conversation.texts.series import too_few_places
from bot.core.edits import Waste
from bot.core.errors import Reason
from bot.core.limits import HELD, Counts, Refusal, Rule, Scope
from bot.core.stages import Failed
from tests.conversation.texts.samples import (
    FAILED,
    HOURLY,
    NOW,
    OWN,
    UNFINISHED,
    en,
    every_language,
    fr,
)
from tests.harness.chats import plain


@every_language
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(t: NullTranslations, reason: Reason) -> None:
    sentence = plain(reason_sentence(t, reason))
    assert sentence.endswith(".")
    assert reason.value not in sentence
    assert 10 < len(sentence) <= 200


def test_every_reason_has_a_sentence_of_its_own_in_french() -> None:
    sentences = [reason_sentence(fr(), reason) for reason in Reason]
    assert len(set(sentences)) == len(Reason)
    assert not set(sentences) & {reason_sentence(en(), reason) for reason in Reason}


def test_a_failure_says_why_that_it_cost_nothing_and_its_code() -> None:
    assert failure_text(en(), FAILED, Reason.POLICY, admins_told=False) == (
        "The image service declined this one because of its content rules. "
        "Other words or another photo may work.\n"
        "This one was not counted.\n"
        "Code: <code>ab12cd</code>"
    )


@every_language
def test_what_was_made_of_words_alone_fails_without_a_word_of_a_photo(t: NullTranslations) -> None:
    failed = replace(FAILED, request=replace(FAILED.request, photos=()))
    for reason in (Reason.POLICY, Reason.OUR_FAULT, Reason.BAD_REQUEST):
        assert "photo" not in failure_text(t, failed, reason, admins_told=False)


@every_language
def test_what_never_fits_into_a_day_is_not_said_to_be_this_chats_limit(t: NullTranslations) -> None:
    rule = Rule(Scope.DEPLOYMENT, 5, timedelta(days=1), Counts.PAID)
    said = refusal_text(t, Refusal(rule), NOW)
    assert said != reason_sentence(t, Reason.LIMIT_REACHED)
    assert "/limits" not in said


def test_what_the_days_rest_does_not_pay_is_not_said_to_be_all_spent() -> None:
    refused = Refusal(Rule(Scope.DEPLOYMENT, 20, timedelta(days=1), Counts.PAID), NOW, left=5)
    for said in (refusal_text(en(), refused, NOW), too_few_places(en(), refused, 6, NOW)):
        assert said.startswith("Too little is left of what this bot may spend in a day.")


def test_a_failure_names_the_photo_of_several_that_is_the_reason() -> None:
    failed = replace(FAILED, stage=Failed(Reason.UNREADABLE, NOW, photo=2))
    said = failure_text(en(), failed, Reason.UNREADABLE, admins_told=False)
    assert said.startswith(f"Photo 2: {reason_sentence(en(), Reason.UNREADABLE)}\n")


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.consequences.is_operators])
def test_nobody_is_said_to_have_been_told_who_was_not(reason: Reason) -> None:
    told = failure_text(en(), FAILED, reason, admins_told=True)
    assert "Whoever runs this bot has been told." in told
    assert "tell whoever" not in told
    untold = failure_text(en(), FAILED, reason, admins_told=False)
    assert "has been told" not in untold
    assert "Please tell whoever runs this bot, with the code below." in untold


def test_a_failure_that_is_counted_says_so() -> None:
    charged = replace(FAILED, waste=Waste.CHARGED)
    text = failure_text(en(), charged, Reason.POLICY, admins_told=False)
    assert "not counted" not in text
    assert "it is counted" in text


def test_no_way_out_is_offered_that_telegram_does_not_have() -> None:
    """A client cannot send an SVG as a photo."""
    assert "as a photo" not in reason_sentence(en(), Reason.NOT_AN_IMAGE)
    assert "damaged" not in reason_sentence(en(), Reason.UNSUPPORTED)


def test_a_full_window_names_the_limit_and_when_there_is_a_place() -> None:
    refusal = Refusal(HOURLY, NOW + timedelta(minutes=11, seconds=2))
    assert plain(refusal_text(en(), refusal, NOW)) == (
        "The limit in this chat is 20 edits an hour. The next place is free in 12 min."
    )
    assert plain(refusal_text(en(), replace(refusal, rule=OWN), NOW)) == (
        "Your limit in all chats together is 10 edits an hour. The next place is free in 12 min."
    )
    one = Refusal(Rule(Scope.CHAT, 1, timedelta(days=1)), refusal.retry_at)
    assert "is 1 edit a day" in refusal_text(en(), one, NOW)
    assert "1\u00a0retouche par jour" in refusal_text(fr(), one, NOW)


def test_a_full_window_without_a_moment_says_where_to_find_it() -> None:
    assert refusal_text(en(), Refusal(HOURLY), NOW) == reason_sentence(en(), Reason.LIMIT_REACHED)


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (timedelta(minutes=1), "3 edits a minute"),
        (timedelta(hours=1), "3 edits an hour"),
        (timedelta(days=1), "3 edits a day"),
        (timedelta(minutes=90), "3 edits per 1 h 30 min"),
    ],
)
def test_an_allowance_names_its_window(window: timedelta, words: str) -> None:
    assert allowance(en(), Rule(Scope.CHAT, 3, window)) == words


def test_too_many_at_once_names_how_many() -> None:
    assert "has 25 edits under way" in refusal_text(en(), Refusal(UNFINISHED), NOW)
    assert "has 1 edit under way" in refusal_text(en(), Refusal(replace(UNFINISHED, count=1)), NOW)


def test_too_many_held_places_are_to_be_found_in_status() -> None:
    assert "/status" in refusal_text(en(), Refusal(HELD), NOW)


@every_language
@pytest.mark.parametrize("late", [timedelta(seconds=-5), timedelta(0), timedelta(days=29, hours=23)])
def test_a_refusal_fits_an_alert(t: NullTranslations, late: timedelta) -> None:
    refusal = Refusal(Rule(Scope.CHAT, 100_000, timedelta(days=30)), NOW + late)
    text = plain(refusal_text(t, refusal, NOW))
    assert "-" not in text
    assert len(text) <= 200
    assert as_alert(refusal_text(t, refusal, NOW)) == text


def test_a_text_that_is_too_long_is_told_by_how_much() -> None:
    assert prompt_too_long(en(), 1612).startswith("That text is 112 characters too long (1,612, and 1,500")
    assert "1 character too long" in prompt_too_long(en(), 1501)
    assert "1\u202f612 au lieu de 1\u202f500" in prompt_too_long(fr(), 1612)
