from datetime import UTC, datetime, timedelta

from bot.core.errors import Reason
from bot.core.limits import Refusal, Rule, Scope, Usage, refusal, usage

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TWO_AN_HOUR = Rule(Scope.CHAT, 2, timedelta(hours=1))
THREE_UNFINISHED = Rule(Scope.CHAT, 3, None)


def ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_edits_older_than_the_window_do_not_count() -> None:
    used = usage(TWO_AN_HOUR, [ago(61), ago(60), ago(59)], NOW)
    assert (used.used, used.left) == (1, 1)
    assert used.frees_at == NOW + timedelta(minutes=1)


def test_without_a_window_every_edit_counts_and_nobody_knows_until_when() -> None:
    assert usage(THREE_UNFINISHED, [ago(9000), ago(1)], NOW) == Usage(THREE_UNFINISHED, 2)


def test_a_full_window_refuses_and_says_when_the_next_place_frees() -> None:
    refused = refusal([usage(TWO_AN_HOUR, [ago(40), ago(10)], NOW)])
    assert refused == Refusal(TWO_AN_HOUR, NOW + timedelta(minutes=20))
    assert refused.reason is Reason.LIMIT_REACHED


def test_too_many_unfinished_edits_refuse_even_where_the_window_has_room() -> None:
    refused = refusal([Usage(TWO_AN_HOUR, 1), Usage(THREE_UNFINISHED, 3)])
    assert refused == Refusal(THREE_UNFINISHED)
    assert refused.reason is Reason.TOO_MANY_ACTIVE


def test_a_limit_that_was_lowered_leaves_nothing_and_refuses() -> None:
    used = Usage(TWO_AN_HOUR, 7)
    assert used.left == 0
    assert refusal([used]) is not None


def test_with_room_in_every_rule_nothing_is_refused() -> None:
    assert refusal([Usage(TWO_AN_HOUR, 1), Usage(THREE_UNFINISHED, 2)]) is None
    assert refusal([]) is None
