"""Replicas that die, freeze and leave while much is under way."""

import asyncio
import logging
import signal
import time
from pathlib import Path

from tests.process.process_ground import until
from tests.replicas.fleet import Fleet, Member, fleet, summary

logger = logging.getLogger(__name__)

EDITS = 60
TASK_SECONDS = 16
FROZEN_SECONDS = 14
TAKEN_OVER_WITHIN = 15


async def test_what_a_killed_and_a_frozen_replica_held_goes_on_and_the_frozen_one_wakes_to_do_nothing(
    tmp_path: Path, url: str
) -> None:
    async with fleet(tmp_path, url, task_seconds=lambda n: TASK_SECONDS if n < EDITS else 1) as ground:
        await ground.start(3)
        ground.ask(EDITS)
        await until(lambda: len(ground.nanobanana.creates) >= EDITS, 30)
        await ground.until_rows("edits WHERE state = 'processing' AND status_message_id IS NOT NULL", EDITS)
        held = await ground.held()
        assert set(held) == {member.name for member in ground.members}
        killed = await ground.poller()
        frozen, spared = (member for member in ground.members if member is not killed)
        lost = await tasks_of(ground, killed), await tasks_of(ground, frozen)
        killed.signal(signal.SIGKILL)
        frozen.signal(signal.SIGSTOP)
        at = time.monotonic()
        late = ground.ask(3)
        looks = len(ground.nanobanana.polls)
        await ground.until_rows(f"roles WHERE owner = '{spared.name}'", 1, TAKEN_OVER_WITHIN)
        poller_gap = time.monotonic() - at
        await asyncio.sleep(at + FROZEN_SECONDS - time.monotonic())
        old_name = frozen.name
        frozen.signal(signal.SIGCONT)
        await ground.all_delivered()
        await until(lambda: frozen.name != old_name)
        ground.assert_each_paid_and_shown_once()
        logger.info("held %s; intake taken over after %.1f s", sorted(held.values()), poller_gap)
        for what, tasks in zip(("killed", "frozen"), lost, strict=True):
            gaps = ground.gaps(tasks, at)
            logger.info("gap in looks at what the %s one held: %s", what, summary(gaps))
            assert max(gaps) < TAKEN_OVER_WITHIN
        assert len(ground.nanobanana.polls) > looks
        assert len(late) == 3


async def tasks_of(ground: Fleet, member: Member) -> set[str]:
    rows = await ground.rows("SELECT task_id FROM edits WHERE owner = $1", member.name)
    return {row["task_id"] for row in rows}


async def test_a_rolling_restart_under_load_loses_and_repeats_nothing(tmp_path: Path, url: str) -> None:
    async with fleet(tmp_path, url, task_seconds=4) as ground:
        olds = await ground.start(3)
        asking = asyncio.create_task(keep_asking(ground))
        for old in olds:
            await ground.start()
            was_poller = (await ground.poller()) is old
            ground.balancer.ports.remove(old.port)
            assert await old.stop() == 0
            if was_poller:
                left = time.monotonic()
                await ground.until_rows("roles", 1, 3)
                logger.info("the intake was nobody's for %.1f s", time.monotonic() - left)
            assert "Traceback" not in old.log
        asking.cancel()
        await ground.all_delivered()
        ground.assert_each_paid_and_shown_once()
        owners = await ground.rows("SELECT DISTINCT owner FROM edits")
        logger.info("%d edits, %d owners", len(ground.asked), len(owners))


async def keep_asking(ground: Fleet) -> None:
    while True:
        ground.ask(1)
        await asyncio.sleep(0.2)
