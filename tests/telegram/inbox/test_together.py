import asyncio
from collections.abc import Sequence

import pytest

from bot.telegram.inbox.together import Together


class Work:
    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.goes_on = asyncio.Event()
        self.trouble: Exception | None = None

    async def __call__(self, items: Sequence[int]) -> int:
        self.batches.append(list(items))
        await self.goes_on.wait()
        if self.trouble is not None:
            raise self.trouble
        return sum(items)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_comes_while_a_call_runs_is_done_by_the_next_one() -> None:
    work = Work()
    together: Together[int, int] = Together(work)
    asked = []
    for number in range(5):
        asked.append(asyncio.create_task(together.do(number)))
        await settle()
    assert work.batches == [[0]]
    work.goes_on.set()
    assert await asyncio.gather(*asked) == [0, 10, 10, 10, 10]
    assert work.batches == [[0], [1, 2, 3, 4]]


async def test_an_error_is_raised_for_all_that_were_part_of_the_call_and_for_nobody_else() -> None:
    work = Work()
    together: Together[int, int] = Together(work)
    work.goes_on.set()
    work.trouble = RuntimeError("away")
    for error in await asyncio.gather(*(together.do(number) for number in range(3)), return_exceptions=True):
        assert error is work.trouble
    work.trouble = None
    assert await together.do(7) == 7


@pytest.mark.parametrize("cancelled", [0, 1])
async def test_one_that_is_cancelled_holds_up_none_that_come_later(cancelled: int) -> None:
    work = Work()
    together: Together[int, int] = Together(work)
    asked = [asyncio.create_task(together.do(number)) for number in range(2)]
    await settle()
    last = asyncio.create_task(together.do(2))
    await settle()
    asked[cancelled].cancel()
    work.goes_on.set()
    assert await last == (3 if cancelled == 0 else 2)
