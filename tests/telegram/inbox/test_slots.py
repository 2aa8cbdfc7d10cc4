"""Who waits for Telegram holds no slot."""

import asyncio

from bot.telegram.inbox.slots import AT_ONCE, Slots
from tests.telegram.inbox.intake_world import World


async def test_whoever_asks_telegram_steps_aside_for_others(world: World) -> None:
    order: list[str] = []

    async def asks(number: int) -> None:
        async with world.slots.taken():
            async with world.slots.stepped_aside():
                order.append("asks")
                await asyncio.sleep(0.01)
            order.append("knows")

    async with asyncio.TaskGroup() as tasks:
        for number in range(AT_ONCE * 3):
            tasks.create_task(asks(number))
    assert order[: AT_ONCE * 3] == ["asks"] * AT_ONCE * 3
    assert world.slots._free._value == AT_ONCE


async def test_one_who_is_cancelled_while_stepping_back_takes_no_slot_along() -> None:
    slots, told = Slots(1), asyncio.Event()

    async def asks() -> None:
        async with slots.taken(), slots.stepped_aside():
            await told.wait()

    asking = asyncio.create_task(asks())
    await asyncio.sleep(0)
    async with slots.taken():
        told.set()
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert slots._free._value == 1
