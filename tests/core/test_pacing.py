import itertools
import math
import random
import statistics
from datetime import timedelta

import pytest

from bot.core.look_budget import LookBudget
from bot.core.pacing import MEMORY, Pacing


def pacing(
    *durations: float,
    interval: float = 5,
    timeout: float = 300,
    in_flight: int = 1,
    looks_per_second: float = 20,
) -> Pacing:
    budget = LookBudget(looks_per_second)
    for number in range(in_flight):
        budget.add(str(number))
    made = Pacing(interval, timedelta(seconds=timeout), budget)
    made.learn("op", durations)
    return made


SPREAD = random.Random(1).sample(range(20, 70), 50)


def looks(policy: Pacing, duration: float) -> list[float]:
    """The ages at which a task of this duration is looked at; the last one finds it done."""
    ages: list[float] = []
    age = 0.0
    while age < duration:
        age += policy.next_wait("op", age)
        ages.append(age)
    return ages


def lasting(median: float, count: int, seed: int = 4) -> list[float]:
    """Durations of tasks, lognormal without chance, in some order."""
    normal = statistics.NormalDist(math.log(median), 0.35)
    durations = [math.exp(normal.inv_cdf((n + 0.5) / count)) for n in range(count)]
    return random.Random(seed).sample(durations, count)


def delays(policy: Pacing, durations: list[float]) -> list[float]:
    """How long after their ends tasks are found done, each of which is learned from."""
    found = []
    for duration in durations:
        found.append(looks(policy, duration)[-1] - duration)
        policy.learn("op", [duration])
    return found


@pytest.mark.parametrize("age", [0, 44, 50, 249, 294, 301])
def test_before_anything_is_learned_looks_come_at_a_fixed_interval(age: float) -> None:
    assert pacing().next_wait("op", age) == 5


def test_before_anything_is_learned_thousands_of_tasks_keep_the_budget() -> None:
    assert 1000 / pacing(in_flight=1000).next_wait("op", 0) <= 20


@pytest.mark.parametrize("median", [12, 40])
def test_a_few_tasks_are_found_within_seven_tenths_of_a_second_by_at_most_25_looks(median: float) -> None:
    policy, tasks = pacing(*lasting(median, 100, seed=1), in_flight=19), lasting(median, 300)
    ages = [looks(policy, duration) for duration in tasks]
    assert statistics.mean(seen[-1] - took for seen, took in zip(ages, tasks, strict=True)) <= 0.7
    assert statistics.mean(len(seen) for seen in ages) <= 25
    assert all(later - age > 0.49 for seen in ages for age, later in itertools.pairwise([0, *seen]))


def test_thousands_of_tasks_are_looked_at_as_seldom_as_the_budget_wants() -> None:
    policy, tasks = pacing(*lasting(40, 100, seed=1), in_flight=1000), lasting(40, 300)
    ages = [looks(policy, duration) for duration in tasks]
    a_second = sum(len(seen) for seen in ages) / sum(seen[-1] for seen in ages)
    assert 0.5 * 20 < 1000 * a_second <= 20


def test_what_is_in_flight_sets_the_pace_at_once() -> None:
    policy = pacing(*lasting(40, 100), in_flight=200)
    before = len(looks(policy, 70))
    for number in range(190):
        policy.budget.discard(str(number))
    assert len(looks(policy, 70)) > 2 * before


def test_one_look_falls_on_the_timeout_itself() -> None:
    assert pacing(timeout=97).next_wait("op", 95) == pytest.approx(2)
    assert looks(pacing(*SPREAD, timeout=97), 97)[-1] == pytest.approx(97)


@pytest.mark.parametrize("learned", [(), SPREAD])
def test_a_task_that_seems_to_start_later_is_looked_at_like_a_new_one(learned: list[float]) -> None:
    """The clock of the process that started it went ahead of ours."""
    policy = pacing(*learned)
    for age in (-0.001, -10, -3600):
        assert policy.next_wait("op", age) == policy.next_wait("op", 0)
        assert policy.estimate("op", age) == policy.estimate("op", 0)


