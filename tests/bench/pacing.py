"""Looks per edit and delay until a task is found done, in simulated time: the best possible, and ours."""

import heapq
import itertools
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.look_budget import LookBudget
from bot.core.pacing import MEMORY, Pacing
from tests.bench.best_looks import (
    KINDS,
    LONGEST_SECONDS,
    LOOKS_PER_SECOND,
    MOST_LOOKS,
    Next,
    best_possible,
    durations,
    least_delay,
)

EDITS = 2000
INTERVAL_SECONDS = 5.0
START = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """How often a task was looked at, and how long after its end it was found done."""

    looks: int
    delay: float


def play(following: Next, duration: float) -> Found:
    """One task, looked at until it is found done."""
    age, looks = 0.0, 0
    while age < duration:
        age, looks = following(age), looks + 1
    return Found(looks, age - duration)


def fixed(age: float) -> float:
    return age + INTERVAL_SECONDS


@dataclass
class Fleet:
    """So many edits in flight all the time, in one process whose looks are spread by its budget.

    `told`: the share of tasks that a callback tells of.
    """

    pacing: Pacing
    budget: LookBudget
    source: Iterator[float]
    in_flight: int
    told: float = 0.0
    seconds: float = 0.0

    @classmethod
    def of(cls, source: Iterator[float], in_flight: int, told: float = 0.0) -> "Fleet":
        budget = LookBudget(LOOKS_PER_SECOND)
        pacing = Pacing(INTERVAL_SECONDS, timedelta(seconds=LONGEST_SECONDS), budget)
        return cls(pacing, budget, source, in_flight, told)

    def run(self, edits: int) -> list[Found]:
        """What the first so many edits that end had; the first ones start within a minute."""
        rng, ids, found = random.Random(2), itertools.count(), list[Found]()
        events = list[tuple[float, int, float, float, bool]]()  # when, which, since, how long, called back
        looks = Counter[int]()

        def start(at: float) -> None:
            edit_id, seconds = next(ids), next(self.source)
            self.budget.add(str(edit_id))
            wait = self.pacing.next_wait("op", 0)
            heapq.heappush(events, (at + wait, edit_id, at, seconds, False))
            if rng.random() < self.told:
                heapq.heappush(events, (at + seconds, edit_id, at, seconds, True))

        for _ in range(self.in_flight):
            start(rng.uniform(0, min(60, 3 * self.in_flight)))
        ended = set[int]()
        while len(found) < edits:
            at, edit_id, since, seconds, is_told = heapq.heappop(events)
            if edit_id in ended:
                continue
            now = START + timedelta(seconds=at)
            placed = self.budget.place(str(edit_id), now)
            if placed > now and not is_told:
                later = (placed - START).total_seconds()
                heapq.heappush(events, (later, edit_id, since, seconds, False))
                continue
            self.budget.use(str(edit_id))
            looks[edit_id] += 1
            age = at - since
            if age < seconds - 1e-9:
                wait = self.pacing.next_wait("op", age)
                heapq.heappush(events, (at + wait, edit_id, since, seconds, False))
                continue
            found.append(Found(looks[edit_id], age - seconds))
            ended.add(edit_id)
            self.budget.discard(str(edit_id))
            self.pacing.learn("op", [seconds])
            self.pacing.found_done(is_told)
            self.seconds = at
            start(at)
        return found


def line(label: str, found: list[Found], more: str = "") -> str:
    delays = sorted(each.delay for each in found)
    return (
        f"    {label:<46} looks {statistics.mean(each.looks for each in found):5.2f}   "
        f"delay mean {statistics.mean(delays):6.2f} s, p95 {delays[int(0.95 * len(delays))]:6.2f} s{more}"
    )


