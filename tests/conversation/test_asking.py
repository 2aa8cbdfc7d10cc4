"""What the bot asks, whose answer it hears, and what comes of it: whole exchanges, in private and groups."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.incoming import Chat, EditedMessage, Message, Replied
from bot.conversation.memory import FRESH
from bot.conversation.outgoing import Alert, Ask, ChangeText, Delete, Destination, Say
from bot.conversation.texts import alerts, questions
from bot.core.edits import Edit
from bot.core.limits import Refusal
from bot.core.requests import PhotoKind, PhotoRef, Request
from bot.core.stages import Delivered, EditState, Held
from bot.core.wishes import Missing, Wish
from tests.conversation.fakes import Room
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
from tests.conversation.texts.samples import HOURLY, en, fr
from tests.factories import NOW, RESULT, STAGES, TASK

BLUE = "make it blue"
PAINTED = PhotoRef("painted", PhotoKind.PHOTO)
BY_THE_BOT = Replied(90, is_ours=True)


def delivered(room: Room, **changes: object) -> Edit:
    """An edit of Ada's in private, whose result is the message 80."""
    stage = Delivered(TASK, RESULT, 80, NOW, PAINTED)
    return room.has(**{"chat_id": PRIVATE.id, "requester_id": ADA.id, "stage": stage, **changes})


def picture_in(request: Request) -> tuple[PhotoRef, int]:
    return request.photos[0], request.photo_message_id


async def test_words_first_then_the_photo() -> None:
    room = Room()
    asked = await room.asks(message(words=BLUE))
    assert asked.html == "Got it: <i>make it blue</i>\nNow send the photo."
    assert [[each.text for each in row] for row in asked.buttons] == [["🖼 Make a new picture"]]
    photo = message(picture=PHOTO)
    made = await room.admits(photo)
    assert (made.command, made.words, *picture_in(made)) == ("edit", BLUE, PHOTO, photo.message_id)
    assert room.wishes.questions[asked.question_id].answered_by == photo.update_id
    assert (await room.asks(message(picture=OTHER_PHOTO))).buttons  # the words were meant for one photo


async def test_a_command_first_then_the_photo() -> None:
    room = Room()
    assert (await room.asks(message("sketch", "in red"))).placeholder == "Send the photo"
    made = await room.admits(message(picture=PHOTO))
    assert (made.command, made.words, made.photo) == ("sketch", "in red", PHOTO)


async def test_words_wait_ten_minutes_for_their_photo() -> None:
    room = Room()
    await room.asks(message(words=BLUE))
    room.now += FRESH + timedelta(seconds=1)
    assert (await room.asks(message(picture=PHOTO))).buttons
    assert not room.edits


async def test_a_style_that_needs_words_asks_for_them_and_hears_the_answer() -> None:
    room = Room()
    photo = message("background", picture=PHOTO)
    asked = await room.asks(photo)
    assert (asked.html, asked.placeholder) == ("What should be behind it?", "a beach at sunset")
    made = await room.admits(message(words="a beach"))
    assert (made.command, made.words, *picture_in(made)) == ("background", "a beach", PHOTO, photo.message_id)


async def test_what_is_missing_is_asked_for_one_after_the_other() -> None:
    room = Room()
    assert (await room.asks(message("background"))).html == "What should be behind it?"
    assert (await room.asks(message(words="a beach"))).html == questions.question(
        en(), Wish("background", "a beach"), Missing.PICTURE
    )
    made = await room.admits(message(picture=PHOTO))
    assert (made.command, made.words) == ("background", "a beach")


async def test_in_a_group_the_answer_is_a_reply_to_the_question() -> None:
    room = Room()
    asked = await room.asks(in_group("edit", replied=Replied(60, PHOTO)))
    assert asked.silent
    assert asked.placeholder
    assert await room.handle(in_group(words=BLUE)) == ()  # their own talk
    room.wishes.arrived(90)
    assert await room.handle(in_group(words="pink", replied=BY_THE_BOT, sender=GRACE)) == ()
    made = await room.admits(in_group(words=BLUE, replied=BY_THE_BOT))
    assert (made.words, *picture_in(made)) == (BLUE, PHOTO, 60)


async def test_in_a_group_a_photo_in_reply_answers_which_photo() -> None:
    room = Room()
    await room.asks(in_group("sketch"))
    room.wishes.arrived(90)
    assert await room.handle(in_group(picture=OTHER_PHOTO)) == ()
    photo = in_group(picture=PHOTO, replied=BY_THE_BOT)
    made = await room.admits(photo)
    assert (made.command, *picture_in(made)) == ("sketch", PHOTO, photo.message_id)


