from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.edits import Edit, Held, Received
from bot.core.errors import Reason
from bot.core.limits import HELD, Counts, Limits, Refusal, Rule, Scope, Usage, decide, refusal, usage
from tests.factories import edit

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TWO_AN_HOUR = Rule(Scope.CHAT, 2, timedelta(hours=1))
THREE_UNFINISHED = Rule(Scope.CHAT, 3, counts=Counts.UNFINISHED)


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


def test_of_several_full_rules_the_one_that_is_full_for_longest_is_named() -> None:
    day = Rule(Scope.PERSON, 1, timedelta(days=1))
    usages = [usage(TWO_AN_HOUR, [ago(40), ago(10)], NOW), usage(day, [ago(40)], NOW)]
    assert refusal([*usages, Usage(THREE_UNFINISHED, 3)]) == Refusal(day, ago(40) + timedelta(days=1))


def test_held_places_are_taken_and_each_moves_the_next_one_back() -> None:
    two = [ago(40), ago(10)]
    waits = [usage(TWO_AN_HOUR, two, NOW, held).next_at for held in range(4)]
    minutes = [(at - NOW).total_seconds() / 60 for at in waits if at is not None]
    assert minutes == [20, 50, 80, 110]
    assert usage(TWO_AN_HOUR, [ago(10)], NOW, held=1).left == 0
    assert usage(TWO_AN_HOUR, [ago(10)], NOW, held=1).next_at == NOW + timedelta(minutes=50)


def test_a_limit_that_was_lowered_has_its_next_place_only_when_enough_have_left() -> None:
    assert usage(TWO_AN_HOUR, [ago(40), ago(30), ago(10)], NOW).next_at == NOW + timedelta(minutes=30)


def test_a_rule_of_none_never_has_a_place() -> None:
    none = usage(Rule(Scope.CHAT, 0, timedelta(hours=1)), [], NOW)
    assert (none.left, none.next_at) == (0, None)


def full(minutes: int) -> Usage:
    return usage(Rule(Scope.CHAT, 1, timedelta(days=2)), [NOW - timedelta(days=2, minutes=-minutes)], NOW)


def test_a_request_is_held_only_where_it_asks_for_it_and_its_place_is_near() -> None:
    asked, wants_hold = edit(), edit(stage=Held(NOW))
    free, day = Usage(TWO_AN_HOUR, 1), 24 * 60
    assert decide(asked, [free], Usage(HELD, 0), NOW) is asked
    assert decide(asked, [full(5)], Usage(HELD, 0), NOW) == refusal([full(5)])
    assert decide(wants_hold, [free], Usage(HELD, 3), NOW) == replace(wants_hold, stage=Received())
    held = decide(wants_hold, [full(5)], Usage(HELD, 2), NOW)
    assert held == replace(wants_hold, stage=Held(NOW + timedelta(minutes=5)))
    assert isinstance(decide(wants_hold, [full(day)], Usage(HELD, 2), NOW), Edit)
    assert decide(wants_hold, [full(day + 1)], Usage(HELD, 2), NOW) == refusal([full(day + 1)])
    too_many = decide(wants_hold, [full(5)], Usage(HELD, 3), NOW)
    assert isinstance(too_many, Refusal)
    assert too_many.reason is Reason.TOO_MANY_HELD
    assert decide(wants_hold, [Usage(THREE_UNFINISHED, 3)], Usage(HELD, 0), NOW) == Refusal(THREE_UNFINISHED)


def test_only_what_is_counted_in_a_window_has_one() -> None:
    with pytest.raises(ValueError, match="window"):
        Rule(Scope.CHAT, 1)
    with pytest.raises(ValueError, match="window"):
        Rule(Scope.CHAT, 1, timedelta(1), Counts.HELD)


def test_exempt_people_are_under_no_rule() -> None:
    limits = Limits((TWO_AN_HOUR,), exempt=frozenset({5}))
    assert limits.of(5) == ()
    assert limits.of(6) == (TWO_AN_HOUR,)
