"""How an edit looks in its chat."""

import html
from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

import pytest

from bot.conversation.cards import Card, Cards, admin_alert
from bot.conversation.feature import all_features
from bot.conversation.outgoing import Button
from bot.conversation.texts.i18n import LANGUAGES
from bot.conversation.texts.reasons import reason_sentence
from bot.core.edits import CANCELLABLE
from bot.core.errors import CONSEQUENCES, Reason
from bot.core.pacing import Estimate
from bot.core.pictures import Size
from bot.core.provider import Place
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import EditState, Failed
from tests.conversation.samples import data_of
from tests.conversation.texts.samples import (
    EDIT,
    FAILED,
    NOW,
    RUNNING,
    SLOW,
    UNKNOWN,
    asking,
    delivered,
    en,
    every_language,
)
from tests.factories import STAGES
from tests.harness.chats import plain

CARDS = Cards(all_features())
DONE = delivered(EDIT, Size(1280, 853))
OPERATORS = [reason for reason in Reason if reason.consequences.is_operators]


def carried(card: Card) -> list[str]:
    """What the buttons under a message carry; they are in two rows at most."""
    assert len(card.buttons) <= 2
    return data_of(card.buttons)


def test_a_status_card_names_the_style_and_how_far_it_is() -> None:
    card = CARDS.status(RUNNING, NOW + timedelta(seconds=12), Estimate(26.0, is_slow=False))
    assert card == Card(
        "<b>✏️ Sketch</b>\n▰▰▰▱▱▱▱▱▱▱ about 25 s left", ((Button("✖️ Cancel", f"c:{EDIT.id}"),),)
    )


def test_a_status_card_tells_how_many_go_before_it() -> None:
    assert CARDS.status(EDIT, NOW, UNKNOWN, Place(2)).html.endswith("2 edits go before this one.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "estimate", [UNKNOWN, SLOW, Estimate(-4.0, is_slow=False), Estimate(0.0, is_slow=False)]
)
@pytest.mark.parametrize("age", [-30, 0, 1, 60, 10_000, 1_000_000])
@pytest.mark.parametrize("state", EditState)
def test_a_card_is_never_negative_and_its_bar_never_full(
    language: str, estimate: Estimate, age: int, state: EditState
) -> None:
    edit = replace(asking(EDIT, language=language), stage=STAGES[state])
    submitted_at = edit.task.submitted_at if edit.task else NOW
    text = plain(CARDS.status(edit, submitted_at + timedelta(seconds=age), estimate).html)
    assert "-" not in text.replace("-moi", "")
    assert text.count("▰") < 10
    assert text.count("▰") + text.count("▱") == (10 if state is EditState.PROCESSING else 0)


@pytest.mark.parametrize("state", EditState)
def test_an_edit_can_be_cancelled_until_it_is_ready(state: EditState) -> None:
    card = CARDS.status(replace(EDIT, stage=STAGES[state]), NOW, UNKNOWN)
    assert carried(card) == ([f"c:{EDIT.id}"] if state in CANCELLABLE else [])


def test_a_cancelled_edit_cost_nothing() -> None:
    cancelled = replace(EDIT, stage=STAGES[EditState.CANCELLED])
    assert CARDS.status(cancelled, NOW, UNKNOWN) == Card("Cancelled. It was not counted.")


@pytest.mark.parametrize("reason", Reason)
def test_trying_again_is_offered_only_where_it_may_help(reason: Reason) -> None:
    card = CARDS.status(replace(EDIT, stage=Failed(reason, NOW)), NOW, UNKNOWN)
    assert (f"r:{EDIT.id}" in carried(card)) is CONSEQUENCES[reason].retry_helps


def test_other_words_are_offered_where_the_words_were_the_reason() -> None:
    def offered(reason: Reason) -> list[str]:
        return carried(CARDS.status(replace(EDIT, stage=Failed(reason, NOW)), NOW, UNKNOWN))

    assert offered(Reason.COULD_NOT_GENERATE) == [f"r:{EDIT.id}", f"words:{EDIT.id}"]
    assert offered(Reason.POLICY) == [f"words:{EDIT.id}"]
    for reason in (Reason.SERVICE_DOWN, Reason.PHOTO_GONE):
        assert f"words:{EDIT.id}" not in offered(reason)


def test_no_other_words_are_asked_for_what_was_made_of_several_photos() -> None:
    several = asking(FAILED, photos=(PhotoRef("1", PhotoKind.PHOTO), PhotoRef("2", PhotoKind.PHOTO)))
    assert carried(CARDS.status(several, NOW, UNKNOWN)) == []


@pytest.mark.parametrize("reason", [Reason.SERVICE_DOWN, Reason.POLICY])
def test_a_failure_says_why_that_it_cost_nothing_and_its_code(reason: Reason) -> None:
    card = CARDS.status(replace(EDIT, stage=Failed(reason, NOW)), NOW, UNKNOWN)
    assert card.html == (
        f"{reason_sentence(en(), reason)}\nThis one was not counted.\nCode: <code>ab12cd</code>"
    )


def test_a_photo_can_be_had_again_and_as_a_file() -> None:
    card = CARDS.result(DONE)
    assert card.html == "✏️ Sketch"
    assert card.buttons == (
        (Button("✏️ Change", f"change:{EDIT.id}"), Button("🔁 Again", f"a:{EDIT.id}")),
        (
            Button("◧ Compare", f"compare:{EDIT.id}"),
            Button("📎 File", f"f:{EDIT.id}"),
            Button("🗑 Delete", f"delete:{EDIT.id}"),
        ),
    )


@pytest.mark.parametrize("kind", [PhotoKind.DOCUMENT, PhotoKind.STICKER])
def test_what_is_a_file_already_is_not_offered_as_one(kind: PhotoKind) -> None:
    carries = carried(CARDS.result(asking(DONE, photos=(PhotoRef("x", kind),))))
    assert carries == [each for each in carried(CARDS.result(DONE)) if each != f"f:{EDIT.id}"]


def test_cards_speak_the_requesters_language() -> None:
    running, done, failed = (asking(each, language="fr") for each in (RUNNING, DONE, replace(FAILED, id="x")))
    status = CARDS.status(running, NOW, UNKNOWN)
    assert status.buttons[0][0].text.endswith("Annuler")
    assert status.html.startswith("<b>✏️ Croquis</b>")
    assert CARDS.result(done).html == "✏️ Croquis"
    assert "pas été comptée" in CARDS.status(failed, NOW, UNKNOWN).html


@every_language
def test_what_is_not_ours_is_escaped(t: NullTranslations) -> None:
    hostile = replace(FAILED, id="<b>&<i", stage=Failed(Reason.POLICY, NOW))
    for text in (
        CARDS.status(hostile, NOW, UNKNOWN).html,
        CARDS.result(asking(DONE, words="<b>&<i")).html,
        admin_alert(t, hostile, Reason.OUT_OF_CREDIT),
    ):
        assert "<b>&<i" in html.unescape(plain(text))


@every_language
def test_who_runs_the_bot_reads_what_to_mend(t: NullTranslations) -> None:
    alerts = {admin_alert(t, FAILED, reason) for reason in OPERATORS}
    assert len(alerts) == len(OPERATORS) == 5
    for alert in alerts:
        assert "ab12cd" in plain(alert)
        assert str(FAILED.chat_id) in plain(alert)


def test_admins_are_written_to_in_english_whoever_asked() -> None:
    french = asking(FAILED, language="fr")
    assert CARDS.admin_alert(french, Reason.ACCESS_DENIED) == admin_alert(en(), french, Reason.ACCESS_DENIED)