async def test_a_reply_to_the_one_question_that_was_sent_answers_ones_own_equal_one() -> None:
    room = Room()
    first = await room.asks(in_group("sketch"))
    room.wishes.arrived(90)
    second = await room.asks(in_group("sketch", sender=GRACE))
    assert first.merge == second.merge != ""  # so that the outbox sends the first one only
    made = await room.admits(in_group(picture=PHOTO, replied=BY_THE_BOT, sender=GRACE))
    assert made.requester_id == GRACE.id


async def test_words_after_a_result_are_asked_about_and_yes_changes_the_result() -> None:
    room = Room()
    parent = delivered(room, step=2)
    asked = await room.asks(message(words="now more contrast"))
    assert asked.html == "Change this one? <i>now more contrast</i>"
    assert asked.to.reply_to == 80
    [[yes, no]] = asked.buttons
    assert (yes.text, no.text) == ("✏️ Yes", "No")
    pressed = press(yes.data, message_id=90)
    told, deleted = await room.handle(pressed)
    assert told == Alert(pressed.press_id, alerts.started(en()))
    assert deleted == Delete(PRIVATE.id, 90)
    made = room.edits[room.woken[-1]].request
    assert (made.words, *picture_in(made)) == ("now more contrast", PAINTED, 80)
    assert (made.parent, made.step) == (parent.id, 3)
    assert (await room.alert(replace(pressed, update_id=1))).text == alerts.started(en())  # a second tap
    made_id = room.woken[-1]
    room.edits[made_id] = replace(room.edits[made_id], stage=STAGES[EditState.CANCELLED])
    assert (await room.alert(replace(pressed, update_id=2))).text == alerts.settled(en())
    assert len(room.edits) == 2


async def test_a_yes_in_words_beside_the_pressed_one_asks_for_nothing_more() -> None:
    room = Room()
    delivered(room)
    [[yes, _]] = (await room.asks(message(words="now more contrast"))).buttons
    room.wishes.arrived(90)
    await room.handle(press(yes.data, message_id=90))
    await room.handle(message(words="yes", replied=Replied(90, is_ours=True)))
    assert len(room.edits) == 2


async def test_no_keeps_the_words_for_another_photo() -> None:
    room = Room()
    delivered(room)
    asked = await room.asks(message(words=BLUE))
    [[_, no]] = asked.buttons
    _, changed = await room.handle(press(no.data, message_id=90))
    assert isinstance(changed, ChangeText)
    assert "All right. Send the photo that you mean" in changed.html
    made = await room.admits(message(picture=OTHER_PHOTO))
    assert (made.words, made.photo, made.parent) == (BLUE, OTHER_PHOTO, None)


async def test_a_reply_to_a_result_changes_it_without_a_question() -> None:
    room = Room()
    parent = delivered(room)
    made = await room.admits(
        message(words=BLUE, replied=Replied(80, PhotoRef("shown", PhotoKind.PHOTO), True))
    )
    assert (*picture_in(made), made.parent, made.step) == (PAINTED, 80, parent.id, 2)


async def test_a_reply_to_a_page_of_the_history_means_the_edit_that_it_shows() -> None:
    room = Room()
    parent = delivered(room)
    page = Replied(95, PhotoRef("shown", PhotoKind.PHOTO), is_ours=True, button=f"change:{parent.id}")
    made = await room.admits(message(words=BLUE, replied=page))
    assert (*picture_in(made), made.parent, made.step) == (PAINTED, 80, parent.id, 2)
    in_words_of_the_group = await room.admits(in_group("sketch", replied=page))
    assert in_words_of_the_group.parent is None  # another chat's edit


async def test_a_reply_to_a_page_whose_edit_was_erased_means_what_it_shows() -> None:
    room, shown = Room(), PhotoRef("shown", PhotoKind.PHOTO)
    erased = delivered(room, is_erased=True)
    page = Replied(95, shown, is_ours=True, button=f"change:{erased.id}")
    assert picture_in(await room.admits(message(words=BLUE, replied=page))) == (shown, 95)


