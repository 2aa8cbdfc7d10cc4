from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.limits import HELD, Counts, Limits, Refusal, Rule, Scope, Usage, decide, refusal, usage
from bot.core.stages import Held, Received
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


def test_for_a_series_there_has_to_be_a_place_for_each() -> None:
    five, two = Rule(Scope.CHAT, 5, timedelta(hours=1)), [ago(40), ago(10)]
    assert refusal([usage(five, two, NOW, wanted=3)], 3) is None
    refused = refusal([usage(five, two, NOW, wanted=4)], 4)
    assert refused == Refusal(five, NOW + timedelta(minutes=20), left=3)
    assert refusal([usage(five, two, NOW, wanted=5)], 5) == Refusal(five, NOW + timedelta(minutes=50), left=3)


def test_held_places_come_before_those_of_a_series() -> None:
    five, two = Rule(Scope.CHAT, 5, timedelta(hours=1)), [ago(40), ago(10)]
    refused = refusal([usage(five, two, NOW, held=2, wanted=3)], 3)
    assert refused == Refusal(five, NOW + timedelta(minutes=50), left=1)


def test_more_than_a_rule_ever_has_get_no_promise_whatever_another_rule_says() -> None:
    day = Rule(Scope.PERSON, 9, timedelta(days=1))
    usages = [usage(rule, [ago(5)] * 2, NOW, wanted=8) for rule in (TWO_AN_HOUR, day)]
    assert refusal(usages, 8) == Refusal(TWO_AN_HOUR, None, left=0)


def test_dear_edits_have_as_many_places_as_fit_whole() -> None:
    day = Rule(Scope.DEPLOYMENT, 10, timedelta(days=1), Counts.PAID)
    four = [ago(40), ago(30), ago(20), ago(10)]
    used = usage(day, four, NOW, wanted=2, each=4)
    assert used.places == 1
    assert refusal([used], 2) == Refusal(day, ago(30) + timedelta(days=1), left=1)


def test_a_rule_that_never_has_enough_for_one_is_named_before_one_that_will_have() -> None:
    dear = usage(Rule(Scope.DEPLOYMENT, 5, timedelta(days=1), Counts.PAID), [], NOW, each=9)
    assert refusal([usage(TWO_AN_HOUR, [ago(40), ago(10)], NOW), dear]) == Refusal(dear.rule, None)


@pytest.mark.parametrize(("held", "is_held"), [(0, True), (1, False)])
def test_a_series_longer_than_what_may_be_held_is_held_where_nothing_else_is(
    held: int, is_held: bool
) -> None:
    wanted = HELD.count + 2
    many = Rule(Scope.CHAT, wanted, timedelta(hours=1))
    usages = [usage(many, [ago(40)], NOW, wanted=wanted)]
    decided = decide(edit(stage=Held(NOW)), usages, Usage(HELD, held), NOW, wanted)
    if is_held:
        assert isinstance(decided, Edit)
        assert decided.stage == Held(NOW + timedelta(minutes=20))
    else:
        assert decided == Refusal(HELD)


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
