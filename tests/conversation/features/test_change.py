from dataclasses import replace

import pytest

from bot.conversation.features.change import change_question
from bot.conversation.incoming import Replied
from bot.conversation.outgoing import Alert, Ask, Delete, Destination
from bot.conversation.texts import alerts
from bot.core.edits import Edit
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import Delivered, EditState
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PRIVATE, ROOT, in_group, message, press
from tests.conversation.texts.samples import en, fr
from tests.factories import NOW, RESULT, STAGES, TASK

REPLY = PhotoRef("the reply", PhotoKind.PHOTO)
DELIVERED = Delivered(TASK, RESULT, 900, NOW, REPLY)


def delivered(room: Room, **changes: object) -> Edit:
    return room.has(**{"chat_id": PRIVATE.id, "requester_id": ADA.id, "stage": DELIVERED, **changes})


async def test_an_admins_question_leaves_the_one_to_the_person_who_asked() -> None:
    room = Room()
    edit = delivered(room, chat_id=GROUP.id)
    room.questions.admins.add((GROUP.id, ROOT.id))
    await room.asks(press(f"change:{edit.id}", message_id=900, chat=GROUP))
    room.wishes.arrived(950)
    replies = await room.handle(press(f"change:{edit.id}", message_id=900, chat=GROUP, sender=ROOT))
    assert not [each for each in replies if isinstance(each, Delete)]


async def test_the_answer_is_done_to_the_result() -> None:
    room = Room()
    edit = delivered(room, step=2, parent="the first")
    pressed = press(f"change:{edit.id}", message_id=900)
    ask = await room.asks(pressed)
    assert ask.html == change_question(en())
    assert ask.to == Destination(PRIVATE.id, None, 900)
    assert ask.placeholder
    room.wishes.arrived(950)
    answer = message(words="more snow", replied=Replied(950, is_ours=True))
    made = await room.admits(answer)
    assert (made.command, made.words, made.photos) == ("edit", "more snow", (REPLY,))
    assert (made.parent, made.step, made.photo_message_id) == (edit.id, 3, 900)


async def test_in_a_group_it_is_asked_silently_in_the_topic_and_heard_there() -> None:
    room = Room()
    edit = delivered(room, chat_id=GROUP.id, requester_id=GRACE.id, thread_id=8)
    pressed = press(f"change:{edit.id}", chat=GROUP, thread_id=8, sender=GRACE, message_id=900)
    ask = await room.asks(pressed)
    assert ask.to == Destination(GROUP.id, 8, edit.request.request_message_id)  # for Grace alone
    assert (ask.silent, ask.html) == (True, change_question(fr()))
    room.wishes.arrived(950)
    answer = in_group(words="plus de neige", sender=GRACE, replied=Replied(950, is_ours=True))
    assert (await room.admits(answer)).parent == edit.id


async def test_pressing_three_times_leaves_one_question() -> None:
    room = Room()
    edit = delivered(room)
    await room.asks(press(f"change:{edit.id}", message_id=900))
    room.wishes.arrived(950)
    _, gone, again = await room.handle(press(f"change:{edit.id}", message_id=900))
    assert gone == Delete(PRIVATE.id, 950)
    assert isinstance(again, Ask)
    room.wishes.arrived(951)
    await room.admits(message(words="more snow", replied=Replied(951, is_ours=True)))
    await room.asks(press(f"change:{edit.id}", message_id=900))  # an answered question stays


@pytest.mark.parametrize("stage", [replace(DELIVERED, photo=None), STAGES[EditState.FAILED]], ids=repr)
async def test_what_cannot_be_changed_is_said_to_be_gone(stage: Delivered) -> None:
    room = Room()
    edit = delivered(room, stage=stage)
    pressed = press(f"change:{edit.id}")
    assert await room.alert(pressed) == Alert(pressed.press_id, alerts.gone(en()), popup=True)
