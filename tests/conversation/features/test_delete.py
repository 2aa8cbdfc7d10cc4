from dataclasses import replace
from datetime import timedelta

from bot.conversation.features.delete import deleted_alert, too_old_alert
from bot.conversation.outgoing import Alert, Delete
from bot.conversation.texts import alerts
from bot.core.edits import Edit, Extra
from bot.core.stages import Delivered
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PRIVATE, ROOT, press
from tests.conversation.texts.samples import en, fr
from tests.factories import NOW, RESULT, TASK

DELIVERED = Delivered(TASK, RESULT, 900, NOW)


def delivered(room: Room, **changes: object) -> Edit:
    return room.has(**{"chat_id": PRIVATE.id, "requester_id": ADA.id, "stage": DELIVERED, **changes})


async def test_the_result_goes_out_of_the_chat_and_out_of_our_files() -> None:
    room = Room()
    edit = delivered(room)
    pressed = press(f"delete:{edit.id}", message_id=900)
    assert await room.handle(pressed) == (
        Alert(pressed.press_id, deleted_alert(en())),
        Delete(PRIVATE.id, 900),
    )
    assert room.service.forgotten == [edit.id]


async def test_with_it_goes_what_was_sent_beside_it() -> None:
    room = Room()
    edit = delivered(room, stage=replace(DELIVERED, file_message_id=901))
    room.memory.extras = {(edit.id, Extra.FILE): 902, (edit.id, Extra.COMPARISON): 903}
    _, *deleted = await room.handle(press(f"delete:{edit.id}", message_id=900))
    assert deleted == [Delete(PRIVATE.id, message_id) for message_id in (900, 901, 902, 903)]


async def test_an_extra_that_is_on_its_way_hinders_nothing() -> None:
    room = Room()
    edit = delivered(room)
    room.memory.extras = {(edit.id, Extra.FILE): None}
    assert len(await room.handle(press(f"delete:{edit.id}", message_id=900))) == 2


async def test_what_telegram_no_longer_lets_it_delete_is_forgotten_all_the_same() -> None:
    room = Room()
    edit = delivered(room, requester_id=GRACE.id, chat_id=GROUP.id)
    room.now = NOW + timedelta(hours=48)
    pressed = press(f"delete:{edit.id}", chat=GROUP, sender=GRACE)
    assert await room.alert(pressed) == Alert(pressed.press_id, too_old_alert(fr()), popup=True)
    assert room.service.forgotten == [edit.id]
    assert len(too_old_alert(fr())) <= alerts.LONGEST


async def test_in_a_group_only_who_asked_and_admins_delete() -> None:
    room = Room()
    edit = delivered(room, chat_id=GROUP.id)
    pressed = press(f"delete:{edit.id}", chat=GROUP, sender=GRACE)
    assert (await room.alert(pressed)).text == alerts.not_yours(fr(), ADA.id)
    assert not room.service.forgotten
    room.questions.admins.add((GROUP.id, ROOT.id))
    assert len(await room.handle(press(f"delete:{edit.id}", chat=GROUP, sender=ROOT))) == 2
