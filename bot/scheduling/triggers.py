"""What APScheduler goes by: when a job is due next, and the bot's own clock."""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger

from bot.core.clock import Clock


class ClockZone(tzinfo):
    """Makes APScheduler go by `clock`: a time zone is the only way to tell it the time.

    With the wall clock, it would do nothing for an hour once that is set back by an hour. Every moment that
    the scheduler is given has to be in this zone (`at`): one of another zone would become the present moment.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def at(self, moment: datetime) -> datetime:
        """A moment in UTC, for the scheduler."""
        return moment.replace(tzinfo=self)

    def fromutc(self, _: datetime) -> datetime:
        """What `datetime.now(zone)` asks."""
        return self.at(self._clock())

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(0)

    def dst(self, _: datetime | None) -> None:
        return None

    def tzname(self, _: datetime | None) -> str:
        return "the bot's clock"


class PacedTrigger(BaseTrigger):  # type: ignore[misc] # apscheduler has no types
    """Carries the polling policy: fires again and again, each time `wait(age)` seconds later.

    It stays in the scheduler whatever happens to a run, so a failed, slow or skipped one loses nothing.
    """

    def __init__(self, wait: Callable[[float], float], since: datetime, jitter: Callable[[], float]) -> None:
        self._wait, self.since, self._jitter = wait, since, jitter

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Apscheduler's question; `jitter` is a factor near 1."""
        start = max(previous_fire_time or now, now)
        age = (start - self.since).total_seconds()
        return start + timedelta(seconds=self._wait(age) * self._jitter())
