"""The rules that the settings make; 0 is no such rule."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.limits import Counts, Limits, Rule, Scope
from bot.settings import Settings
from bot.wiring.outside import limits, provider_budget

HOUR = timedelta(hours=1)
CHAT, PERSON = Rule(Scope.CHAT, 20, HOUR), Rule(Scope.PERSON, 10, HOUR)
LINE = Rule(Scope.CHAT, 25, counts=Counts.UNFINISHED)


def settings(**changes: Any) -> Settings:
    needed = {"telegram_bot_token": "1:a", "nanobanana_api_key": "k", "public_url": "https://bot.example"}
    return Settings.model_validate({**needed, **changes})


def test_the_defaults() -> None:
    made = limits(settings(admin_ids=frozenset({7})))
    prices = {"nano-banana": 4.0}
    rules = (CHAT, PERSON, LINE)
    assert made == Limits(rules, at_once=5, forgiven=3, exempt=frozenset({7}), prices=prices)
    assert provider_budget(settings()).of_chat == 5


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("rate_limit_edits", (PERSON, LINE)),
        ("person_limit_edits", (CHAT, LINE)),
        ("max_active_edits_per_chat", (CHAT, PERSON)),
        ("max_waiting_edits_per_chat", (CHAT, PERSON)),
    ],
)
def test_each_limit_can_be_left_out(name: str, rules: tuple[Rule, ...]) -> None:
    assert limits(settings(**{name: 0})).rules == rules


def test_a_days_credits_are_as_many_create_calls_for_everybody() -> None:
    made = limits(settings(daily_credits=43, admin_ids=frozenset({7})))
    daily = Rule(Scope.DEPLOYMENT, 10, timedelta(days=1), Counts.PAID)
    assert daily in made.rules
    assert made.of(7) == (daily,)
    assert made.longest_window == HOUR
    assert limits(settings(daily_credits=3)).of(7)[2].count == 0
