"""Hundreds of edits on three replicas: one is killed, one freezes and wakes up, all are replaced in turn."""

import asyncio
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.recorder import Recorder, recorder
from tests.harness.clock import until
from tests.harness.postgres import postgres_server
from tests.harness.replicas import Replica, Replicas, replicas, summary
from tests.replicas.rush import rush

EDITS = 500
_CARDS_SECONDS = 8
"""After which every card has come, or will not: one that is cut by a kill would stay."""
MORE_EDITS = 60
"""Asked for while the replicas are replaced."""
REQUESTS, PLACES = 200, 194
TAKEN_OVER_WITHIN = 15
FROZEN_SECONDS, AWAKE_SECONDS = 20, 8
_ENDLESS_SECONDS = 3600
_ENDS_SPREAD_SECONDS = 20


@dataclass(frozen=True)
class Holding:
    """What a replica held at a moment."""

    tasks: set[str]
    words: set[str]
    """What calls about its edits cannot do without: the task's id, the chat's, the whole prompt."""

    @classmethod
    async def of(cls, world: Replicas, member: Replica) -> "Holding":
        query = "SELECT task_id, chat_id, words FROM edits WHERE owner = $1 AND state = 'processing'"
        rows = await world.rows(query, member.name)
        tasks = {row["task_id"] for row in rows}
        said = {f'"{row["words"]}"' for row in rows} | {str(row["chat_id"]) for row in rows}
        return cls(tasks, tasks | said)


async def report() -> AsyncIterator[str]:
    """Raises where anything is lost or repeated, or left alone for too long."""
    with postgres_server() as server:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = await stack.enter_async_context(server.empty())
            looks = {"POLL_INTERVAL_SECONDS": "5", "LOOKS_PER_SECOND": "250"}  # no reason to wait
            endless = replicas(folder, url, task_seconds=_ENDLESS_SECONDS, **looks)
            world = await stack.enter_async_context(endless)
            own = await stack.enter_async_context(recorder(world.telegram, world.nanobanana))
            async for line in _losses(world, own):
                yield line
        with tempfile.TemporaryDirectory() as name:
            async with server.empty() as url:
                await rush(Path(name), url, requests=REQUESTS, places=PLACES)
        yield f"{REQUESTS} requests of one chat to three replicas at once: {PLACES} admitted, no more may be"


async def _losses(world: Replicas, own: Recorder) -> AsyncIterator[str]:
    """What happens to the same edits, one thing after the other."""
    await world.start(2)
    (frozen,) = await world.start(1, **own.settings)
    yield await _all_in_flight(world)
    killed = await world.poller()
    assert killed is not frozen
    yield await _kill(world, killed)
    await world.start(1)
    yield await _freeze(world, frozen, own)
    yield await _replace_all(world, [each for each in world.members if each is not killed])
    began = time.monotonic()
    await world.all_delivered(120)
    took, amiss, count = time.monotonic() - began, world.amiss(), len(world.asked)
    yield f"all {count} delivered {took:.1f} s later; lost, repeated or of another size: {len(amiss)}"
    for words, what in amiss.items():
        yield f"  {words}: {what}"
    assert not amiss


async def _all_in_flight(world: Replicas) -> str:
    began = time.monotonic()
    world.ask(EDITS)
    await world.until_rows("edits WHERE state = 'processing'", EDITS, 200)
    took, held = time.monotonic() - began, sorted((await world.held()).values())
    await asyncio.sleep(_CARDS_SECONDS)
    return f"{EDITS} edits admitted and created in {took:.1f} s, all in flight; held by each replica: {held}"


async def _kill(world: Replicas, killed: Replica) -> str:
    lost = await Holding.of(world, killed)
    killed.signal(signal.SIGKILL)
    at = time.monotonic()
    world.balancer.ports.remove(killed.port)
    await world.until_rows(f"roles WHERE owner <> '{killed.name}'", 1)
    intake_gap = time.monotonic() - at
    gaps = await _gaps(world, lost.tasks, at)
    return f"killed: {summary(gaps)} until looked at again; getUpdates taken over after {intake_gap:.1f} s"


async def _gaps(world: Replicas, tasks: set[str], at: float) -> list[float]:
    """From a moment to the next look at each task, which must not be long in coming."""
    await until(lambda: tasks <= {task for task, moment in world.nanobanana.polls if moment > at}, 30)
    gaps = world.gaps(tasks, at)
    assert max(gaps) < TAKEN_OVER_WITHIN, f"left alone for too long: {summary(gaps)}"
    return gaps


async def _freeze(world: Replicas, frozen: Replica, own: Recorder) -> str:
    lost, old_name = await Holding.of(world, frozen), frozen.name
    frozen.signal(signal.SIGSTOP)
    at = time.monotonic()
    gaps = await _gaps(world, lost.tasks, at)
    await asyncio.sleep(at + FROZEN_SECONDS - time.monotonic())
    woken_at = time.monotonic()
    frozen.signal(signal.SIGCONT)
    await until(lambda: frozen.name != old_name)
    await asyncio.sleep(AWAKE_SECONDS)
    calls = sum(call.at >= woken_at for call in own.passed)
    meddling = Counter(own.since(woken_at, lost.words))
    assert not meddling, f"it woke up and went on with what was another's: {meddling}"
    return (
        f"frozen for {FROZEN_SECONDS} s: {summary(gaps)} until looked at again; once awake it made {calls} "
        f"calls in {AWAKE_SECONDS} s, none of them about these"
    )


async def _replace_all(world: Replicas, olds: list[Replica]) -> str:
    """One after the other, while people ask and results come in."""
    began = time.monotonic()
    for number, task in enumerate(world.nanobanana.tasks.values()):
        task.seconds = began - task.created_at + number * _ENDS_SPREAD_SECONDS / EDITS
    world.nanobanana.task_seconds = 4
    for old in olds:
        world.ask(MORE_EDITS // len(olds))
        await world.start()
        world.balancer.ports.remove(old.port)
        assert await old.stop() == 0
        assert "Traceback" not in old.log, old.log
    done = await world.value("SELECT count(*) FROM edits WHERE state = 'delivered'")
    return (
        f"{len(olds)} replicas replaced in {time.monotonic() - began:.1f} s, "
        f"while {MORE_EDITS} more were asked for and {done} delivered"
    )
