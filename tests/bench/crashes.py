"""`python -m tests.bench.crashes [--kills 200]`: kill -9 at named points and at random, on both engines."""

import argparse
import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.harness.postgres import Postgres, postgres_server
from tests.process.aftermath import Aftermath
from tests.process.kill_points import EXPECTED, Outcome, life, photos_in
from tests.process.paid_once import STORIES, STORIES_END
from tests.process.random_kills import Tally, random_kills

LIVES = 3
"""Bots that live and die at the same time, each with its own database."""
ENGINES = ("SQLite", "PostgreSQL")


@contextlib.asynccontextmanager
async def homes(
    engine: str, count: int, server: Postgres | None
) -> AsyncIterator[list[tuple[Path, dict[str, str]]]]:
    """So many folders, and the settings that say where the database is."""
    async with contextlib.AsyncExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings: list[dict[str, str]] = [{} for _ in range(count)]
        if engine == "PostgreSQL" and server is not None:
            settings = [
                {"DATABASE_URL": await stack.enter_async_context(server.empty())} for _ in range(count)
            ]
        yield [(root / str(number), each) for number, each in enumerate(settings)]


async def kill_points(engine: str, server: Postgres | None, names: Sequence[str]) -> Iterator[str]:
    """The table of one engine. On PostgreSQL the lease of whoever was killed runs out by itself."""
    async with homes(engine, LIVES, server) as places:
        lives = await asyncio.gather(
            *(
                life(folder, names[number::LIVES], settings, patient=True)
                for number, (folder, settings) in enumerate(places)
            )
        )
    outcomes = {name: outcome for measured, _ in lives for name, outcome in measured.items()}
    async with homes(engine, len(STORIES), server) as places:
        ends = [
            tell(folder, settings) for tell, (folder, settings) in zip(STORIES.values(), places, strict=True)
        ]
        outcomes |= dict(zip(STORIES, await asyncio.gather(*ends), strict=True))
    return table(engine, outcomes, [left for _, left in lives])


def table(engine: str, outcomes: dict[str, Outcome], left: Sequence[Aftermath]) -> Iterator[str]:
    yield f"{engine}: killed at             lost  paid twice  shown twice  rang twice  stale cards"
    for name, expected in {**EXPECTED, **STORIES_END}.items():
        if (found := outcomes.get(name)) is None:
            continue
        photos = photos_in(name)
        row = (
            found.shown < photos,
            found.painted > photos,
            found.shown > photos,
            found.rang > 1,
            found.cards_left > (photos > 1),
        )
        cells = "".join(f"{int(cell):>{width}}" for cell, width in zip(row, (4, 12, 13, 12, 13), strict=True))
        yield f"  {name:<30} {cells}{'' if found == expected else f'   not as expected: {found}'}"
    yield from remains(left)


async def at_random(engine: str, server: Postgres | None, kills: int) -> Iterator[str]:
    """So many kills, shared among the lives; a lease runs out at once, or nothing would happen in between."""
    share = -(-kills // LIVES)
    async with homes(engine, LIVES, server) as places:
        runs = await asyncio.gather(
            *(
                random_kills(
                    folder, settings, kills=share, edits=share, seed=number, hosted_elsewhere=number > 0
                )
                for number, (folder, settings) in enumerate(places)
            )
        )
    return summary(engine, [tally for tally, _ in runs], [left for _, left in runs])


def summary(engine: str, tallies: Sequence[Tally], left: Sequence[Aftermath]) -> Iterator[str]:
    counts = [asdict(tally) for tally in tallies]
    unexplained = [each for tally in tallies for each in tally.unexplained]
    totals = {name: sum(each[name] for each in counts) for name in counts[0] if name != "unexplained"}
    yield f"{engine}, killed at random: " + ", ".join(
        f"{name.replace('_', ' ')} {n}" for name, n in totals.items()
    )
    yield from (f"  unexplained: {each}" for each in unexplained)
    yield from remains(left)


def remains(left: Sequence[Aftermath]) -> Iterator[str]:
    dirty = [str(each) for each in left if each != Aftermath()]
    yield from (f"  left behind: {each}" for each in dirty)
    if not dirty:
        yield "  Left behind: nothing unfinished, no file without an edit; the limits add up."


async def main(engines: Sequence[str], kills: int) -> None:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(postgres_server()) if "PostgreSQL" in engines else None
        for engine in engines:
            for line in await kill_points(engine, server, list(EXPECTED)):
                print(line, flush=True)
            if kills:
                for line in await at_random(engine, server, kills):
                    print(line, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.crashes", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="random kills per engine (%(default)s)")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="default: both")
    options = parser.parse_args()
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # of calls that die in the middle
    asyncio.run(main(options.engine or ENGINES, options.kills))
