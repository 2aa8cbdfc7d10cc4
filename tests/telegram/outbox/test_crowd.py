"""Twenty people ask in a group at once, five at a time are allowed: the pictures come when they are done."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.conversation.outgoing import Destination, Say
from bot.core.edits import Edit
from bot.core.errors import TryLater
from bot.telegram.outbox.flood_control import FloodControl
from tests.harness.clock import VirtualTime
from tests.telegram.fake_telegram import Call
from tests.telegram.outbox.edit_world import GROUP, NOW, PROCESSING, READY, REPLY, EditWorld, an_edit

DONE_AFTER = (9, 9, 10, 12, 15)


async def test_refusals_and_cards_never_delay_a_picture_that_is_done() -> None:
    clock = VirtualTime()
    world = EditWorld(clock.settle, FloodControl(clock, clock.later, lambda: 0.25))
    arrived: list[float] = []
    sent: list[float] = []

    async def slow(call: Call) -> None:
        if call.method.startswith(("send", "edit")):
            sent.append(clock() - 1000)
        await clock.sleep(0.1)

    world.telegram.before = slow

    async def edits(number: int) -> None:
        edit = replace(an_edit(GROUP), id=f"e{number}")
        edit = replace(await world.posted(edit), stage=PROCESSING)
        world.board.show(edit)
        await clock.sleep(DONE_AFTER[number] - clock() + 1000)
        done_at = clock()
        await deliver(replace(edit, stage=READY))
        arrived.append(clock() - done_at)

    async def deliver(edit: Edit) -> None:
        while True:
            try:
                await world.chat.deliver(edit, REPLY)
            except TryLater as error:
                await clock.sleep(error.wait_seconds)
            else:
                return

    async def refuse(number: int) -> None:
        await world.outbox.send(
            Say(Destination(GROUP, reply_to=70 + number), "full", merge="too_many_active")
        )

    async def ticks() -> None:
        while True:
            await clock.sleep(1)
            world.at = NOW + timedelta(seconds=clock() - 1000)
            await world.board.tick()

    people = [asyncio.create_task(edits(number)) for number in range(5)]
    people += [asyncio.create_task(refuse(number)) for number in range(15)]
    ticking = asyncio.create_task(ticks())
    await clock.run(20)
    await clock.settle()
    ticking.cancel()
    assert all(person.done() for person in people)
    assert len(arrived) == 5
    assert max(arrived) < 5
    refusals = [each for each in world.telegram.of("sendMessage") if each["text"] == "full"]
    assert len(refusals) == 1
    assert refusals[0]["disable_notification"] is True
    assert len(sent) <= 20
    await world.board.close()
