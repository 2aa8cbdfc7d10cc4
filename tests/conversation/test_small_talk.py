"""Words that are no request, and words that are one although they are short."""

import pytest

from bot.conversation.small_talk import after_no, is_no, is_small_talk, is_stop, is_yes


@pytest.mark.parametrize(
    "words",
    [
        "thanks, lovely!",
        "Thanks!!! 😍",
        "THANK YOU so much",
        "ok",
        "?",
        "👍🏽",
        "❤️",
        "😍😍 😍",
        "1",
        "Merci, c’est beau",
        "Danke schön!",
        "謝謝！",
        "好的",
        "спасибо, круто",
        "teşekkürler",
        "شكرا",
        "नमस्ते",
        "great job!!",
        "perfect, thank you so much for this",
        "what can you do?",
        "stop",
        "",
    ],
)
def test_thanks_and_greetings_are_no_request(words: str) -> None:
    assert is_small_talk(words)


@pytest.mark.parametrize(
    "words",
    [
        "hat",
        "make it blue",
        "ok make it red",
        "now more contrast",
        "画",
        "猫",
        "red",
        "more light",
        "rouge",
        "3 hats",
    ],
)
def test_short_words_that_say_what_to_do_are_one(words: str) -> None:
    assert not is_small_talk(words)


def test_a_yes_a_no_and_a_stop_are_told_apart() -> None:
    assert is_yes("Yes, please!")
    assert is_no("No thanks.")
    assert is_stop("Never mind")
    for words in ("no, add a boat", "stop the rain", "yes make it blue"):
        assert not any(is_(words) for is_ in (is_yes, is_no, is_stop, is_small_talk))


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("no, add a boat", "add a boat"),
        ("No! Darker, please", "Darker, please"),
        ("non merci, plus clair", "plus clair"),
        ("いいえ、もっと暗く", "もっと暗く"),
        ("no people, please", "no people, please"),
        ("add a boat, no sail", "add a boat, no sail"),
        ("no,", "no,"),
        ("no", "no"),
    ],
)
def test_what_follows_a_no_is_the_wish(words: str, wish: str) -> None:
    assert after_no(words) == wish
