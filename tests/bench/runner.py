"""The bot as always, watched from within: `python -m tests.bench.runner FILE`.

At its end FILE has how long its event loop stood still when, and when each look at an edit was due.
"""

import asyncio
import contextlib
import gc
import json
import math
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from apscheduler.events import EVENT_JOB_SUBMITTED, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.logs import set_up_logging
from bot.run import run
from bot.sandbox.demo.bot_process import PROJECT, Home
from bot.scheduling import jobs
from bot.settings import Settings

_SAMPLE_SECONDS, _WORTH_NOTING = 0.005, 0.005
_JOB = "edit:"


@dataclass
class Watched:
    """A stall: when, how long, and for how much of that the loop's own thread was at work.

    All times are of the clock that all processes here share.
    """

    stalls: list[tuple[float, float, float]] = field(default_factory=list)
    due: list[tuple[float, str]] = field(default_factory=list)

    def longest_stall(self, since: float = 0, until: float = math.inf) -> str:
        """In the rest, other threads or other processes had the cores."""
        stalls = [(stall, own) for at, stall, own in self.stalls if since <= at <= until]
        longest, _ = max(stalls, default=(0, 0))
        most_own = max((own for _, own in stalls), default=0)
        return f"longest stall {1000 * longest:.0f} ms (of its own making {1000 * most_own:.0f} ms)"

    @classmethod
    def read(cls, path: Path) -> "Watched":
        return cls(**json.loads(path.read_text()))


@dataclass
class Usage:
    """What a process has used so far."""

    at: float
    cpu_seconds: float
    megabytes: float

    @classmethod
    def of(cls, process_id: int) -> "Usage":
        fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{process_id}/status").read_text()
        kilobytes = int(status.partition("VmRSS:")[2].split()[0])
        ticks = os.sysconf("SC_CLK_TCK")
        return cls(time.monotonic(), (int(fields[11]) + int(fields[12])) / ticks, kilobytes / 1024)

    def share_since(self, before: "Usage") -> float:
        """Of one core."""
        return (self.cpu_seconds - before.cpu_seconds) / (self.at - before.at)


@contextlib.asynccontextmanager
async def watched_bot(home: Home, watched: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot until the block ends, then SIGTERM."""
    home.data.mkdir(parents=True, exist_ok=True)
    with home.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.runner", str(watched),
            cwd=PROJECT, env={"PYTHONPATH": str(PROJECT), **home.settings}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 20)


async def sample(watched: Watched) -> None:
    """Sleeping takes longer than asked for by as much as the loop stood still."""
    while True:
        before, busy = time.monotonic(), time.thread_time()
        await asyncio.sleep(_SAMPLE_SECONDS)
        stall = time.monotonic() - before - _SAMPLE_SECONDS
        if stall > _WORTH_NOTING:
            watched.stalls.append((before, stall, time.thread_time() - busy))


@contextlib.asynccontextmanager
async def idle_watched() -> AsyncIterator[Watched]:
    """This process's loop, which has next to nothing to do: how much of the stalls is the machine's."""
    watched = Watched()
    sampler = asyncio.create_task(sample(watched))
    yield watched
    sampler.cancel()


async def _main(path: Path) -> int:
    gc.freeze()  # as the command line does
    settings = Settings.load()
    set_up_logging(settings.log_level, settings.log_format, settings.secrets)
    watched = Watched()
    to_monotonic = time.monotonic() - time.time()

    def note(event: JobSubmissionEvent) -> None:
        if event.job_id.startswith(_JOB):
            due = event.scheduled_run_times[-1].timestamp() + to_monotonic
            watched.due.append((due, event.job_id.removeprefix(_JOB)))

    class NotingScheduler(AsyncIOScheduler):  # type: ignore[misc] # apscheduler has no types
        def __init__(self, **options: object) -> None:
            super().__init__(**options)
            self.add_listener(note, EVENT_JOB_SUBMITTED)

    vars(jobs)["AsyncIOScheduler"] = NotingScheduler
    sampler = asyncio.create_task(sample(watched))
    code = await run(settings)
    sampler.cancel()
    path.write_text(json.dumps({"stalls": watched.stalls, "due": watched.due}))
    return code


if __name__ == "__main__":
    raise SystemExit(asyncio.run(_main(Path(sys.argv[1]))))
