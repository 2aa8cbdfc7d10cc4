"""Polls per edit and detection delay of the polling policies, in simulated time."""

import math
import random
from collections.abc import Callable, Iterator
from datetime import timedelta

from bot.core.pacing import Pacing

EDITS = 4000
Policy = Callable[[float], float]


def durations(median: float, p10: float, p90: float, seed: int) -> Iterator[float]:
    """A two-piece lognormal that hits all three quantiles."""
    rng = random.Random(seed)
    low, high = math.log(median / p10) / 1.2816, math.log(p90 / median) / 1.2816
    while True:
        z = rng.gauss(0, 1)
        yield median * math.exp(z * (low if z < 0 else high))


def play(policy: Policy, duration: float, jitter: random.Random | None) -> tuple[int, float]:
    """How often a task is looked at, and how long after its end it is found done."""
    age, looks = 0.0, 0
    while age < duration:
        age += policy(age) * (jitter.uniform(0.9, 1.1) if jitter else 1)
        looks += 1
    return looks, age - duration


def compare(name: str, median: float, p10: float, p90: float) -> list[str]:
    """One line per policy for tasks of these durations."""
    learned = Pacing(5, timedelta(hours=1))
    seed = Pacing(5, timedelta(hours=1))
    policies: dict[str, Policy] = {
        "fixed 5 s": lambda _: 5.0,
        "seed (5 s, 10 s after 10 checks, 30 s after 30)": lambda age: seed.next_wait("op", age),
        "ours, learned from nothing": lambda age: learned.next_wait("op", age),
    }
    lines = [f"  {name}: median {median:g} s, 10 % under {p10:g} s, 10 % over {p90:g} s; {EDITS} edits"]
    for label, policy in policies.items():
        ours, jitter, source = (
            policy is policies["ours, learned from nothing"],
            random.Random(2),
            durations(median, p10, p90, 1),
        )
        polls, delays = 0, list[float]()
        for _ in range(EDITS):
            duration = next(source)
            looks, delay = play(policy, duration, jitter if ours else None)
            polls, delays = polls + looks, [*delays, delay]
            if ours:
                learned.learn("op", [duration])
        lines.append(_line(label, polls, delays))
    return lines


def called_back(median: float, p10: float, p90: float, lost: float) -> str:
    """Our policy where callbacks come, but for a share that is lost; edits one after the other."""
    policy, source = Pacing(5, timedelta(hours=1)), durations(median, p10, p90, 1)
    rng, polls, delays = random.Random(2), 0, list[float]()
    for _ in range(EDITS):
        duration, told = next(source), rng.random() >= lost
        looks, delay = play(lambda age: policy.next_wait("op", age), duration, rng)
        polls, delays = polls + looks, [*delays, 0 if told else delay]
        policy.learn("op", [duration])
        policy.found_done(told)
    return _line(f"ours, with callbacks, {100 * lost:g} % of them lost", polls, delays)


def _line(label: str, polls: int, delays: list[float]) -> str:
    return (
        f"    {label:<50} polls per edit {polls / EDITS:5.2f}   "
        f"delay mean {sum(delays) / EDITS:4.2f} s, p95 {sorted(delays)[int(0.95 * EDITS)]:4.2f} s"
    )


def report() -> Iterator[str]:
    """The comparison for slow and for quick tasks."""
    yield "Polling policies (simulated time)"
    for name, median, p10, p90 in (("slow tasks", 40.0, 25.0, 70.0), ("quick tasks", 12.0, 8.0, 20.0)):
        yield from compare(name, median, p10, p90)
        for lost in (0, 0.02, 0.1, 0.5):
            yield called_back(median, p10, p90, lost)
