"""The button under a refusal, which has the next place held."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.features.hold import held_alert, not_yours_alert
from bot.conversation.incoming import EditedMessage, Replied
from bot.conversation.outgoing import Alert, Delete, Say
from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import refusal_text
from bot.core.limits import HELD, Refusal
from bot.core.stages import EditState
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PHOTO, PRIVATE, data_of, in_group, message, press
from tests.conversation.texts.samples import OWN, UNFINISHED, en
from tests.factories import NOW, STAGES

FULL = Refusal(OWN, NOW + timedelta(minutes=12))


async def refused(room: Room, *, group: bool = False) -> str:
    """What the button under the refusal of Ada's request says to the bot."""
    room.service.refusal = FULL
    said = await room.say((in_group if group else message)("sketch", "in red", picture=PHOTO))
    [[button]] = said.buttons
    assert button.text == "⏳ Do it in 12 min"
    [data] = data_of(said.buttons)
    return data


async def test_a_request_that_was_refused_is_held_and_the_refusal_makes_way() -> None:
    room = Room()
    pressed = press(await refused(room))
    assert pressed.message_id is not None
    told = (Alert(pressed.press_id, held_alert(en())), Delete(PRIVATE.id, pressed.message_id))
    assert await room.handle(pressed) == told
    [held] = room.edits.values()
    assert (held.state, held.request.words, held.request.photos) == (EditState.HELD, "in red", (PHOTO,))
    assert room.woken == [held.id]


async def test_a_second_press_holds_nothing_more() -> None:
    room = Room()
    data = await refused(room)
    for _ in range(2):
        await room.handle(press(data))
    assert len(room.edits) == 1


async def test_of_a_request_and_its_correction_one_is_held() -> None:
    room = Room()
    room.service.refusal = FULL
    asked = message("sketch", "in red", picture=PHOTO)
    first = await room.say(asked)
    second = await room.say(EditedMessage(replace(asked, update_id=1_000_000, words="in blue")))
    [corrected], [before] = data_of(second.buttons), data_of(first.buttons)
    await room.handle(press(corrected))
    assert (await room.alert(press(before))).text == alerts.settled(en())
    assert [held.request.words for held in room.edits.values()] == ["in blue"]


async def test_with_a_place_by_now_the_edit_begins() -> None:
    room = Room()
    data = await refused(room)
    room.service.refusal = None
    told, _ = await room.handle(press(data))
    assert isinstance(told, Alert)
    assert told.text == alerts.started(en())


@pytest.mark.parametrize("refusal", [Refusal(HELD), Refusal(UNFINISHED)])
async def test_what_cannot_be_held_says_why_and_the_refusal_stays(refusal: Refusal) -> None:
    room = Room()
    data = await refused(room)
    room.service.refusal = refusal
    told = await room.alert(press(data))
    assert (told.text, told.popup) == (refusal_text(en(), refusal, NOW), True)
    assert not room.edits


async def test_nobody_else_can_have_it_held() -> None:
    room = Room()
    data = await refused(room, group=True)
    told = await room.alert(press(data, chat=GROUP, sender=GRACE))
    assert told.popup
    assert told.text.endswith(not_yours_alert(en())) or told.text.startswith("Seule")
    assert not room.edits


async def test_in_a_group_that_has_a_new_id_it_is_held_there() -> None:
    room = Room()
    data = await refused(room, group=True)
    moved = in_group("x").chat.__class__(-1_002_000_000_007, is_private=False)
    await room.handle(press(data, chat=moved))
    [held] = room.edits.values()
    assert held.chat_id == moved.id


@pytest.mark.parametrize("data", ["h:123456", "h:x"])
async def test_a_request_that_is_no_longer_known_is_asked_for_anew(data: str) -> None:
    assert (await Room().alert(press(data))).text == alerts.gone(en())


async def test_what_has_a_place_only_in_more_than_a_day_is_not_offered() -> None:
    room = Room()
    room.service.refusal = Refusal(OWN, NOW + timedelta(hours=24, seconds=1))
    said = await room.say(message("sketch", picture=PHOTO))
    assert isinstance(said, Say)
    assert said.buttons == ()


async def test_one_photo_of_several_that_an_earlier_version_refused_is_held_too() -> None:
    room = Room()
    data = await refused(room)
    [[request]] = room.refused.kept.values()
    room.refused.kept = {-12301: [replace(request, update_id=-12301)]}
    await room.handle(press(f"{data.partition(':')[0]}:-12301"))
    [held] = room.edits.values()
    assert held.request.update_id == -12301


async def pressed_at_the_limit(room: Room, data: str) -> str:
    """What the button says to the bot that the answer to a press offers."""
    room.service.refusal = FULL
    *_, offer = await room.handle(press(data))
    assert isinstance(offer, Say)
    [offered] = data_of(offer.buttons)
    return offered


async def test_several_styles_of_one_photo_that_were_pressed_are_all_held_each_once() -> None:
    room = Room()
    room.service.refusal = FULL
    photo = Replied(70, PHOTO)
    offers = []
    for style in ("sketch", "oil", "oil"):
        *_, offer = await room.handle(press(f"s:{style}", replied=photo))
        assert isinstance(offer, Say)
        offers += data_of(offer.buttons)
    for offer_data in offers:
        told, gone = await room.handle(press(offer_data))
        assert isinstance(told, Alert)
        assert told.text == held_alert(en())
        assert isinstance(gone, Delete)
    held = [each.request.command for each in room.edits.values() if each.state is EditState.HELD]
    assert held == ["sketch", "oil"]


async def test_a_question_whose_answer_is_held_makes_way_and_counts_as_answered() -> None:
    room = Room()
    delivered = room.has(
        chat_id=PRIVATE.id, requester_id=ADA.id, photos=(PHOTO,), stage=STAGES[EditState.DELIVERED]
    )
    [[yes, _]] = (await room.asks(message(words="make it blue"))).buttons
    question = room.wishes.arrived(500)
    offered = await pressed_at_the_limit(room, yes.data)
    pressed = press(offered)
    *_, refusal_gone, question_gone = await room.handle(pressed)
    assert pressed.message_id is not None
    assert refusal_gone == Delete(PRIVATE.id, pressed.message_id)
    assert question_gone == Delete(PRIVATE.id, 500)
    assert room.wishes.questions[question.id].answered_by == pressed.update_id
    [held] = [each for each in room.edits.values() if each.id != delivered.id]
    assert (held.state, held.request.words) == (EditState.HELD, "make it blue")
