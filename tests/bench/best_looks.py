"""How long tasks take in the simulations, and the best moments to look at them for who knows that."""

import itertools
import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator

from bot.core.look_plans import CLOSEST_SECONDS, Odds, Plan

LOOKS_PER_SECOND = 20
MOST_LOOKS = 25
LONGEST_SECONDS = 300.0
KINDS = {"slow tasks": (40.0, 25.0, 70.0), "quick tasks": (12.0, 8.0, 20.0)}
"""The median, what 10 % are under, and what 10 % are over."""

Next = Callable[[float], float]
"""From the age at a look to the age at the next one."""


def durations(median: float, p10: float, p90: float, seed: int, factor: float = 1) -> Iterator[float]:
    """A two-piece lognormal that hits all three quantiles, times `factor`."""
    rng = random.Random(seed)
    low, high = math.log(median / p10) / 1.2816, math.log(p90 / median) / 1.2816
    while True:
        z = rng.gauss(0, 1)
        yield min(factor * median * math.exp(z * (low if z < 0 else high)), LONGEST_SECONDS - 1)


def best_possible(kind: tuple[float, float, float], count: int = 1, factor: float = 1) -> Next:
    """The moments with the least delay that so many edits in flight may have, with the durations known."""
    known = sorted(itertools.islice(durations(*kind, 9, factor), 20_000))
    steps = 1500
    at = [k * LONGEST_SECONDS / steps for k in range(steps + 1)]
    done, ended = [0.0], 0
    for moment in at[1:]:
        while ended < len(known) and known[ended] <= moment:
            ended += 1
        done.append(ended / len(known))
    odds = Odds(at, [*done[:-1], 1.0])
    low, high = 1e-4, 1e4

    def is_dear(plan: Plan) -> bool:
        return plan.looks > min(MOST_LOOKS, LOOKS_PER_SECOND / count * plan.seconds)

    for _ in range(18):
        price = math.sqrt(low * high)
        low, high = (price, high) if is_dear(odds.plan(price)) else (low, price)
    if is_dear(odds.plan(high)):  # even one look at each task is too much before this age
        return lambda age: age + count / LOOKS_PER_SECOND
    return odds.plan(high).after


def least_delay(kind: tuple[float, float, float], most: int) -> float:
    """The least mean delay if no task is ever looked at more than `most` times, with the durations known.

    By dynamic programming over the moments of every half second; the last look is at LONGEST_SECONDS.
    """
    known = sorted(itertools.islice(durations(*kind, 9), 20_000))
    summed = [0.0, *itertools.accumulate(known)]
    at = [k * CLOSEST_SECONDS for k in range(int(LONGEST_SECONDS / CLOSEST_SECONDS) + 1)]
    ended = [bisect_right(known, moment) for moment in at]
    last = len(at) - 1
    ahead = [math.inf] * last + [0.0]  # of all that run at a moment, with no look left, then one, then two
    for _ in range(most):
        of = [at[j] * ended[j] - summed[ended[j]] + ahead[j] for j in range(last + 1)]
        ahead = [
            min(of[j] - at[j] * ended[i] for j in range(i + 1, last + 1)) + summed[ended[i]]
            for i in range(last)
        ] + [0.0]
    return ahead[0] / len(known)
