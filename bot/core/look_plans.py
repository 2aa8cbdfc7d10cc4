"""The best moments to look at a task, from how long such tasks took before.

Who looks seldom finds a picture late, who looks often asks in vain. So a look has a price, in seconds of
delay, and a plan has the least `delay + price x looks` on average. It is found by dynamic programming, from
the last moment back to the first: what is the least cost from the moment i on, after a look at i that finds a
task running? The next look may be at any later moment j. It costs the price, for all tasks that run at i; the
delay until j, for those that end between i and j; and the least cost from j on, which is known by then:

    cost(i) = min over j of: price x running(i) + delay until j of those that end between i and j + cost(j)

For each j this is a line in the share that is done at i, and the earlier i is, the earlier is its best j. So
the lines that may still be best stand in a row, and each is compared about once.
A plan has the best j of every i, also of those that it would not choose itself: a look may be late.
"""

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

CLOSEST_SECONDS = 0.5
"""Between two looks at a task."""
_STEP = 1.02
"""From one moment to the next: of an age in seconds, 2 % are as good as exact."""
_SPREAD = 1.25
"""Each duration stands for those up to a quarter shorter or longer: there are few of them."""
_ROUNDED_SECONDS = 0.001
"""A look at a moment may seem this much early: times are rounded. It is still the one at that moment."""
_UNKNOWN = 1.0
"""So many durations stand for what has not been seen yet, anywhere up to the last moment."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`following[k]` is the moment of the look after one at the moment `at[k]`, as an index.

    `looks` that a task takes, and `seconds` until one of them finds it done: both on average.
    """

    at: Sequence[float]
    following: Sequence[int]
    looks: float
    seconds: float

    def after(self, age: float) -> float:
        """The age in seconds at which a task is looked at next."""
        passed = bisect_right(self.at, age + _ROUNDED_SECONDS)
        return self.at[self.following[min(passed, len(self.following)) - 1]]


@dataclass(frozen=True, slots=True)
class Odds:
    """`done[k]` is the share of the tasks that are done at the age `at[k]`: from 0 at the start to 1."""

    at: Sequence[float]
    done: Sequence[float]

    @classmethod
    def of(cls, durations: Sequence[float], longest: float) -> "Odds":
        """From durations in seconds. What takes longer than `longest` counts as done then."""
        count = max(1, math.ceil(math.log(longest / CLOSEST_SECONDS, _STEP)))
        at = [0.0, *(longest / _STEP**k for k in range(count, -1, -1))]
        ending = [_UNKNOWN / (count + 1)] * (count + 1)  # between each moment and the one before
        for seconds in durations:
            first = min(bisect_right(at, seconds / _SPREAD), count + 1)
            last = min(bisect_right(at, seconds * _SPREAD), count + 1)
            for k in range(first, last + 1):
                ending[k - 1] += 1 / (last + 1 - first)
        total, done = len(durations) + _UNKNOWN, [0.0]
        for share in ending:
            done.append(done[-1] + share / total)
        return cls(at, done)

    def plan(self, price: float) -> Plan:
        """The plan of least cost, as the module says; `price` in seconds of delay for a look."""
        at, done, spent = self.at, self.done, self._spent()
        last = nearest = len(at) - 1
        following = [last] * last
        ahead = [0.0] * last + [at[last] * done[last] - spent[last]]  # of j: its cost is a line in done(i)

        def overtakes(j: int, earlier: int) -> float:
            """Below which share of done tasks a look at an earlier moment costs less than one at j."""
            return (ahead[j] - ahead[earlier]) / (at[j] - at[earlier])

        best = deque([last])  # the j for this i, and those that will be best for some earlier i
        for i in range(last - 1, -1, -1):
            while nearest - 1 > i and at[nearest - 1] >= at[i] + CLOSEST_SECONDS:
                nearest -= 1
                while len(best) > 1 and overtakes(best[-1], nearest) >= overtakes(best[-2], best[-1]):
                    best.pop()
                best.append(nearest)
            while len(best) > 1 and done[i] <= overtakes(best[0], best[1]):
                best.popleft()
            following[i] = best[0]
            cost = ahead[best[0]] - done[i] * at[best[0]] + spent[i] + price * (done[last] - done[i])
            ahead[i] = at[i] * done[i] - spent[i] + cost
        return self._valued(following)

    def _spent(self) -> list[float]:
        """How long those that are done at each moment took, summed up; each is taken to end midway."""
        spent = [0.0]
        for k in range(1, len(self.at)):
            ended = self.done[k] - self.done[k - 1]
            spent.append(spent[-1] + ended * (self.at[k] + self.at[k - 1]) / 2)
        return spent

    def _valued(self, following: Sequence[int]) -> Plan:
        looks = seconds = 0.0
        i = 0
        while i < len(following):
            j = following[i]
            looks += 1 - self.done[i]
            seconds += self.at[j] * (self.done[j] - self.done[i])
            i = j
        return Plan(self.at, following, looks, seconds)
