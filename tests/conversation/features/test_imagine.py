from dataclasses import replace

import pytest

from bot.conversation.feature import all_features, buttons_of
from bot.conversation.incoming import Replied
from bot.conversation.outgoing import Alert, Delete
from bot.conversation.texts import alerts
from bot.core.limits import Refusal
from bot.core.pictures import Size
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.shapes import Ratio
from bot.core.stages import Delivered, EditState
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, PHOTO, PRIVATE, data_of, in_group, message, press
from tests.conversation.texts.samples import HOURLY, en
from tests.factories import NOW, RESULT, STAGES, TASK

STORM = "a lighthouse in a storm"


async def test_words_alone_make_a_new_picture_that_replies_to_them() -> None:
    for make in (message, in_group):
        asked = make("imagine", STORM)
        made = await Room().admits(asked)
        assert (made.command, made.words, made.photos, made.photo) == ("imagine", STORM, (), None)
        assert made.photo_message_id == made.request_message_id == asked.message_id
        assert (made.parent, made.step, made.shape) == (None, 1, None)


async def test_a_shape_may_lead() -> None:
    assert (await Room().admits(message("imagine", f"16:9 {STORM}"))).shape == Ratio(16, 9)
    assert (await Room().admits(message("imagine", f"1024x768 {STORM}"))).shape == Size(1024, 768)


async def test_the_latest_picture_is_not_meant() -> None:
    room = Room()
    await room.handle(message(picture=PHOTO))
    assert (await room.admits(message("imagine", STORM))).photos == ()


@pytest.mark.parametrize("where", [{"picture": PHOTO}, {"replied": Replied(60, PHOTO)}])
async def test_with_a_picture_it_is_an_edit_of_that(where: dict[str, object]) -> None:
    made = await Room().admits(replace(message("imagine", STORM), **where))  # type: ignore[arg-type]
    assert (made.command, made.photos) == ("edit", (PHOTO,))


async def test_without_words_it_is_asked_what_to_paint() -> None:
    for make in (message, in_group):
        room = Room()
        asked = await room.asks(make("imagine"))
        assert (asked.html, asked.placeholder) == ("What shall I paint?", STORM)
        room.wishes.arrived(900)
        made = await room.admits(make(words=STORM, replied=Replied(900, is_ours=True)))
        assert (made.command, made.words, made.photos) == ("imagine", STORM, ())


async def test_words_without_any_picture_offer_a_new_one_in_private() -> None:
    room = Room()
    words = message(words=f"16:9 {STORM}")
    asked = await room.asks(words)
    (data,) = data_of(asked.buttons)
    told, gone = await room.handle(press(data, message_id=900))
    assert told == Alert(told.press_id, alerts.started(en()))  # type: ignore[union-attr]
    assert gone == Delete(PRIVATE.id, 900)
    [made] = [edit.request for edit in room.edits.values()]
    assert (made.command, made.words, made.shape, made.photos) == ("imagine", STORM, Ratio(16, 9), ())
    assert made.photo_message_id == made.request_message_id == words.message_id
    assert (await room.alert(press(data, message_id=900))).text == alerts.started(en())
    assert len(room.edits) == 1


async def test_the_offer_goes_once_the_photo_has_come() -> None:
    room = Room()
    asked = await room.asks(message(words=STORM))
    room.wishes.arrived(900)
    assert await room.handle(message(picture=PHOTO)) == (Delete(PRIVATE.id, 900),)
    [made] = room.edits.values()
    assert (made.request.command, made.request.photos) == ("edit", (PHOTO,))
    (data,) = data_of(asked.buttons)
    room.edits.clear()
    assert (await room.alert(press(data, message_id=900))).text == alerts.settled(en())
    assert not room.edits


async def test_a_style_or_a_group_is_offered_no_new_picture() -> None:
    assert not (await Room().asks(message("sketch", "in red"))).buttons
    assert not (await Room().asks(in_group("edit", "make it blue"))).buttons


async def test_after_a_no_to_the_latest_picture_a_new_one_is_offered_too() -> None:
    room = Room()
    room.has(chat_id=PRIVATE.id, requester_id=ADA.id, photos=(PHOTO,), stage=STAGES[EditState.DELIVERED])
    asked = await room.asks(message(words=STORM))
    _, no = data_of(asked.buttons)
    _, changed = await room.handle(press(no, message_id=900))
    (data,) = data_of(changed.buttons)  # type: ignore[union-attr]
    await room.handle(press(data, message_id=900))
    assert [edit.request.command for edit in room.edits.values()][1:] == ["imagine"]


async def test_it_is_refused_at_a_limit_as_any_edit_and_the_words_stay() -> None:
    room = Room()
    asked = await room.asks(message(words=STORM))
    room.service.refusal = Refusal(HOURLY)
    (data,) = data_of(asked.buttons)
    assert (await room.alert(press(data, message_id=900))).popup
    room.service.refusal = None
    await room.handle(press(data, message_id=900))
    assert [edit.request.words for edit in room.edits.values()] == [STORM]


async def test_change_goes_on_from_a_new_picture() -> None:
    room = Room()
    painted = PhotoRef("painted", PhotoKind.PHOTO)
    done = room.has(
        chat_id=PRIVATE.id,
        requester_id=ADA.id,
        command="imagine",
        words=STORM,
        photos=(),
        stage=Delivered(TASK, RESULT, 80, NOW, painted),
    )
    await room.asks(press(f"change:{done.id}"))
    made = await room.admits(message(words="at night"))
    assert (made.command, made.photos, made.parent, made.step) == ("edit", (painted,), done.id, 2)


async def test_while_it_is_painted_there_is_no_picture_that_words_could_mean() -> None:
    room = Room()
    running = await room.admits(message("imagine", STORM))
    asked = await room.asks(message(words="make it blue"))
    assert "Now send the photo." in asked.html
    asked = await room.asks(message(words="at night", replied=Replied(running.request_message_id)))
    assert "Now send the photo." in asked.html


async def test_there_is_nothing_to_compare_it_with() -> None:
    room = Room()
    new = room.has(command="imagine", photos=(), stage=STAGES[EditState.DELIVERED])
    changed = room.has(photos=(PHOTO,), stage=STAGES[EditState.DELIVERED])
    compare = buttons_of(all_features())["compare"]
    assert not compare.when(new)  # type: ignore[union-attr]
    assert compare.when(changed)  # type: ignore[union-attr]


async def test_a_misspelt_command_is_not_done_to_the_latest_picture() -> None:
    room = Room()
    await room.handle(message(picture=PHOTO))
    asked = await room.asks(message("imagin", STORM))
    assert "/imagine" in asked.html
    data = next(each for each in data_of(asked.buttons) if each.endswith("-imagine"))
    await room.handle(press(data, message_id=900))
    [made] = room.edits.values()
    assert (made.request.command, made.request.photos) == ("imagine", ())


async def test_a_misspelt_command_needs_no_picture_and_speaks_of_none() -> None:
    room = Room()
    for _ in range(2):  # without any, and with one that is not meant
        asked = await room.asks(message("imagin", STORM))
        assert "photo" not in asked.html
        (data,) = data_of(asked.buttons)
        await room.handle(press(data, message_id=900))
        made = list(room.edits.values())[-1]
        assert (made.request.command, made.request.words, made.request.photos) == ("imagine", STORM, ())
        room.edits.clear()
        await room.handle(message(picture=PHOTO))
