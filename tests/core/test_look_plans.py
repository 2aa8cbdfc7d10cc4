import itertools
import random

import pytest

from bot.core.look_plans import CLOSEST_SECONDS, Odds, Plan


def path(plan: Plan) -> list[float]:
    """The ages at which a task is looked at that is never done."""
    ages, age = list[float](), 0.0
    while age < plan.at[-1]:
        age = plan.after(age)
        ages.append(age)
    return ages


def cost(odds: Odds, moments: tuple[int, ...], price: float) -> float:
    total, i = 0.0, 0
    for j in moments:
        total += price * (1 - odds.done[i]) + odds.at[j] * (odds.done[j] - odds.done[i])
        i = j
    return total


@pytest.mark.parametrize("seed", range(20))
def test_no_other_choice_of_moments_costs_less(seed: int) -> None:
    rng = random.Random(seed)
    count = 9
    at = [0.0, *sorted(rng.uniform(0.1, 6) for _ in range(count))]
    done = [0.0, *sorted(rng.random() for _ in range(count - 1)), 1.0]
    odds, price = Odds(at, done), rng.choice([0.01, 0.1, 0.5, 2.0])
    allowed = (
        (*some, count)
        for size in range(count)
        for some in itertools.combinations(range(1, count), size)
        if all(
            at[j] - at[i] >= CLOSEST_SECONDS or j == count for i, j in itertools.pairwise((0, *some, count))
        )
    )
    plan = odds.plan(price)
    least = min(cost(odds, moments, price) for moments in allowed)
    assert plan.seconds + price * plan.looks == pytest.approx(least)


@pytest.mark.parametrize("price", [0.01, 0.3, 10.0])
def test_looks_are_never_closer_than_they_may_be_and_the_last_is_at_the_last_moment(price: float) -> None:
    ages = path(Odds.of([8.0, 9.0, 12.0, 20.0], 300).plan(price))
    assert all(later - age >= CLOSEST_SECONDS - 1e-9 for age, later in itertools.pairwise([0.0, *ages]))
    assert ages[-1] == 300


def test_the_dearer_a_look_is_the_fewer_are_taken_and_the_later_a_task_is_found() -> None:
    odds = Odds.of([30.0 + n for n in range(20)], 300)
    plans = [odds.plan(price) for price in (0.02, 0.2, 2.0, 20.0)]
    assert [plan.looks for plan in plans] == sorted((plan.looks for plan in plans), reverse=True)
    assert [plan.seconds for plan in plans] == sorted(plan.seconds for plan in plans)


def test_looks_are_taken_where_tasks_end() -> None:
    ages = path(Odds.of([40.0] * 50, 300).plan(0.1))
    assert sum(30 < age <= 50 for age in ages) > 2 * sum(100 < age <= 120 for age in ages)


def test_a_look_that_seems_a_little_early_is_the_one_of_its_moment() -> None:
    plan = Odds.of([8.0, 9.0, 12.0], 300).plan(0.1)
    for age in path(plan)[:-1]:
        assert plan.after(age - 5e-7) == plan.after(age)


def test_after_a_look_that_was_late_the_rest_of_the_plan_holds() -> None:
    plan = Odds.of([8.0, 9.0, 12.0], 300).plan(0.1)
    assert all(plan.after(age) >= age + CLOSEST_SECONDS * 0.9 for age in (0.3, 5.1, 11.7, 100.0, 250.0))
