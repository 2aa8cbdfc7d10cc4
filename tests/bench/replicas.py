"""Hundreds of edits on three replicas, one of which is killed: how long what it held is left alone."""

import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from tests.postgres import postgres_server
from tests.process.process_ground import until
from tests.replicas.fleet import fleet, summary

EDITS = 300
TASK_SECONDS = 40


async def report() -> AsyncIterator[str]:
    """All admitted, the one with the intake killed, all delivered; each paid for and shown once."""
    with tempfile.TemporaryDirectory() as name, postgres_server() as server:
        async with server.empty() as url, fleet(Path(name), url, task_seconds=TASK_SECONDS) as ground:
            await ground.start(3)
            began = time.monotonic()
            ground.ask(EDITS)
            await until(lambda: len(ground.nanobanana.creates) >= EDITS, 120)
            yield f"{EDITS} edits admitted and created in {time.monotonic() - began:.1f} s by three replicas"
            held = await ground.held()
            yield f"held by each: {sorted(held.values())}"
            killed = await ground.poller()
            rows = await ground.rows(
                "SELECT task_id FROM edits WHERE owner = $1 AND state = 'processing'", killed.name
            )
            killed.process.kill()
            at = time.monotonic()
            ground.ask(5)
            await ground.until_rows(f"roles WHERE owner <> '{killed.name}'", 1)
            yield f"getUpdates taken over after {time.monotonic() - at:.1f} s"
            await ground.all_delivered(150)
            gaps = ground.gaps({row["task_id"] for row in rows}, at)
            yield f"what the killed one held was left alone for: {summary(gaps)}"
            yield f"all delivered {time.monotonic() - at:.1f} s after the kill"
            ground.assert_each_paid_and_shown_once()
            yield "each paid for once and shown once"
