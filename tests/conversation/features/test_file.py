from dataclasses import replace

from bot.conversation.features.file import already_there_alert, file_itself_alert, gone_alert, sending_alert
from bot.conversation.outgoing import Alert, Destination, Say, SendFiles
from bot.conversation.texts.reasons import reason_sentence
from bot.core.edits import Edit, Extra
from bot.core.errors import Reason
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import Delivered, EditState
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PRIVATE, ROOT, press
from tests.conversation.texts.samples import en, fr
from tests.factories import NOW, RESULT, STAGES, TASK

DELIVERED = Delivered(TASK, RESULT, 900, NOW)


def delivered(room: Room, **changes: object) -> Edit:
    return room.has(**{"chat_id": PRIVATE.id, "requester_id": ADA.id, "stage": DELIVERED, **changes})


async def test_the_kept_bytes_are_sent_in_reply_to_the_photo() -> None:
    room = Room()
    edit = delivered(room)
    await room.files.put(edit.id, "result", b"as painted")
    await room.files.put(edit.id, "photo", b"as sent")
    pressed = press(f"f:{edit.id}")
    refused = Say(
        Destination(PRIVATE.id, None, edit.request.photo_message_id),
        reason_sentence(en(), Reason.CANNOT_SEND),
    )
    assert await room.handle(pressed) == (
        Alert(pressed.press_id, sending_alert(en())),
        SendFiles((edit,), otherwise=refused),
    )


async def test_in_a_group_what_is_said_instead_stays_in_the_topic_and_does_not_ring() -> None:
    room = Room()
    edit = delivered(room, chat_id=GROUP.id, requester_id=GRACE.id, thread_id=8)
    await room.files.put(edit.id, "result", b"as painted")
    _, sent = await room.handle(press(f"f:{edit.id}", chat=GROUP, thread_id=8, sender=GRACE))
    assert isinstance(sent, SendFiles)
    assert sent.otherwise == Say(
        Destination(GROUP.id, 8, edit.request.photo_message_id),
        reason_sentence(fr(), Reason.CANNOT_SEND),
        silent=True,
    )


async def test_a_file_that_is_no_longer_kept_is_said_to_be_gone() -> None:
    room = Room()
    edit = delivered(room)
    await room.files.put(edit.id, "photo", b"as sent")
    pressed = press(f"f:{edit.id}")
    assert await room.alert(pressed) == Alert(pressed.press_id, gone_alert(en()), popup=True)


async def test_a_result_that_had_to_come_as_a_file_is_that_file() -> None:
    room = Room()
    as_file = PhotoRef("the reply", PhotoKind.DOCUMENT)
    edit = delivered(room, stage=replace(DELIVERED, photo=as_file))
    await room.files.put(edit.id, "result", b"as painted")
    assert (await room.alert(press(f"f:{edit.id}"))).text == file_itself_alert(en())


async def test_an_edit_without_a_result_has_no_file() -> None:
    room = Room()
    edit = delivered(room, stage=STAGES[EditState.PROCESSING])
    await room.files.put(edit.id, "result", b"from nowhere")
    assert (await room.alert(press(f"f:{edit.id}"))).text == gone_alert(en())


async def test_an_admin_may_have_the_file_of_somebody_elses_edit() -> None:
    room = Room()
    edit = delivered(room, chat_id=GROUP.id)
    await room.files.put(edit.id, "result", b"as painted")
    room.questions.admins.add((GROUP.id, ROOT.id))
    assert len(await room.handle(press(f"f:{edit.id}", chat=GROUP, sender=ROOT))) == 2


async def test_a_file_is_sent_once_as_long_as_it_is_there() -> None:
    room = Room()
    edit = delivered(room)
    await room.files.put(edit.id, "result", b"as painted")
    _, sent = await room.handle(press(f"f:{edit.id}"))
    assert isinstance(sent, SendFiles)
    pressed = press(f"f:{edit.id}")
    assert await room.alert(pressed) == Alert(pressed.press_id, sending_alert(en()))
    room.memory.extras[edit.id, Extra.FILE] = 900
    room.questions.messages.add((PRIVATE.id, 900))
    for _ in range(30):
        pressed = press(f"f:{edit.id}")
        assert await room.alert(pressed) == Alert(pressed.press_id, already_there_alert(en()), popup=True)
    room.questions.messages.clear()  # somebody deleted it
    _, again = await room.handle(press(f"f:{edit.id}"))
    assert isinstance(again, SendFiles)


async def test_a_file_that_came_with_the_result_is_not_sent_again_while_it_is_there() -> None:
    room = Room()
    edit = delivered(room, stage=replace(DELIVERED, file_message_id=901))
    await room.files.put(edit.id, "result", b"as painted")
    room.questions.messages.add((PRIVATE.id, 901))
    pressed = press(f"f:{edit.id}")
    assert await room.alert(pressed) == Alert(pressed.press_id, already_there_alert(en()), popup=True)
    room.questions.messages.clear()
    assert isinstance((await room.handle(press(f"f:{edit.id}")))[1], SendFiles)
