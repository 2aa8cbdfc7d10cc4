"""Replicas that die, freeze and leave while much is under way."""

import asyncio
import logging
import signal
import time
from pathlib import Path

from tests.harness.clock import finish_tasks, until
from tests.harness.replicas import Replica, Replicas, replicas, summary

logger = logging.getLogger(__name__)

EDITS = 60
ENDLESS_SECONDS = 600
LOAD = 80
"""Edits, five a second: as long as replacing three replicas takes on a quiet machine."""
TAKEN_OVER_WITHIN = 15


async def test_what_a_killed_and_a_frozen_replica_held_goes_on_and_the_frozen_one_wakes_to_do_nothing(
    tmp_path: Path, url: str
) -> None:
    looks = {"LOOKS_PER_SECOND": "100"}  # a budget that is no reason to wait
    async with replicas(
        tmp_path, url, task_seconds=lambda n: ENDLESS_SECONDS if n < EDITS else 1, **looks
    ) as world:
        await world.start(3)
        world.ask(EDITS)
        await until(lambda: len(world.nanobanana.creates) >= EDITS)
        # On a busy machine a card's answer may come too late: then the edit knows that it has lost its card.
        carded = "(status_message_id IS NOT NULL OR has_lost_card)"
        await world.until_rows(f"edits WHERE state = 'processing' AND {carded}", EDITS)
        held = await world.held()
        assert set(held) == {member.name for member in world.members}
        killed = await world.poller()
        frozen, spared = (member for member in world.members if member is not killed)
        lost = await tasks_of(world, killed), await tasks_of(world, frozen)
        killed.signal(signal.SIGKILL)
        frozen.signal(signal.SIGSTOP)
        at = time.monotonic()
        late = world.ask(3)
        polls = len(world.nanobanana.polls)
        await world.until_rows(f"roles WHERE owner = '{spared.name}'", 1, TAKEN_OVER_WITHIN)
        poller_gap = time.monotonic() - at
        await until(
            lambda: {task for task, moment in world.nanobanana.polls if moment > at} >= lost[0] | lost[1]
        )
        finish_tasks(world.nanobanana)
        old_name = frozen.name
        frozen.signal(signal.SIGCONT)
        await world.all_delivered()
        await until(lambda: frozen.name != old_name)
        world.assert_each_paid_and_shown_once()
        logger.info("held %s; intake taken over after %.1f s", sorted(held.values()), poller_gap)
        for what, tasks in zip(("killed", "frozen"), lost, strict=True):
            gaps = world.gaps(tasks, at)
            logger.info("gap in looks at what the %s one held: %s", what, summary(gaps))
            assert max(gaps) < TAKEN_OVER_WITHIN
        assert len(world.nanobanana.polls) > polls
        assert len(late) == 3


async def tasks_of(world: Replicas, member: Replica) -> set[str]:
    rows = await world.rows("SELECT task_id FROM edits WHERE owner = $1", member.name)
    return {row["task_id"] for row in rows}


async def test_a_rolling_restart_under_load_loses_and_repeats_nothing(tmp_path: Path, url: str) -> None:
    async with replicas(tmp_path, url, task_seconds=4) as world:
        olds = await world.start(3)
        asking = asyncio.create_task(keep_asking(world))
        for old in olds:
            await world.start()
            was_poller = (await world.poller()) is old
            world.balancer.ports.remove(old.port)
            assert await old.stop() == 0
            if was_poller:
                left = time.monotonic()
                await world.until_rows("roles", 1, 3)
                logger.info("the intake was nobody's for %.1f s", time.monotonic() - left)
            assert "Traceback" not in old.log
        asking.cancel()
        await world.all_delivered()
        world.assert_each_paid_and_shown_once()
        owners = await world.rows("SELECT DISTINCT owner FROM edits")
        logger.info("%d edits, %d owners", len(world.asked), len(owners))


async def keep_asking(world: Replicas) -> None:
    for _ in range(LOAD):
        world.ask(1)
        await asyncio.sleep(0.2)
