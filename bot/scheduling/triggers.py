"""What APScheduler asks: when a job runs next, and what time it is."""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger

from bot.core.clock import Clock


class ClockZone(tzinfo):
    """Gives APScheduler the time of `clock`; it takes a clock only in the form of a time zone.

    By the wall clock, it would do nothing for an hour after that was set back by an hour. Pass every moment
    through `at`: one in another zone would be converted to the present moment.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def at(self, moment: datetime) -> datetime:
        """A moment in UTC, marked with this zone for the scheduler."""
        return moment.replace(tzinfo=self)

    def fromutc(self, _: datetime) -> datetime:
        """Called by `datetime.now(zone)`: the clock's time."""
        return self.at(self._clock())

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(0)

    def dst(self, _: datetime | None) -> None:
        return None

    def tzname(self, _: datetime | None) -> str:
        return "the bot's clock"


class PacedTrigger(BaseTrigger):  # type: ignore[misc] # apscheduler has no types
    """Carries the polling policy: fires repeatedly, each time `wait(age)` seconds later.

    It stays in the scheduler when a run fails, is slow or is skipped, so no look is lost. `looks`: each run
    asks the provider how a task is doing. `is_late`: nobody waits for that task.
    """

    def __init__(
        self, wait: Callable[[float], float], since: datetime, *, looks: bool = False, is_late: bool = False
    ) -> None:
        self._wait, self.since, self.looks, self.is_late = wait, since, looks, is_late

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Called by APScheduler."""
        start = max(previous_fire_time or now, now)
        age = (start - self.since).total_seconds()
        return start + timedelta(seconds=self._wait(age))
