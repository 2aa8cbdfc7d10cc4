from dataclasses import replace
from gettext import NullTranslations

import pytest

from bot.conversation.features.cancel import (
    cancelled_text,
    nothing_to_cancel,
    too_late_alert,
)
from bot.conversation.incoming import Replied, Sender
from bot.conversation.outgoing import Alert, Delete
from bot.core.edits import Edit, Waste
from bot.core.stages import EditState
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PRIVATE, in_group, message, press
from tests.conversation.texts.samples import EDIT, en, every_language, fr
from tests.factories import STAGES
from tests.harness.chats import plain

ONE, TWO = [EDIT], [EDIT, EDIT]


def states(room: Room) -> list[EditState]:
    return [edit.state for edit in room.edits.values()]


def mine(room: Room, state: EditState = EditState.RECEIVED) -> Edit:
    return room.has(chat_id=PRIVATE.id, requester_id=ADA.id, stage=STAGES[state], status_message_id=900)


def test_plurals_follow_each_language() -> None:
    assert cancelled_text(en(), ONE) == "Cancelled 1 edit. It was not counted."
    assert cancelled_text(en(), TWO) == "Cancelled 2 edits. They were not counted."
    assert cancelled_text(fr(), ONE) == "1\u00a0retouche annulée. Elle n’a pas été comptée."
    assert cancelled_text(fr(), TWO) == "2\u00a0retouches annulées. Elles n’ont pas été comptées."


def test_what_is_counted_is_said() -> None:
    charged = replace(EDIT, waste=Waste.CHARGED)
    assert cancelled_text(en(), [EDIT, charged, EDIT]) == (
        "Cancelled 3 edits. 1 had been paid for already and is counted."
    )
    assert cancelled_text(en(), [charged, charged]) == (
        "Cancelled 2 edits. 2 had been paid for already and are counted."
    )


@every_language
def test_the_answer_to_nothing_is_valid_html(t: NullTranslations) -> None:
    assert plain(nothing_to_cancel(t))


async def test_cancel_ends_all_that_a_person_has_under_way_in_the_chat() -> None:
    room = Room()
    for chat, person in ((PRIVATE, ADA), (PRIVATE, ADA), (GROUP, ADA), (PRIVATE, GRACE)):
        room.has(chat_id=chat.id, requester_id=person.id)
    assert (await room.say(message("cancel"))).html == cancelled_text(en(), TWO)
    cancelled, running = EditState.CANCELLED, EditState.RECEIVED
    assert states(room) == [cancelled, cancelled, running, running]
    assert len(room.woken) == 2


@pytest.mark.parametrize("message_id", [71, 72, 73])
async def test_cancel_in_reply_to_a_message_of_an_edit_ends_that_one(message_id: int) -> None:
    room = Room()
    room.has(chat_id=GROUP.id, requester_id=ADA.id)
    room.has(
        chat_id=GROUP.id,
        requester_id=ADA.id,
        request_message_id=71,
        photo_message_id=72,
        status_message_id=73,
    )
    said = await room.say(in_group("cancel", replied=Replied(message_id)))
    assert said.html == cancelled_text(en(), ONE)
    assert said.silent
    assert states(room) == [EditState.RECEIVED, EditState.CANCELLED]


@pytest.mark.parametrize(
    ("requester", "state"), [(GRACE, EditState.RECEIVED), (ADA, EditState.DELIVERED), (ADA, EditState.READY)]
)
async def test_cancel_in_reply_to_what_cannot_be_cancelled_ends_no_other_one(
    requester: Sender, state: EditState
) -> None:
    room = Room()
    mine(room)
    room.has(chat_id=PRIVATE.id, requester_id=requester.id, request_message_id=71, stage=STAGES[state])
    said = await room.say(message("cancel", replied=Replied(71)))
    assert said.html == nothing_to_cancel(en())
    assert states(room) == [EditState.RECEIVED, state]


@pytest.mark.parametrize("replied", [Replied(5), Replied(None)])
async def test_cancel_in_reply_to_any_other_message_ends_all(replied: Replied) -> None:
    room = Room()
    mine(room)
    assert (await room.say(message("cancel", replied=replied))).html == cancelled_text(en(), ONE)


async def test_the_button_cancels_and_the_card_follows_by_itself() -> None:
    room = Room()
    edit = mine(room)
    pressed = press(f"c:{edit.id}", message_id=900)
    assert await room.alert(pressed) == Alert(pressed.press_id, "Cancelled. It was not counted.")
    assert states(room) == [EditState.CANCELLED]
    assert room.woken == [edit.id]


@pytest.mark.parametrize("state", [EditState.READY, EditState.DELIVERED, EditState.FAILED])
async def test_the_button_of_an_edit_that_has_ended_says_that_it_is_too_late(state: EditState) -> None:
    room = Room()
    edit = mine(room, state)
    pressed = press(f"c:{edit.id}", message_id=edit.result_message_id or 900)
    assert await room.alert(pressed) == Alert(pressed.press_id, too_late_alert(en()))
    assert states(room) == [state]
    assert not room.woken


async def test_a_card_that_was_left_beside_its_result_goes_when_it_is_pressed() -> None:
    room = Room()
    edit = mine(room, EditState.DELIVERED)
    pressed = press(f"c:{edit.id}", message_id=901)
    assert await room.handle(pressed) == (
        Alert(pressed.press_id, too_late_alert(en())),
        Delete(PRIVATE.id, 901),
    )
