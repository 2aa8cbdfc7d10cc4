"""`make bench`, or `python -m tests.bench --only NAME`."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable

from tests.bench import (
    callbacks,
    delivery,
    intake,
    latency,
    load,
    owner,
    pacing,
    pictures,
    replicas,
    start,
    throughput,
)


async def _pacing() -> AsyncIterator[str]:
    for line in pacing.report():
        yield line


BENCHMARKS: dict[str, tuple[str, Callable[[], AsyncIterator[str]]]] = {
    "pacing": ("When to look at a task", _pacing),
    "pictures": ("Pictures in worker processes", pictures.report),
    "start": ("The start of the real process, and its memory", start.report),
    "latency": ("The real process, its services on this machine, no added latency", latency.report),
    "intake": ("Taking updates in", intake.report),
    "callbacks": ("Callbacks, and none: the real process", callbacks.report),
    "load": ("Many edits in flight in one process; a look takes 100 ms", load.report),
    "owner": ("What /owner sums up, and what an admission counts, over a year", owner.report),
    "delivery": ("Many results at once", delivery.report),
    "throughput": ("A hundred people who keep asking", throughput.report),
    "replicas": ("Three replicas on one PostgreSQL: one killed, one frozen, all replaced", replicas.report),
}


async def main() -> None:
    """Print every benchmark, the quick ones first."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--only", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS))
    only = parser.parse_args().only
    for name, (title, report) in BENCHMARKS.items():
        if only in (None, name):
            print(f"\n{title}", flush=True)
            async for line in report():
                print(f"  {line}", flush=True)


asyncio.run(main())
