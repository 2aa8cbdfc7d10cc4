"""kill -9 at each meeting point with the outside, then a start: what is lost, paid twice, shown twice."""

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path

from tests.harness.postgres import Postgres
from tests.process.aftermath import Aftermath
from tests.process.kill_points import EXPECTED, Outcome, life

LIVES = 3
ON_POSTGRESQL = [
    "getUpdates after",
    "sendMessage before",
    "create after, no callback",
    "result after",
    "sendPhoto after",
    "deleteMessage before",
    "sendMediaGroup after",
]
"""What the outside sees is the same; that a dead process's edits are taken over is not."""


async def test_a_picture_arrives_wherever_the_process_was_killed(tmp_path: Path) -> None:
    names = list(EXPECTED)
    await asyncio.gather(
        *(lives_as_expected(tmp_path / str(each), names[each::LIVES]) for each in range(LIVES))
    )


async def test_another_process_takes_over_from_the_one_that_was_killed(
    tmp_path: Path, postgres: Postgres
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(postgres.empty()) for _ in range(2)]
        await asyncio.gather(
            *(
                lives_as_expected(tmp_path / str(each), ON_POSTGRESQL[each::2], DATABASE_URL=url)
                for each, url in enumerate(urls)
            )
        )


async def lives_as_expected(folder: Path, names: Sequence[str], **settings: str) -> None:
    measured, left = await life(folder, names, settings)
    expected: dict[str, Outcome] = {name: EXPECTED[name] for name in names}
    assert measured == expected
    assert left == Aftermath()
