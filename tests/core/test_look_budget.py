from datetime import timedelta

import pytest

from bot.core.look_budget import LookBudget
from tests.factories import NOW


def later(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_a_few_looks_may_come_together_and_the_rest_one_after_another() -> None:
    budget = LookBudget(10)
    waits = [(budget.place(str(n), NOW) - NOW).total_seconds() for n in range(8)]
    assert waits == pytest.approx([0, 0, 0, 0, 0, 0.1, 0.2, 0.3])


def test_places_come_back_with_time() -> None:
    budget = LookBudget(10)
    for n in range(8):
        budget.place(str(n), NOW)
    assert budget.place("next", NOW + later(1)) == NOW + later(1)


def test_an_edit_keeps_its_place_until_it_has_looked() -> None:
    budget = LookBudget(10)
    for n in range(8):
        budget.place(str(n), NOW)
    placed = budget.place("kept", NOW)
    assert budget.place("kept", NOW + later(0.1)) == placed
    budget.use("kept")
    assert budget.place("kept", placed) > placed


def test_the_tasks_share_it() -> None:
    budget = LookBudget(10)
    alone = budget.of_a_task
    for edit_id in ("one", "two", "one"):
        budget.add(edit_id)
    assert budget.of_a_task == pytest.approx(alone / 2)
    budget.discard("two")
    assert budget.of_a_task == pytest.approx(alone)


def test_the_replicas_share_it() -> None:
    budget, half = LookBudget(10), LookBudget(5)
    budget.share(2)
    assert budget.of_a_task == half.of_a_task
    assert [budget.place(str(n), NOW) for n in range(9)] == [half.place(str(n), NOW) for n in range(9)]


def test_looks_that_nobody_waits_for_come_slowly_and_hold_up_no_others() -> None:
    budget = LookBudget(10)
    waits = [(budget.place(str(n), NOW, is_late=True) - NOW).total_seconds() for n in range(5000)]
    assert waits == pytest.approx([0.0] * 5 + [1.0 * n for n in range(1, 4996)])
    assert budget.place("awaited", NOW) == NOW
