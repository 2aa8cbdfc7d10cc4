"""The counters for `/metrics`, in their own registry."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypedDict

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot import VERSION
from bot.core.edits import Edit, Waste
from bot.core.errors import Reason

_SECONDS = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
_DELAYS = (0.1, 0.3, 1, 2, 3, 4, 5, 7, 10, 20, 30)


class _Ours(TypedDict):
    """What all metrics have in common."""

    namespace: str
    registry: CollectorRegistry


class Metrics:
    """The core's `Observer`, and the counts of outgoing calls. `unfinished` counts the edits with a job."""

    def __init__(self, unfinished: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        ours: _Ours = {"namespace": "nanobanana_bot", "registry": self._registry}
        self._moves = Counter("edit_moves", "Edits that came to a state", ["state"], **ours)
        self._failures = Counter("edit_failures", "Edits that failed", ["reason"], **ours)
        for reason in Reason:  # an alarm sees the first failure only as a rise from zero
            self._failures.labels(reason)
        self._wasted = Counter("edits_wasted", "Edits paid for in vain, by people's doing", ["waste"], **ours)
        for waste in Waste:
            self._wasted.labels(waste)
        self._refusals = Counter("requests_refused", "Requests not accepted", ["reason"], **ours)
        self._looks = Counter("task_looks", "Questions how a task is doing", **ours)
        self._durations = Histogram(
            "edit_seconds", "From the request to its end", ["outcome"], buckets=_SECONDS, **ours
        )
        self._tasks = Histogram(
            "task_seconds", "How long tasks took", ["operation"], buckets=_SECONDS, **ours
        )
        self._detection = Histogram(
            "task_detection_seconds", "From a task's end to its being noticed", buckets=_DELAYS, **ours
        )
        self._calls = Counter("outgoing_calls", "Calls to the services", ["service", "status"], **ours)
        gauge = Gauge("edits_unfinished", "Edits that this process looks after", **ours)
        gauge.set_function(unfinished)
        self._waiting = Gauge("edits_waiting", "Edits of all processes that cannot go on", ["reason"], **ours)
        self._credits = Gauge("credits_left", "At the image service", **ours)
        self._credits.set(math.nan)
        self._spent = Gauge("credits_spent", "In the last 24 hours, by all processes", ["operation"], **ours)
        build = Gauge("build_info", "Which version this is", ["version"], **ours)
        build.labels(VERSION).set(1)

    def moved(self, edit: Edit, now: datetime) -> None:
        """An edit has moved to another state."""
        self._moves.labels(edit.state).inc()
        if edit.failure is not None:
            self._failures.labels(edit.failure).inc()
        if edit.waste is not None and not edit.is_active:
            self._wasted.labels(edit.waste).inc()
        if not edit.is_active:
            self._durations.labels(edit.state).observe((now - edit.created_at).total_seconds())

    def looked(self) -> None:
        """A task was asked about."""
        self._looks.inc()

    def found_done(self, operation: str, seconds: float, delay: float) -> None:
        """A task that took `seconds` was found done `delay` seconds after its end."""
        self._tasks.labels(operation).observe(seconds)
        self._detection.observe(max(0.0, delay))

    def refused(self, reason: Reason) -> None:
        """A request was not accepted."""
        self._refusals.labels(reason).inc()

    def called(self, service: str, status: str) -> None:
        """A call to a service has ended: with an HTTP status, or the class name of an error."""
        self._calls.labels(service, status).inc()

    def found_waiting(self, edits: Mapping[str, int]) -> None:
        """How many edits wait, by what they wait for."""
        self._waiting.clear()
        for reason, count in edits.items():
            self._waiting.labels(reason).set(count)

    def found_credits(self, left: float) -> None:
        """The image service told what is left."""
        self._credits.set(left)

    def found_spent(self, credits: Mapping[str, float]) -> None:  # noqa: A002 - the account's unit
        """What the edits of the last 24 hours cost, by model and resolution."""
        self._spent.clear()
        for operation, spent in credits.items():
            self._spent.labels(operation).set(spent)

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry)