async def test_buttons_under_a_list_say_nothing_of_a_picture() -> None:
    room = Room()
    held = room.has(chat_id=PRIVATE.id, requester_id=ADA.id, stage=Held(NOW))
    listed = Replied(95, is_ours=True, button=f"c:{held.id}")
    assert (await room.asks(message(words=BLUE, replied=listed))).buttons


async def test_a_reply_to_a_result_of_an_older_version_takes_what_telegram_shows() -> None:
    room = Room()
    parent = delivered(room, stage=Delivered(TASK, RESULT, 80, NOW))
    shown = PhotoRef("shown", PhotoKind.PHOTO)
    made = await room.admits(message(words=BLUE, replied=Replied(80, shown, is_ours=True)))
    assert (made.photo, made.parent) == (shown, parent.id)


async def test_a_reply_to_a_card_or_a_failure_means_the_photo_of_that_edit() -> None:
    for state in (EditState.PROCESSING, EditState.FAILED):
        room = Room()
        room.has(
            chat_id=PRIVATE.id,
            requester_id=ADA.id,
            stage=STAGES[state],
            status_message_id=90,
            photo_message_id=70,
            photos=(PHOTO,),
        )
        made = await room.admits(message(words=BLUE, replied=BY_THE_BOT))
        assert (*picture_in(made), made.parent) == (PHOTO, 70, None)


async def test_a_command_without_a_picture_takes_the_latest_one() -> None:
    room = Room()
    delivered(room)
    assert (await room.admits(message("sketch"))).photo == PAINTED
    room.now += timedelta(minutes=1)
    await room.handle(message(picture=PHOTO))
    assert (await room.admits(message("oil"))).photo == PHOTO


async def test_a_photo_that_something_was_made_of_waits_for_no_words() -> None:
    room = Room()
    photo = message(picture=PHOTO)
    await room.handle(photo)
    await room.alert(press("s:sketch", replied=Replied(photo.message_id, PHOTO)))
    asked = await room.asks(message(words=BLUE))
    assert (asked.html, asked.to.reply_to) == ("Change this one? <i>make it blue</i>", photo.message_id)


async def test_a_photo_whose_edit_failed_waits_for_words_again() -> None:
    room = Room()
    failed = {"chat_id": PRIVATE.id, "requester_id": ADA.id, "stage": STAGES[EditState.FAILED]}
    room.has(photos=(PHOTO,), photo_message_id=70, created_at=room.now, **failed)
    assert (await room.admits(message(words=BLUE))).photo_message_id == 70


async def test_a_photo_whose_request_was_refused_is_still_there() -> None:
    room = Room()
    room.service.refusal = Refusal(HOURLY, NOW + timedelta(minutes=5))
    await room.say(message("sketch", picture=PHOTO))
    room.service.refusal = None
    assert (await room.admits(message("oil"))).photo == PHOTO


async def test_a_comment_is_meant_for_the_photo_that_was_forwarded_with_it() -> None:
    room = Room()
    await room.handle(message(picture=OTHER_PHOTO))
    comment = message(words=BLUE)
    room.comments.add(comment.message_id)
    assert await room.handle(comment) == ()
    photo = message(words="Sunset, by Grace", picture=PHOTO, is_forwarded=True)
    made = await room.admits(photo)
    assert (made.words, *picture_in(made)) == (BLUE, PHOTO, photo.message_id)


async def test_who_asks_what_the_bot_can_do_is_always_told() -> None:
    room = Room()
    await room.say(message(words="hi"))
    for words in ("What can you do?", "help"):
        assert (await room.say(message(words=words))).html == questions.what_i_do(en())


async def test_thanks_is_no_edit_and_answered_once_an_hour() -> None:
    room = Room()
    delivered(room)
    assert (await room.say(message(words="thanks, lovely!"))).html == questions.small_talk(en())
    assert await room.handle(message(words="😍")) == ()
    assert await room.handle(in_group(words="thanks", is_addressed=True)) == ()
    assert len(room.edits) == 1


@pytest.mark.parametrize(
    "said",
    [
        in_group(words=BLUE, replied=Replied(60, PHOTO), is_addressed=True),
        in_group(words=BLUE, picture=PHOTO, is_addressed=True),
    ],
)
async def test_words_that_name_the_bot_in_a_group_are_a_request(said: Message) -> None:
    made = await Room().admits(said)
    assert (made.command, made.words, made.photo) == ("edit", BLUE, PHOTO)


