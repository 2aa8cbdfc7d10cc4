from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.features.history import no_pictures_here, nothing_yet
from bot.conversation.outgoing import Alert, ChangePicture, Destination, SendPicture
from bot.conversation.texts import alerts
from bot.core.edits import Edit
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import Delivered, EditState
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PRIVATE, data_of, in_group, message, press
from tests.conversation.texts.samples import en, fr
from tests.factories import NOW, RESULT, STAGES, TASK


def painted(room: Room, number: int, **changes: object) -> Edit:
    """A picture whose file id tells which it is."""
    stage = Delivered(TASK, RESULT, 900 + number, NOW, PhotoRef(f"picture {number}", PhotoKind.PHOTO))
    asked = {"chat_id": PRIVATE.id, "requester_id": ADA.id, "command": "edit", "words": f"idea {number}"}
    return room.has(**{**asked, "stage": stage, **changes})


def carried(shown: SendPicture | ChangePicture) -> list[list[str]]:
    return [data_of((row,)) for row in shown.buttons]


async def shown_to(room: Room, edit: Edit) -> ChangePicture:
    pressed = press(f"h:{edit.id}", message_id=50)
    told, shown = await room.handle(pressed)
    assert told == Alert(pressed.press_id)
    assert isinstance(shown, ChangePicture)
    return shown


async def test_the_newest_comes_first_and_the_others_page_by_page_in_the_same_message() -> None:
    room = Room(now=NOW + timedelta(hours=2))
    old, middle, new = (painted(room, number) for number in (1, 2, 3))
    asked = message("history")
    [first] = await room.handle(asked)
    assert isinstance(first, SendPicture)
    assert first.to == Destination(PRIVATE.id, None, asked.message_id)
    assert (first.picture.file_id, first.html) == ("picture 3", "<i>idea 3</i>\n1 of 3 · 2 h ago")
    assert carried(first) == [[f"change:{new.id}", f"f:{new.id}"], [f"h:{middle.id}"]]
    second = await shown_to(room, middle)
    assert (second.chat_id, second.message_id) == (PRIVATE.id, 50)
    assert (second.picture.file_id, second.html) == ("picture 2", "<i>idea 2</i>\n2 of 3 · 2 h ago")
    assert carried(second)[1] == [f"h:{old.id}", f"h:{new.id}"]
    assert [button.text for button in second.buttons[1]] == ["◀ Older", "Newer ▶"]
    assert carried(await shown_to(room, old))[1] == [f"h:{middle.id}"]


async def test_a_single_picture_has_no_way_to_others() -> None:
    room = Room()
    only = painted(room, 1, step=4)
    [shown] = await room.handle(message("history"))
    assert isinstance(shown, SendPicture)
    assert carried(shown) == [[f"change:{only.id}", f"f:{only.id}"]]
    assert "step 4" in shown.html


async def test_only_ones_own_pictures_of_this_chat_and_the_last_month_are_shown() -> None:
    room = Room(now=NOW + timedelta(days=30))
    mine = painted(room, 1)
    painted(room, 2, chat_id=GROUP.id)
    painted(room, 3, requester_id=GRACE.id)
    painted(room, 4, stage=STAGES[EditState.FAILED])
    assert isinstance(mine.stage, Delivered)
    painted(room, 5, stage=replace(mine.stage, ended_at=NOW - timedelta(seconds=1)))
    painted(room, 6, stage=replace(mine.stage, photo=None))  # deleted
    [shown] = await room.handle(message("history"))
    assert isinstance(shown, SendPicture)
    assert "1 of 1" in shown.html


async def test_in_a_group_it_does_not_ring_and_only_its_person_turns_the_pages() -> None:
    room = Room()
    edit = painted(room, 1, chat_id=GROUP.id, requester_id=GRACE.id)
    [shown] = await room.handle(in_group("history", sender=GRACE))
    assert isinstance(shown, SendPicture)
    assert (shown.silent, shown.to.thread_id) == (True, 8)
    refused = await room.alert(press(f"h:{edit.id}", chat=GROUP))
    assert refused.text == alerts.not_yours(en(), GRACE.id)


async def test_who_has_none_is_told_so() -> None:
    room = Room()
    assert (await room.say(message("history"))).html == nothing_yet(en())
    assert (await room.say(in_group("history", sender=GRACE))).html == nothing_yet(fr())


async def test_where_it_may_not_send_pictures_it_says_so() -> None:
    room = Room()
    painted(room, 1, chat_id=GROUP.id)
    room.questions.no_pictures.add(GROUP.id)
    assert (await room.say(in_group("history"))).html == no_pictures_here(en())


@pytest.mark.parametrize("days", [0, 31])
async def test_a_page_that_is_no_longer_there_is_said_to_be_gone(days: int) -> None:
    room = Room(now=NOW + timedelta(days=days))
    edit = painted(room, 1)
    if not days:
        assert isinstance(edit.stage, Delivered)
        room.edits[edit.id] = replace(edit, stage=replace(edit.stage, photo=None))
    pressed = press(f"h:{edit.id}")
    assert await room.alert(pressed) == Alert(pressed.press_id, alerts.gone(en()), popup=True)