def test_the_last_durations_alone_are_remembered() -> None:
    policy = pacing(*[1000.0] * 500, *[10.0] * MEMORY)
    assert policy.usual_longest("op") == 10


def test_operations_do_not_learn_from_each_other() -> None:
    policy = pacing(*[60.0] * 20)
    assert policy.next_wait("other", 0) == 5


def test_a_process_that_is_started_again_looks_at_the_same_moments() -> None:
    before, again = pacing(), pacing(*lasting(40, 60))
    delays(before, lasting(40, 60))
    assert looks(before, 70) == looks(again, 70)


def test_from_the_first_task_on_it_is_never_worse_than_a_fixed_interval() -> None:
    tasks = lasting(40, 200)
    found = delays(pacing(), tasks)
    fixed = [looks(pacing(), duration)[-1] - duration for duration in tasks]
    assert found[:10] == fixed[:10]
    assert statistics.mean(found[10:20]) < statistics.mean(fixed)
    assert statistics.mean(found[20:]) < statistics.mean(fixed) / 2


@pytest.mark.parametrize("factor", [0.5, 2])
def test_tasks_that_suddenly_take_another_time_are_followed_within_ten_of_them(factor: float) -> None:
    policy, fresh = pacing(*lasting(40, MEMORY)), pacing(*lasting(40 * factor, MEMORY, seed=6))
    delays(policy, lasting(40 * factor, 10, seed=5))
    tasks = lasting(40 * factor, 100, seed=7)
    found, at_best = ([looks(known, duration) for duration in tasks] for known in (policy, fresh))
    late, least = (
        statistics.mean(seen[-1] - took for seen, took in zip(ages, tasks, strict=True))
        for ages in (found, at_best)
    )
    assert late < 1.5 * least
    assert sum(map(len, found)) < 1.5 * sum(map(len, at_best))


def test_where_nobody_waits_looks_are_no_more_often_than_every_interval() -> None:
    policy = pacing(*[20.0] * 50)
    assert policy.next_wait("op", 19) < 5
    assert policy.unhurried_wait("op", 19) == 5


def told(policy: Pacing, count: int = 30) -> Pacing:
    for _ in range(count):
        policy.found_done(True)
    return policy


def test_while_callbacks_come_a_look_is_taken_only_where_nearly_all_such_tasks_are_done() -> None:
    assert looks(told(pacing(*SPREAD)), 66)[0] == pytest.approx(67)


def test_a_few_callbacks_are_not_yet_relied_on() -> None:
    assert looks(told(pacing(*SPREAD), 29), 69) == looks(pacing(*SPREAD), 69)


def test_one_task_that_no_callback_told_of_brings_the_usual_pace_back() -> None:
    policy = told(pacing(*SPREAD))
    policy.found_done(False)
    assert looks(told(policy, 29), 69) == looks(pacing(*SPREAD), 69)


def test_a_task_of_which_no_callback_tells_is_still_found_in_bounded_time() -> None:
    assert looks(told(pacing(*SPREAD)), 20)[-1] == pytest.approx(67)
    assert looks(told(pacing(*SPREAD)), 150)[-1] < 150 + 20


def test_an_estimate_needs_a_history() -> None:
    assert pacing(30, 31).estimate("op", 5).left_seconds is None


def test_the_estimate_is_the_median_rest_of_what_took_at_least_as_long() -> None:
    policy = pacing(*[10.0] * 10, *[50.0] * 10)
    assert policy.estimate("op", 20).left_seconds == pytest.approx(30)


def test_what_takes_longer_than_nearly_all_before_is_slower_than_usual() -> None:
    estimate = pacing(*[10.0] * 50).estimate("op", 11)
    assert estimate.is_slow
    assert estimate.left_seconds is None