async def test_plain_words_in_reply_to_a_result_in_a_group_are_nobodys_business() -> None:
    room = Room()
    delivered(room, chat_id=GROUP.id)
    assert await room.handle(in_group(words="so nice", replied=Replied(80, PAINTED, is_ours=True))) == ()
    asked = in_group(words=BLUE, replied=Replied(80, PAINTED, is_ours=True), is_addressed=True)
    assert (await room.admits(asked)).photo == PAINTED


async def test_an_unknown_command_offers_the_nearest_ones_and_keeps_the_photo_and_the_words() -> None:
    room = Room()
    photo = message("skech", "in red", picture=PHOTO)
    asked = await room.asks(photo)
    assert asked.html.startswith("I do not know /skech. Did you mean /sketch?")
    [[button]] = asked.buttons
    _, deleted = await room.handle(press(button.data, message_id=90))
    assert deleted == Delete(PRIVATE.id, 90)
    made = room.edits[room.woken[-1]].request
    assert (made.command, made.words, made.photo) == ("sketch", "in red", PHOTO)
    assert made.request_message_id == photo.message_id


async def test_an_unknown_command_like_no_other_offers_styles_for_the_photo() -> None:
    room = Room()
    asked = await room.asks(message("qqq", picture=PHOTO))
    assert len(asked.buttons[0]) == 3
    assert (await room.admits(message(words="as a lighthouse"))).photo == PHOTO


async def test_an_unknown_command_without_a_picture_names_the_nearest_and_help() -> None:
    room = Room()
    delivered(room)
    told = await room.say(message("limts", sender=GRACE))
    assert told.html.splitlines()[0] == "Je ne connais pas /limts. Vouliez-vous dire /limits\u202f?"
    assert not told.buttons
    assert "photo" not in (await room.say(message("limts"))).html


async def test_several_commands_that_may_be_meant_are_a_choice() -> None:
    told = await Room().say(message("stauts"))
    assert told.html.splitlines()[0] == "I do not know /stauts. Did you mean /status or /start?"


async def test_a_chosen_command_that_lacks_words_asks_for_them() -> None:
    room = Room()
    asked = await room.asks(message("backgroun", picture=PHOTO))
    button = next(each for each in asked.buttons[0] if each.data.endswith("-background"))
    _, changed = await room.handle(press(button.data, message_id=90))
    assert isinstance(changed, ChangeText)
    assert changed.html == "What should be behind it?"
    assert (await room.admits(message(words="a beach"))).command == "background"


async def test_only_who_was_asked_can_press() -> None:
    room = Room()
    delivered(room)
    [[yes, _]] = (await room.asks(message(words=BLUE))).buttons
    told = await room.alert(press(yes.data, sender=GRACE))
    assert told.text == alerts.not_your_question(fr())
    elsewhere = await room.alert(press(yes.data, chat=GROUP))
    assert elsewhere.text == alerts.gone(en())
    for data in ("y:12", "y:x", "k:1-sketch", f"k:{yes.data[2:]}-nonsense"):
        assert (await room.alert(press(data))).text == alerts.gone(en())
    assert len(room.edits) == 1


async def test_a_full_limit_leaves_the_question_open() -> None:
    room = Room()
    delivered(room)
    [[yes, _]] = (await room.asks(message(words=BLUE))).buttons
    room.service.refusal = Refusal(HOURLY, NOW + timedelta(minutes=5))
    told, offer = await room.handle(press(yes.data))
    assert isinstance(told, Alert)
    assert isinstance(offer, Say)
    assert "The next place is free" in offer.html
    room.service.refusal = None
    assert len(await room.handle(press(yes.data))) == 2


@pytest.mark.parametrize("stopping", [message("cancel"), message(words="stop"), message(words="Never mind!")])
async def test_cancel_ends_a_question(stopping: Message) -> None:
    room = Room()
    await room.asks(message(words=BLUE))
    assert (await room.say(stopping)).html == questions.dropped(en())
    assert (await room.asks(message(picture=PHOTO))).buttons
    assert not room.edits


async def test_an_answer_that_is_handled_twice_is_admitted_once() -> None:
    room = Room()
    await room.asks(message("edit", picture=PHOTO))
    answer = message(words=BLUE)
    await room.admits(answer)
    assert await room.handle(answer) == ()
    words = message(words="now red")
    first, second = await room.asks(words), await room.asks(words)
    assert first == second
    assert len(room.edits) == 1


