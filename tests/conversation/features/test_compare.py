import asyncio

from bot.conversation.features.compare import (
    already_there_alert,
    coming_alert,
    comparison_text,
    impossible_text,
)
from bot.conversation.outgoing import Alert, Destination, Say, SendComparison
from bot.conversation.texts import alerts
from bot.core.edits import Edit, Extra
from bot.core.pictures import Size
from bot.core.stages import Delivered, EditState
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PRIVATE, press
from tests.conversation.texts.samples import en, fr
from tests.factories import NOW, RESULT, STAGES, TASK

DELIVERED = Delivered(TASK, RESULT, 900, NOW)


def delivered(room: Room, **changes: object) -> Edit:
    return room.has(**{"chat_id": PRIVATE.id, "requester_id": ADA.id, "stage": DELIVERED, **changes})


async def test_the_photo_and_its_result_come_as_a_reply_to_the_result() -> None:
    room = Room()
    edit = delivered(room)
    pressed = press(f"compare:{edit.id}")
    refused = Say(Destination(PRIVATE.id, None, 900), impossible_text(en()))
    assert await room.handle(pressed) == (
        Alert(pressed.press_id, coming_alert(en())),
        SendComparison(edit, comparison_text(en(), RESULT.size), ("Before", "After"), refused),
    )


async def test_in_a_group_a_refusal_stays_in_the_topic_and_does_not_ring() -> None:
    room = Room()
    edit = delivered(room, chat_id=GROUP.id, requester_id=GRACE.id, thread_id=8)
    _, sent = await room.handle(press(f"compare:{edit.id}", chat=GROUP, thread_id=8, sender=GRACE))
    assert isinstance(sent, SendComparison)
    assert sent.labels == ("Original", "Retouche")
    assert sent.otherwise == Say(Destination(GROUP.id, 8, 900), impossible_text(fr()), silent=True)


async def test_it_is_sent_once_as_long_as_it_is_there() -> None:
    room = Room()
    edit = delivered(room)
    for _ in range(3):
        told, *sent = await room.handle(press(f"compare:{edit.id}"))
        assert isinstance(told, Alert)
        assert told.text == coming_alert(en())
        room.memory.extras.setdefault((edit.id, Extra.COMPARISON), None)
    assert not sent
    room.memory.extras[edit.id, Extra.COMPARISON] = 901
    room.questions.messages.add((PRIVATE.id, 901))
    assert (await room.alert(press(f"compare:{edit.id}"))).text == already_there_alert(en())
    room.questions.messages.clear()
    assert isinstance((await room.handle(press(f"compare:{edit.id}")))[1], SendComparison)


async def test_two_who_find_it_gone_at_the_same_time_get_it_once() -> None:
    room = Room()
    edit = delivered(room)
    room.memory.extras[edit.id, Extra.COMPARISON] = 901
    there = room.questions.has_message

    async def slowly(chat_id: int, message_id: int) -> bool:
        await asyncio.sleep(0)
        return await there(chat_id, message_id)

    room.questions.has_message = slowly  # type: ignore[method-assign]
    replies = await asyncio.gather(*(room.handle(press(f"compare:{edit.id}")) for _ in range(2)))
    assert [len(each) for each in replies] == [2, 1]


async def test_the_file_does_not_stand_in_its_way() -> None:
    room = Room()
    edit = delivered(room)
    room.memory.extras[edit.id, Extra.FILE] = 901
    assert len(await room.handle(press(f"compare:{edit.id}"))) == 2


async def test_without_a_result_there_is_nothing_to_compare() -> None:
    room = Room()
    edit = delivered(room, stage=STAGES[EditState.FAILED])
    assert (await room.alert(press(f"compare:{edit.id}"))).text == alerts.gone(en())


def test_what_it_says_is_where_the_two_are() -> None:
    assert comparison_text(en(), Size(3000, 2000)) == "Left: before. Right: after."
    assert comparison_text(en(), Size(3001, 2000)) == "Above: before. Below: after."
    assert comparison_text(fr(), Size(1, 1)) != comparison_text(en(), Size(1, 1))
