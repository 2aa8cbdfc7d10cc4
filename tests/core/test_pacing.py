import random
from datetime import timedelta

import pytest

from bot.core.pacing import MEMORY, Pacing


def pacing(*durations: float, interval: float = 5, timeout: float = 300) -> Pacing:
    made = Pacing(interval, timedelta(seconds=timeout))
    made.learn("op", durations)
    return made


def looks(policy: Pacing, duration: float) -> list[float]:
    """The ages at which a task of this duration is looked at; the last one finds it done."""
    ages: list[float] = []
    age = 0.0
    while age < duration:
        age += policy.next_wait("op", age)
        ages.append(age)
    return ages


@pytest.mark.parametrize(("age", "wait"), [(0, 5), (44, 5), (50, 10), (249, 10), (250, 30)])
def test_before_anything_is_learned_the_seed_policy_holds(age: float, wait: float) -> None:
    assert pacing(timeout=1000).next_wait("op", age) == wait


def test_the_first_look_falls_where_such_tasks_begin_to_be_done() -> None:
    assert looks(pacing(*range(20, 70)), 24)[0] == pytest.approx(22)


def test_after_the_first_look_steps_are_steady_and_slow_down_late() -> None:
    policy = pacing(*range(20, 70), timeout=10_000)
    ages = looks(policy, 600)
    assert ages[1] - ages[0] == pytest.approx(4)
    assert ages[-1] - ages[-2] == pytest.approx(30)


def test_one_look_falls_on_the_timeout_itself() -> None:
    assert pacing(*range(20, 70), timeout=97).next_wait("op", 95) == pytest.approx(2)


def test_the_step_follows_the_configured_interval() -> None:
    policy = pacing(*[1.0] * 20, interval=0.5)
    assert policy.next_wait("op", 0.99) == pytest.approx(0.4)


def test_only_the_last_durations_are_remembered() -> None:
    policy = pacing(*[1000.0] * 500, *[10.0] * MEMORY)
    assert policy.next_wait("op", 0) == 10


def test_operations_do_not_learn_from_each_other() -> None:
    policy = pacing(*[60.0] * 20)
    assert policy.next_wait("other", 0) == 5


def test_the_learned_policy_finds_tasks_sooner_and_asks_less_than_a_fixed_interval() -> None:
    rng = random.Random(4)
    durations = [rng.lognormvariate(3.7, 0.35) for _ in range(3000)]
    policy, learned_delay, learned_polls, fixed_delay, fixed_polls = pacing(), 0.0, 0, 0.0, 0
    for duration in durations:
        ages = looks(policy, duration)
        learned_delay, learned_polls = learned_delay + ages[-1] - duration, learned_polls + len(ages)
        count = int(duration // 5) + 1
        fixed_delay, fixed_polls = fixed_delay + count * 5 - duration, fixed_polls + count
        policy.learn("op", [duration])
    assert learned_delay < fixed_delay
    assert learned_polls < 0.85 * fixed_polls


def told(policy: Pacing, count: int = 10) -> Pacing:
    for _ in range(count):
        policy.found_done(True)
    return policy


def test_while_callbacks_come_a_look_is_taken_only_where_nearly_all_such_tasks_are_done() -> None:
    assert looks(told(pacing(*range(20, 70))), 66)[0] == pytest.approx(67)


def test_a_few_callbacks_are_not_yet_relied_on() -> None:
    assert looks(told(pacing(*range(20, 70)), 9), 24)[0] == pytest.approx(22)


def test_one_task_that_no_callback_told_of_brings_the_usual_pace_back() -> None:
    policy = told(pacing(*range(20, 70)))
    policy.found_done(False)
    assert looks(told(policy, 9), 24)[0] == pytest.approx(22)


def test_a_task_of_which_no_callback_tells_is_still_found_in_bounded_time() -> None:
    assert looks(told(pacing(*range(20, 70))), 20)[-1] == pytest.approx(67)
    assert looks(told(pacing(*range(20, 70))), 150)[-1] < 150 + 20


def test_an_estimate_needs_a_history() -> None:
    assert pacing(30, 31).estimate("op", 5).left_seconds is None


def test_the_estimate_is_the_median_rest_of_what_took_at_least_as_long() -> None:
    policy = pacing(*[10.0] * 10, *[50.0] * 10)
    assert policy.estimate("op", 20).left_seconds == pytest.approx(30)


def test_what_takes_longer_than_nearly_all_before_is_slower_than_usual() -> None:
    estimate = pacing(*[10.0] * 50).estimate("op", 11)
    assert estimate.is_slow
    assert estimate.left_seconds is None