async def test_a_corrected_message_counts_as_long_as_nothing_was_made_of_it() -> None:
    room = Room()
    typed = message("sketchh", picture=PHOTO)
    await room.asks(typed)
    made = await room.admits(EditedMessage(replace(typed, update_id=1, command="sketch")))
    assert made.command == "sketch"
    assert await room.handle(EditedMessage(replace(typed, update_id=2, command="oil"))) == ()
    assert len(room.edits) == 1


async def test_a_corrected_question_takes_the_place_of_the_one_before() -> None:
    room = Room()
    delivered(room)
    typed = message(words="make it bleu")
    await room.asks(typed)
    room.wishes.arrived(90)
    corrected = EditedMessage(replace(typed, update_id=typed.update_id + 1, words=BLUE))
    deleted, asked = await room.handle(corrected)
    assert deleted == Delete(PRIVATE.id, 90)
    assert asked.html == "Change this one? <i>make it blue</i>"  # type: ignore[union-attr]
    assert len(room.wishes.questions) == 1


@pytest.mark.parametrize(
    "edited",
    [
        in_group("sketch", picture=PHOTO, sent_at=NOW - timedelta(minutes=5, seconds=1)),
        message(picture=PHOTO),
        message(),
        in_group(words="chatter"),
    ],
)
async def test_old_corrections_and_bare_photos_start_nothing(edited: Message) -> None:
    room = Room()
    assert await room.handle(EditedMessage(edited)) == ()
    assert not room.edits
    assert not room.wishes.photos


async def test_a_photo_with_a_caption_added_later_is_edited() -> None:
    room = Room()
    bare = message(picture=PHOTO)
    await room.asks(bare)
    room.wishes.arrived(90)
    corrected = EditedMessage(replace(bare, update_id=1, words=BLUE))
    assert await room.handle(corrected) == (Delete(PRIVATE.id, 90),)  # or its buttons would do it again
    made = room.edits[room.woken[-1]].request
    assert (made.words, made.photo_message_id) == (BLUE, bare.message_id)


@pytest.mark.parametrize("command", [None, "sketch"])
async def test_a_reply_to_what_was_asked_about_a_photo_means_that_photo(command: str | None) -> None:
    room = Room()
    first = message(picture=PHOTO)
    await room.asks(first)
    room.wishes.arrived(90)
    await room.asks(message(picture=OTHER_PHOTO))
    room.now += timedelta(minutes=20)
    await room.handle(message(command, BLUE, replied=BY_THE_BOT))
    assert picture_in(room.edits[room.woken[-1]].request) == (PHOTO, first.message_id)


async def test_what_was_asked_about_a_photo_waits_for_nothing() -> None:
    room = Room()
    await room.asks(message(picture=PHOTO))
    room.wishes.arrived(90)
    await room.admits(message("oil"))
    room.now += timedelta(minutes=1)
    assert (await room.asks(message(words=BLUE))).html == "Change this one? <i>make it blue</i>"


async def test_words_in_reply_to_the_welcome_are_not_about_its_picture() -> None:
    """It is an example, drawn by nobody who is here."""
    for command in (None, "edit"):
        room = Room()
        welcome = Replied(90, PhotoRef("example", PhotoKind.PHOTO), is_ours=True, button="start:styles")
        asked = await room.asks(message(command, BLUE, replied=welcome))
        assert asked.html == "Got it: <i>make it blue</i>\nNow send the photo."


async def test_questions_are_asked_as_replies_where_they_were_caused() -> None:
    said = in_group("edit", picture=PHOTO)
    asked = await Room().asks(said)
    assert asked.to == Destination(GROUP.id, 8, said.message_id)


async def test_no_in_words_ends_a_question_and_to_this_one_means_another() -> None:
    room = Room()
    await room.asks(message("edit", picture=PHOTO))
    assert (await room.say(message(words="no"))).html == questions.dropped(en())
    delivered(room)
    room.now += timedelta(minutes=1)
    room.edits[next(iter(room.edits))] = replace(
        next(iter(room.edits.values())), stage=Delivered(TASK, RESULT, 80, room.now, PAINTED)
    )
    await room.asks(message(words=BLUE))
    room.wishes.arrived(90)
    deleted, asked = await room.handle(message(words="no"))
    assert deleted == Delete(PRIVATE.id, 90)
    assert isinstance(asked, Ask)
    assert asked.html == "Got it: <i>make it blue</i>\nNow send the photo."
    assert (await room.admits(message(picture=OTHER_PHOTO))).words == BLUE


