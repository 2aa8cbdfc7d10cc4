"""What people do twice in a moment: through webhooks, it reaches two replicas at once."""

import asyncio
from pathlib import Path

from bot.conversation.texts import alerts
from bot.sandbox.telegram.people import Message, Person
from tests.harness.chats import AGAIN, EN, finished
from tests.harness.pictures import picture
from tests.harness.processes import prompt_of
from tests.harness.replicas import Replicas, replicas


async def asked_with_buttons(person: Person, label: str) -> Message:
    """The bot's message that has such a button."""
    return await person.private.wait_for(
        lambda messages: next(
            (m for m in messages if m.by_bot and any(label in each for each in m.labels)), None
        )
    )


async def tapped_twice(world: Replicas, person: Person, label: str) -> None:
    under = await asked_with_buttons(person, label)
    taps = [person.presses(under, label) for _ in range(2)]
    told = {(await tap.answer()).text for tap in taps}
    assert told <= {alerts.started(EN), alerts.settled(EN)}


async def test_two_taps_at_once_on_two_replicas_are_paid_once(tmp_path: Path, url: str) -> None:
    """A style, a yes and an Again were each paid for twice, and an album nearly so."""
    async with replicas(tmp_path, url, TELEGRAM_WEBHOOK="true") as world:
        await world.start(2)
        for number in range(3):
            people = [world.telegram.people.person(f"{name} {number}") for name in ("Ada", "Ben", "Cy")]
            ada, ben, cy = people
            ada.sends_photo(picture(60, 45))
            first = ben.sends_photo(picture(60, 46), f"first {number}")
            cy.sends_album([picture(60, 47 + part) for part in range(4)])
            await ben.private.wait_for(lambda messages, of=first: finished(messages, of))  # type: ignore[misc]
            ben.writes(f"more contrast {number}")
            before = len(world.nanobanana.creates)
            await tapped_twice(world, ada, "Sketch")
            await tapped_twice(world, cy, "Oil")
            await tapped_twice(world, ben, "Yes")
            await world.until_rows("edits WHERE state = 'delivered'", before + 6)
            await tapped_twice(world, ben, AGAIN)
            await world.until_rows("edits WHERE state = 'delivered'", before + 7)
            await asyncio.sleep(0.5)  # another one would have been paid for by now
            assert len(world.nanobanana.creates) == before + 7


async def test_a_caption_that_is_corrected_while_an_album_comes_is_paid_once(
    tmp_path: Path, url: str
) -> None:
    async with replicas(tmp_path, url, TELEGRAM_WEBHOOK="true") as world:
        await world.start(2)
        for number, seconds in enumerate((0.0, 0.4, 0.8)):
            ada = world.telegram.people.person(f"Ada {number}")
            album = ada.sends_album([picture(60, 45 + part) for part in range(3)], "old words")
            await asyncio.sleep(seconds)
            ada.edits(album[0], "new words")
        await world.until_rows("edits WHERE state = 'delivered'", 9)
        await asyncio.sleep(1.5)  # the rest of a second series would have been paid for by now
        assert [prompt_of(create.body) for create in world.nanobanana.creates] == ["new words"] * 9
