from dataclasses import replace

import pytest

from bot.conversation.feature import EditButton
from bot.conversation.features.finer import FEATURE
from bot.core.edits import Edit
from bot.core.limits import Limits, Refusal
from bot.core.shapes import Ratio
from bot.core.stages import Delivered, Received
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, PHOTO, PRIVATE, press
from tests.conversation.texts.samples import HOURLY
from tests.factories import NOW, RESULT, TASK, edit

PRICES = {"nano-banana-2 1K": 8.0, "nano-banana-2 2K": 12.0, "nano-banana-2 4K": 18.5}
(BUTTON,) = FEATURE.buttons


def done(operation: str = "nano-banana-2 1K", enlarged: float = 1.5) -> Edit:
    return edit(
        chat_id=PRIVATE.id,
        requester_id=ADA.id,
        photos=(PHOTO,),
        shape=Ratio(16, 9),
        words="blue",
        operation=operation,
        stage=Delivered(TASK, replace(RESULT, enlarged=enlarged), 80, NOW),
    )


@pytest.mark.parametrize(
    ("operation", "enlarged", "shows"),
    [
        ("nano-banana-2 1K", 1.5, True),
        ("nano-banana-pro 2K", 1.5, True),
        ("nano-banana-2 1K", 1.2, False),
        ("nano-banana-2 4K", 3.0, False),
        ("nano-banana", 3.0, False),
    ],
)
def test_it_shows_where_a_result_was_enlarged_and_there_is_more(
    operation: str, enlarged: float, shows: bool
) -> None:
    assert isinstance(BUTTON, EditButton)
    assert BUTTON.when(done(operation, enlarged)) is shows
    assert not BUTTON.when(replace(done(operation, enlarged), stage=Received()))


async def test_the_same_is_painted_one_resolution_higher_and_the_price_is_told() -> None:
    room = Room(limits=Limits(prices=PRICES))
    of = room.edits["x"] = replace(done(), id="x")
    pressed = press("finer:x")
    told = await room.alert(pressed)
    assert told.text == "I paint it again at 2K, for 12 credits ($0.06)."
    [made] = [each.request for each in room.edits.values() if each.id != "x"]
    language = pressed.sender.language
    assert made == replace(of.request, update_id=pressed.update_id, resolution="2K", language=language)


async def test_who_asks_for_a_finer_one_again_is_told_its_price_again() -> None:
    room = Room(limits=Limits(prices=PRICES))
    finer = done("nano-banana-2 2K")
    room.edits["x"] = replace(finer, id="x", request=replace(finer.request, resolution="2K"))
    told = await room.alert(press("a:x"))
    assert told.text == "I paint it again at 2K, for 12 credits ($0.06)."


async def test_a_price_with_a_fraction_is_told_as_it_is() -> None:
    room = Room(limits=Limits(prices=PRICES))
    room.edits["x"] = replace(done("nano-banana-2 2K"), id="x")
    assert "at 4K, for 18.5 credits" in (await room.alert(press("finer:x"))).text


async def test_a_limit_says_so_and_nothing_is_painted() -> None:
    room = Room(limits=Limits(prices=PRICES))
    room.edits["x"] = replace(done(), id="x")
    room.service.refusal = Refusal(HOURLY, NOW)
    assert "I paint it again" not in str(await room.handle(press("finer:x")))
    assert len(room.edits) == 1


async def test_a_resolution_that_is_no_longer_offered_is_not_asked_for() -> None:
    room = Room(limits=Limits(prices={"nano-banana": 4.0}))
    room.edits["x"] = replace(done(), id="x")
    assert (await room.alert(press("finer:x"))).popup
    assert len(room.edits) == 1
