from datetime import UTC, datetime, timedelta

from bot.core.errors import Reason
from bot.core.limits import Limits, refusal, usage

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LIMITS = Limits(edits=2, window=timedelta(hours=1), max_active=3)


def ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_edits_older_than_the_window_do_not_count() -> None:
    used = usage([ago(61), ago(60), ago(59)], LIMITS, NOW)
    assert (used.used, used.left) == (1, 1)
    assert used.frees_at == NOW + timedelta(minutes=1)


def test_a_full_window_refuses_and_says_when_the_next_place_frees() -> None:
    refused = refusal(usage([ago(40), ago(10)], LIMITS, NOW), active=0)
    assert refused is not None
    assert (refused.reason, refused.retry_at) == (Reason.LIMIT_REACHED, NOW + timedelta(minutes=20))


def test_too_many_unfinished_edits_refuse_even_where_the_window_has_room() -> None:
    refused = refusal(usage([], LIMITS, NOW), active=3)
    assert refused is not None
    assert refused.reason is Reason.TOO_MANY_ACTIVE


def test_zero_edits_means_no_limit() -> None:
    unlimited = usage([ago(1)] * 500, Limits(0, timedelta(hours=1), 5), NOW)
    assert unlimited.left is None
    assert refusal(unlimited, active=4) is None
