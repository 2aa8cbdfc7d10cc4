"""/edit and plain words, and what every command for an edit shares."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.features.styles import pick_a_style_text, style_buttons
from bot.conversation.incoming import Message, Replied
from bot.conversation.memory import FRESH, KEEP
from bot.conversation.outgoing import Ask, Button, Destination, Say
from bot.conversation.texts.questions import question
from bot.conversation.texts.reasons import prompt_too_long, reason_sentence, refusal_text
from bot.core.errors import Reason
from bot.core.limits import Refusal
from bot.core.requests import Request
from bot.core.stages import EditState
from bot.core.wishes import Collected, Missing, PictureMeant, Speaker, Wish
from tests.conversation.fakes import LONGEST_WAIT, Room
from tests.conversation.samples import (
    ADA,
    GRACE,
    GROUP,
    OTHER_PHOTO,
    PHOTO,
    PRIVATE,
    in_group,
    message,
    press,
)
from tests.conversation.texts.samples import HOURLY, OWN, UNFINISHED, en, fr
from tests.factories import NOW, STAGES

FULL = Refusal(HOURLY, NOW + timedelta(minutes=5))


async def test_a_caption_is_admitted_without_a_word() -> None:
    room = Room()
    asked = in_group("edit", "make it blue", picture=PHOTO, sender=GRACE)
    assert await room.admits(asked) == Request(
        update_id=asked.update_id,
        chat_id=GROUP.id,
        thread_id=8,
        request_message_id=asked.message_id,
        photo_message_id=asked.message_id,
        requester_id=GRACE.id,
        language="fr",
        command="edit",
        words="make it blue",
        photos=(PHOTO,),
    )


async def test_the_reply_to_somebody_elses_photo_goes_to_that_photo() -> None:
    asked = in_group("edit", "make it blue", replied=Replied(60, OTHER_PHOTO))
    made = await Room().admits(asked)
    assert (made.photo, made.photo_message_id) == (OTHER_PHOTO, 60)
    assert made.request_message_id == asked.message_id


async def test_a_photo_alone_is_asked_about_and_the_words_after_it_are_meant_for_it() -> None:
    room = Room()
    photo = message(picture=PHOTO)
    asked = await room.asks(photo)
    assert asked.to == Destination(photo.chat.id, None, photo.message_id)
    assert (asked.html, asked.buttons) == (pick_a_style_text(en()), style_buttons(en()))
    room.now += FRESH
    made = await room.admits(message(words="make it blue"))
    assert (made.command, made.words) == ("edit", "make it blue")
    assert (made.photo, made.photo_message_id) == (PHOTO, photo.message_id)


async def test_a_command_after_a_photo_is_meant_for_it_too() -> None:
    room = Room()
    await room.handle(message(picture=PHOTO))
    assert (await room.admits(message("sketch"))).photo == PHOTO


async def test_the_last_photo_is_the_one_that_is_meant() -> None:
    room = Room()
    await room.handle(message(picture=PHOTO))
    await room.handle(message(picture=OTHER_PHOTO))
    assert (await room.admits(message(words="make it blue"))).photo == OTHER_PHOTO


async def test_a_photo_of_an_hour_ago_is_asked_about_and_one_of_days_ago_forgotten() -> None:
    room = Room()
    photo = message(picture=PHOTO)
    await room.handle(photo)
    room.now += FRESH + timedelta(seconds=1)
    asked = await room.asks(message(words="make it blue"))
    assert asked.html == "Change this one? <i>make it blue</i>"
    assert asked.to.reply_to == photo.message_id
    room.now += KEEP
    assert "Now send the photo." in (await room.asks(message(words="make it blue"))).html
    assert not room.edits


async def test_in_a_group_no_photo_is_remembered() -> None:
    room = Room()
    sent = Collected((PictureMeant(PHOTO, 60),), NOW)
    await room.wishes.remember_photos(Speaker(GROUP.id, 8, GRACE.id), sent)
    assert await room.handle(in_group(picture=PHOTO, sender=GRACE)) == ()
    asked = await room.asks(in_group("sketch", sender=GRACE))
    assert asked.html == question(fr(), Wish("sketch"), Missing.PICTURE)


@pytest.mark.parametrize(
    ("asked", "html"),
    [
        (message("edit", "x" * 1501), prompt_too_long(en(), 1501)),
        (message("sketch", picture=Reason.ANIMATED), reason_sentence(en(), Reason.ANIMATED)),
        (message(picture=Reason.TOO_SMALL), reason_sentence(en(), Reason.TOO_SMALL)),
        (message(picture=Reason.NO_PICTURE), reason_sentence(en(), Reason.NO_PICTURE)),
    ],
)
async def test_what_cannot_be_done_is_said_why_and_costs_nothing(asked: Message, html: str) -> None:
    room = Room()
    said = await room.say(asked)
    assert said.html == html
    assert said.to == Destination(asked.chat.id, asked.thread_id, asked.message_id)
    assert not said.silent
    assert not room.edits


async def test_in_a_group_refusals_are_silent_and_equal_ones_can_be_merged() -> None:
    room = Room()
    asked = [
        in_group("sketch"),
        in_group("sketch", sender=GRACE),
        in_group("oil"),
        in_group("edit", picture=PHOTO),
        in_group("edit", picture=Reason.ANIMATED),
    ]
    said = [each for (each,) in [await room.handle(each) for each in asked] if isinstance(each, Say | Ask)]
    assert len(said) == len(asked)
    assert all(each.silent and each.merge for each in said)
    assert said[0].merge == said[1].merge
    assert len({each.merge for each in said}) == len(said) - 1


@pytest.mark.parametrize("refusal", [FULL, Refusal(UNFINISHED)])
async def test_a_full_limit_is_told_where_it_was_met(refusal: Refusal) -> None:
    room = Room()
    room.service.refusal = refusal
    asked = in_group("sketch", picture=PHOTO)
    said = await room.say(asked)
    assert said == Say(
        Destination(GROUP.id, 8, asked.message_id),
        refusal_text(en(), refusal, NOW),
        ((Button("⏳ Do it in 5 min", f"hold:{asked.update_id}"),),) if refusal is FULL else (),
        silent=True,
        merge=refusal.reason,
    )
    assert not (await room.say(message("sketch", picture=PHOTO))).silent
    assert not room.woken


async def test_refusals_of_one_persons_limit_are_not_merged_with_anothers() -> None:
    room = Room()
    room.service.refusal = Refusal(OWN, NOW + timedelta(minutes=5))
    people = (ADA, GRACE, GRACE)
    said = [await room.say(in_group("sketch", picture=PHOTO, sender=person)) for person in people]
    assert said[0].merge != said[1].merge == said[2].merge


async def test_the_same_update_handled_twice_admits_once() -> None:
    room = Room()
    asked = message("sketch", picture=PHOTO)
    await room.admits(asked)
    assert await room.handle(asked) == ()
    assert len(room.edits) == 1


async def test_what_was_asked_while_the_bot_was_away_is_not_painted_but_answered() -> None:
    room = Room()
    at_the_limit = message("sketch", picture=PHOTO, sent_at=NOW - LONGEST_WAIT)
    await room.admits(at_the_limit)
    late = replace(at_the_limit, update_id=1, sent_at=NOW - LONGEST_WAIT - timedelta(seconds=1))
    said = await room.say(late)
    assert said.html == "I was away. Send it again if you still want it."
    assert said.to == Destination(PRIVATE.id, None, late.message_id)
    assert len(room.edits) == 1


async def test_a_group_that_takes_no_pictures_is_told_once_and_nothing_is_paid() -> None:
    room = Room()
    room.questions.no_pictures.add(GROUP.id)
    said = await room.say(in_group("sketch", picture=PHOTO))
    assert said.html == reason_sentence(en(), Reason.MAY_NOT_SEND)
    assert await room.handle(in_group("sketch", picture=PHOTO)) == ()
    assert not room.edits
    room.questions.no_pictures.clear()
    await room.admits(in_group("sketch", picture=PHOTO))


async def test_a_press_in_a_group_that_takes_no_pictures_says_so_to_who_pressed() -> None:
    room = Room()
    room.questions.no_pictures.add(GROUP.id)
    edit = room.has(chat_id=GROUP.id, requester_id=ADA.id, stage=STAGES[EditState.DELIVERED])
    for _ in range(2):
        pressed = await room.alert(press(f"a:{edit.id}", chat=GROUP))
        assert pressed.text == reason_sentence(en(), Reason.MAY_NOT_SEND)
        assert pressed.popup
    assert list(room.edits) == [edit.id]