async def test_yes_in_words_is_a_yes() -> None:
    room = Room()
    parent = delivered(room)
    await room.asks(message(words=BLUE))
    room.wishes.arrived(90)
    assert await room.handle(message(words="yes")) == (Delete(PRIVATE.id, 90),)
    assert room.edits[room.woken[-1]].request.parent == parent.id


@pytest.mark.parametrize(
    "done",
    [message(words="red", picture=OTHER_PHOTO), message(words="red", replied=Replied(60, OTHER_PHOTO))],
)
async def test_a_wish_that_is_done_ends_what_was_asked_before(done: Message) -> None:
    room = Room()
    await room.asks(message("edit", picture=PHOTO))
    await room.admits(done)
    room.now += timedelta(minutes=1)
    assert (await room.asks(message(picture=PHOTO))).buttons
    assert len(room.edits) == 1


@pytest.mark.parametrize("command", ["vangogh", "background", "styles", "help", "limits"])
async def test_a_photo_that_nothing_was_made_of_is_the_latest_picture(command: str) -> None:
    room = Room()
    delivered(room)
    room.now += timedelta(minutes=1)
    await room.handle(message(command, picture=PHOTO))
    assert (await room.admits(message("oil"))).photo == PHOTO


async def test_a_yes_to_a_picture_that_was_being_painted_goes_on_from_the_result() -> None:
    room = Room()
    running = room.has(
        chat_id=PRIVATE.id, requester_id=ADA.id, photos=(PHOTO,), photo_message_id=70, created_at=NOW
    )
    [[yes, _]] = (await room.asks(message(words="and add a boat"))).buttons
    done = Delivered(TASK, RESULT, 80, room.now + timedelta(seconds=9), PAINTED)
    room.edits[running.id] = replace(running, stage=done)
    await room.handle(press(yes.data, message_id=90))
    made = room.edits[room.woken[-1]].request
    assert (made.photo, made.parent) == (PAINTED, running.id)


async def test_an_overtaken_question_loses_its_buttons() -> None:
    room = Room()
    delivered(room)
    await room.asks(message(words="more contrast"))
    room.wishes.arrived(90)
    deleted, asked = await room.handle(message(words="add a boat"))
    assert deleted == Delete(PRIVATE.id, 90)
    assert isinstance(asked, Ask)


async def test_a_corrected_command_takes_the_suggestion_away() -> None:
    room = Room()
    typed = message("skecth", picture=PHOTO)
    await room.asks(typed)
    room.wishes.arrived(90)
    replies = await room.handle(EditedMessage(replace(typed, update_id=1, command="sketch")))
    assert list(replies) == [Delete(PRIVATE.id, 90)]
    assert len(room.edits) == 1


async def test_a_caption_that_is_corrected_too_late_is_answered() -> None:
    room = Room()
    late = message("sketch", picture=PHOTO, sent_at=NOW - timedelta(minutes=6))
    assert (await room.say(EditedMessage(late))).html == questions.too_old(en())
    assert not room.edits


async def test_talk_about_the_bot_in_a_group_is_not_for_it() -> None:
    assert await Room().handle(in_group(words="I like", is_addressed=True)) == ()


async def test_an_unknown_command_that_names_the_bot_is_answered_in_a_group() -> None:
    asked = await Room().asks(in_group("skecth", picture=PHOTO, is_addressed=True))
    assert asked.silent
    assert asked.buttons


async def test_a_question_that_was_overtaken_goes_with_its_buttons() -> None:
    room = Room()
    delivered(room)
    await room.asks(message(words=BLUE))
    room.wishes.arrived(90)
    assert await room.handle(message("sketch", picture=PHOTO)) == (Delete(PRIVATE.id, 90),)
    await room.asks(message(words=BLUE, sender=GRACE, chat=Chat(GRACE.id, is_private=True)))
    room.wishes.arrived(91)
    await room.asks(message("edit", picture=PHOTO))
    room.wishes.arrived(92)
    assert await room.handle(message("sketch", picture=OTHER_PHOTO)) == ()  # without buttons, and Grace's


async def test_cancel_takes_a_question_away_with_its_buttons() -> None:
    room = Room()
    delivered(room)
    await room.asks(message(words=BLUE))
    room.wishes.arrived(90)
    gone, said = await room.handle(message("cancel"))
    assert gone == Delete(PRIVATE.id, 90)
    assert isinstance(said, Say)
    assert said.html == questions.dropped(en())
