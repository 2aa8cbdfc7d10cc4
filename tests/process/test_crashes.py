"""kill -9 at any time: nothing is lost, and next to nothing happens twice."""

from pathlib import Path

import pytest

from tests.harness.postgres import Postgres
from tests.process.aftermath import Aftermath
from tests.process.random_kills import random_kills

EDITS, KILLS, SEED = 16, 8, 3


@pytest.mark.parametrize("hosted_elsewhere", [True, False])
async def test_no_edit_is_lost_however_often_the_process_is_killed(
    tmp_path: Path, hosted_elsewhere: bool
) -> None:
    await nothing_is_lost(tmp_path, hosted_elsewhere=hosted_elsewhere)


async def test_no_edit_is_lost_on_postgresql_either(tmp_path: Path, postgres: Postgres) -> None:
    async with postgres.empty() as url:
        await nothing_is_lost(tmp_path, hosted_elsewhere=True, DATABASE_URL=url)


async def nothing_is_lost(folder: Path, *, hosted_elsewhere: bool, **settings: str) -> None:
    tally, left = await random_kills(
        folder, settings, kills=KILLS, edits=EDITS, seed=SEED, hosted_elsewhere=hosted_elsewhere
    )
    assert tally.delivered + tally.failed == EDITS
    assert (tally.lost, tally.wrong_size, tally.unexplained) == (0, 0, [])
    assert not (hosted_elsewhere and tally.failed)
    assert left == Aftermath()