def in_flight(name: str, count: int) -> Iterator[str]:
    """Ours with so many in flight, beside the best possible within the budget, and a fixed interval."""
    kind = KINDS[name]
    fleet = Fleet.of(durations(*kind, seed=1), count)
    found = fleet.run(max(EDITS, 2 * count))
    a_second = sum(each.looks for each in found) / fleet.seconds
    best = best_possible(kind, count)
    source = list(itertools.islice(durations(*kind, seed=1), EDITS))
    yield f"  {name}, {count} in flight: {a_second:.1f} of {LOOKS_PER_SECOND} looks a second"
    yield line("best possible within the budget", [play(best, seconds) for seconds in source])
    if count == 1:
        yield line(f"fixed {INTERVAL_SECONDS:g} s", [play(fixed, seconds) for seconds in source])
    learned = found[len(found) // 2 :]
    yield line("ours", learned, f", at most {max(each.looks for each in learned)} looks")


def from_nothing(name: str) -> Iterator[str]:
    """The first edits of all, thirty times: nothing is known before."""
    ours, theirs = list[Found](), list[Found]()
    for seed in range(30):
        source = list(itertools.islice(durations(*KINDS[name], seed=100 + seed), 20))
        ours += Fleet.of(itertools.chain(source, [1.0]), 1).run(20)
        theirs += [play(fixed, seconds) for seconds in source]
    yield f"  {name}, the first 20 edits of all"
    yield line(f"fixed {INTERVAL_SECONDS:g} s", theirs)
    yield line("ours", ours)


def changed(name: str, factor: float) -> Iterator[str]:
    """Tasks that take so many times as long from one moment on: the first ten, then thirty more."""
    kind, ours = KINDS[name], (list[Found](), list[Found]())
    for seed in range(10):
        before = itertools.islice(durations(*kind, 200 + seed), 100)
        found = Fleet.of(itertools.chain(before, durations(*kind, 300 + seed, factor)), 1).run(140)
        ours[0].extend(found[100:110])
        ours[1].extend(found[110:])
    best = best_possible(kind, factor=factor)
    source = list(itertools.islice(durations(*kind, 1, factor), EDITS))
    yield f"  {name}, suddenly {factor:g} times as long"
    yield line("best possible", [play(best, seconds) for seconds in source])
    yield line(f"fixed {INTERVAL_SECONDS:g} s", [play(fixed, seconds) for seconds in source])
    yield line("ours, the first 10", ours[0])
    yield line("ours, the 30 after them", ours[1])


def called_back(name: str, lost: float) -> str:
    """Ours where callbacks come, but for a share that is lost."""
    found = Fleet.of(durations(*KINDS[name], seed=1), 1, told=1 - lost).run(EDITS)
    return line(f"ours, with callbacks, {100 * lost:g} % of them lost", found)


def cost(name: str) -> str:
    """What it takes to learn from one more task and to plan anew."""
    pacing = Pacing(INTERVAL_SECONDS, timedelta(seconds=LONGEST_SECONDS), LookBudget(LOOKS_PER_SECOND))
    took = []
    for number, seconds in enumerate(itertools.islice(durations(*KINDS[name], seed=1), 2 * MEMORY)):
        started = time.perf_counter()
        pacing.learn("op", [seconds])
        pacing.next_wait("op", 0)
        if number > MEMORY:
            took.append(1000 * (time.perf_counter() - started))
    return (
        f"  {name}: to learn from a task and to plan anew takes {min(took):.1f} ms at best, "
        f"{statistics.median(took):.1f} ms (median)"
    )


def report() -> Iterator[str]:
    """For slow and for quick tasks."""
    yield f"In simulated time; a task is given up after {LONGEST_SECONDS:g} s"
    for name in KINDS:
        yield cost(name)
        least = least_delay(KINDS[name], MOST_LOOKS)
        yield f"  {name}, at most {MOST_LOOKS} looks at any of them: {least:.2f} s at the least"
        for count in (1, 19, 100, 1000, 5000):
            yield from in_flight(name, count)
        yield from from_nothing(name)
        for factor in (2.0, 0.5):
            yield from changed(name, factor)
        for lost in (0, 0.02, 0.1, 0.5):
            yield called_back(name, lost)
