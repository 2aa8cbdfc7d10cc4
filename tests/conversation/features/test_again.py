from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.outgoing import Alert, Delete, Destination, Say
from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import refusal_text
from bot.core.edits import Edit
from bot.core.limits import Refusal
from bot.core.stages import Cancelled, EditState
from tests.conversation.fakes import Room
from tests.conversation.samples import (
    ADA,
    GRACE,
    GROUP,
    OTHER_PHOTO,
    PHOTO,
    PRIVATE,
    ROOT,
    data_of,
    press,
)
from tests.conversation.texts.samples import HOURLY, UNFINISHED, en, fr
from tests.factories import NOW, STAGES

FULL = Refusal(HOURLY, NOW + timedelta(minutes=5))


def ended(room: Room, state: EditState = EditState.DELIVERED, **changes: object) -> Edit:
    asked = {"chat_id": PRIVATE.id, "requester_id": ADA.id, "language": "en", "photos": (PHOTO,)}
    return room.has(**{**asked, "words": "in red", "stage": STAGES[state], **changes})


async def test_again_asks_for_the_same_of_the_same_photo() -> None:
    room = Room()
    edit = ended(room)
    pressed = press(f"a:{edit.id}")
    assert await room.admits(pressed) == replace(edit.request, update_id=pressed.update_id)
    assert await room.alert(pressed) == Alert(pressed.press_id, alerts.started(en()))


async def test_who_presses_is_who_asks() -> None:
    room = Room()
    edit = ended(room, chat_id=GROUP.id, requester_id=GRACE.id, thread_id=8)
    room.questions.admins.add((GROUP.id, ROOT.id))
    pressed = press(f"a:{edit.id}", chat=GROUP, sender=replace(ROOT, language="fr"))
    assert await room.admits(pressed) == replace(
        edit.request, update_id=pressed.update_id, requester_id=ROOT.id, language="fr"
    )


async def test_pressing_twice_starts_one_and_pressing_after_its_end_another() -> None:
    room = Room()
    edit = ended(room)
    for _ in range(3):
        assert (await room.alert(press(f"a:{edit.id}"))).text == alerts.started(en())
    assert len(room.edits) == 2
    [_, second] = room.edits.values()
    room.edits[second.id] = replace(second, stage=Cancelled(NOW))
    await room.admits(press(f"a:{edit.id}"))


@pytest.mark.parametrize(
    "changes", [{"words": "in blue"}, {"command": "oil"}, {"photos": (OTHER_PHOTO,)}, {"requester_id": 5}]
)
async def test_what_is_asked_differently_or_by_others_does_not_hinder(changes: dict[str, object]) -> None:
    room = Room()
    edit = ended(room)
    ended(room, EditState.PROCESSING, **changes)
    await room.admits(press(f"a:{edit.id}"))


async def test_the_same_press_handled_twice_admits_once() -> None:
    room = Room()
    edit = ended(room)
    pressed = press(f"a:{edit.id}")
    await room.admits(pressed)
    [_, second] = room.edits.values()
    room.edits[second.id] = replace(second, stage=STAGES[EditState.DELIVERED])
    assert (await room.alert(pressed)).text == alerts.started(en())
    assert len(room.edits) == 2


@pytest.mark.parametrize("verb", ["a", "r"])
async def test_what_cannot_wait_is_told_in_a_window_and_nothing_goes(verb: str) -> None:
    room = Room()
    edit = ended(room)
    room.service.refusal = Refusal(UNFINISHED)
    pressed = press(f"{verb}:{edit.id}")
    told = alerts.plain(refusal_text(en(), room.service.refusal, NOW))
    assert await room.alert(pressed) == Alert(pressed.press_id, told, popup=True)
    assert not room.woken


@pytest.mark.parametrize("verb", ["a", "r"])
async def test_a_full_limit_offers_a_place_and_nothing_goes(verb: str) -> None:
    room = Room()
    edit = ended(room)
    room.service.refusal = FULL
    pressed = press(f"{verb}:{edit.id}")
    told, offer = await room.handle(pressed)
    assert told == Alert(pressed.press_id)
    assert isinstance(offer, Say)
    assert (offer.html, offer.silent) == (refusal_text(en(), FULL, NOW), False)
    assert offer.to == Destination(PRIVATE.id, None, edit.request.request_message_id)
    assert data_of(offer.buttons) == [f"wait:{pressed.update_id}"]
    assert not room.woken


async def test_in_a_group_the_offer_does_not_ring_and_a_window_says_why() -> None:
    room = Room()
    edit = ended(room, chat_id=GROUP.id, thread_id=8)
    room.service.refusal = FULL
    pressed = press(f"a:{edit.id}", chat=GROUP)
    window, offer = await room.handle(pressed)
    assert window == Alert(pressed.press_id, alerts.plain(refusal_text(en(), FULL, NOW)), popup=True)
    assert isinstance(offer, Say)
    assert offer.silent
    assert offer.merge


async def test_trying_again_takes_the_failures_words_away() -> None:
    room = Room()
    edit = ended(room, EditState.FAILED)
    pressed = press(f"r:{edit.id}", sender=replace(ADA, language="fr"))
    told, gone = await room.handle(pressed)
    assert told == Alert(pressed.press_id, alerts.started(fr()))
    assert pressed.message_id is not None
    assert gone == Delete(PRIVATE.id, pressed.message_id)
    [_, made] = room.edits.values()
    assert made.request == replace(edit.request, update_id=pressed.update_id, language="fr")


async def test_try_again_waits_for_a_task_that_was_paid_for_and_may_still_end_well() -> None:
    room = Room()
    edit = ended(room, EditState.FAILED, is_late=True)
    assert (await room.alert(press(f"r:{edit.id}"))).text == alerts.started(en())
    assert (list(room.edits), room.woken) == ([edit.id], [edit.id])
