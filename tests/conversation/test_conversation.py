"""The room's entrance: what is answered at all, by whom a button may be pressed, and what else is told."""

from collections.abc import Callable
from dataclasses import replace
from gettext import NullTranslations

import pytest

from bot.conversation.feature import all_features, commands_of
from bot.conversation.guests import not_allowed_text
from bot.conversation.incoming import (
    Chat,
    ChatMigrated,
    MembershipChanged,
    Message,
    Replied,
    Sender,
    Surplus,
)
from bot.conversation.outgoing import Alert, Ask, Destination, Leave, Say, SayWithPicture
from bot.conversation.texts import alerts
from bot.conversation.texts.groups import greeting_text
from bot.conversation.texts.questions import small_talk
from bot.core.stages import EditState
from tests.conversation.fakes import Room
from tests.conversation.samples import (
    ADA,
    GRACE,
    GROUP,
    PHOTO,
    PRIVATE,
    ROOT,
    SUPERGROUP,
    in_group,
    message,
    press,
)
from tests.conversation.texts.samples import en, every_language, fr
from tests.factories import STAGES
from tests.harness.chats import plain

ALLOWED_ELSEWHERE = frozenset({-5000})


@every_language
def test_the_texts_of_the_entrance_are_valid_html(t: NullTranslations) -> None:
    assert "-100123" in plain(not_allowed_text(t, -100123))
    assert "<code>-100123</code>" in not_allowed_text(t, -100123)


@pytest.mark.parametrize("command", commands_of(all_features()))
async def test_every_command_is_heard_in_private_and_in_a_group(command: str) -> None:
    for ask in (message, in_group):
        room = Room()
        asked = ask(command, "words", picture=PHOTO)
        replies = await room.handle(asked)
        if room.edits:
            assert replies == ()
            done = "edit" if command == "imagine" else command  # a new picture of a photo is an edit of it
            assert [edit.request.command for edit in room.edits.values()] == [done]
        else:
            [said] = replies
            assert isinstance(said, Say | SayWithPicture | Ask)
            assert said.to == Destination(asked.chat.id, asked.thread_id, asked.message_id)
            assert said.silent == (not asked.chat.is_private)
            assert plain(said.html)


async def test_in_a_group_a_command_that_nobody_knows_is_another_bots() -> None:
    assert await Room().handle(in_group("vangogh", picture=PHOTO)) == ()


@pytest.mark.parametrize(
    "said",
    [
        in_group(words="nice picture"),
        in_group(words="look at this", picture=PHOTO),
        in_group(picture=PHOTO),
        in_group(words="edit this", replied=Replied(60, PHOTO)),
        in_group(words="edit this", replied=Replied(60, PHOTO, is_ours=True)),
        in_group(),
    ],
)
async def test_in_a_group_nothing_happens_unless_the_bot_is_spoken_to(said: Message) -> None:
    room = Room()
    assert await room.handle(said) == ()
    assert not room.edits
    assert not room.wishes.photos


async def test_a_private_message_that_says_nothing_is_not_answered() -> None:
    assert await Room().handle(message()) == ()


async def test_answers_are_in_the_language_of_who_asked() -> None:
    assert (await Room().say(message(words="merci", sender=GRACE))).html == small_talk(fr())


@pytest.mark.parametrize("ask", [message, in_group])
async def test_other_bots_are_not_answered(ask: Callable[..., Message]) -> None:
    robot = Sender(5, "en", is_bot=True)
    room = Room(allowed_chats=ALLOWED_ELSEWHERE)
    assert await room.handle(ask("sketch", picture=PHOTO, sender=robot)) == ()
    assert await room.handle(ask("help", sender=robot)) == ()
    assert not room.edits


async def test_who_writes_in_a_chats_name_asks_as_that_chat() -> None:
    asked = in_group("sketch", picture=PHOTO, sender=Sender(GROUP.id, "en"))
    assert (await Room().admits(asked)).requester_id == GROUP.id


@pytest.mark.parametrize("verb", ["c", "a", "f", "r"])
async def test_in_a_group_the_requester_and_admins_may_press_and_nobody_else(verb: str) -> None:
    room = Room()
    edit = room.has(chat_id=GROUP.id, requester_id=ADA.id, stage=STAGES[EditState.DELIVERED])
    room.questions.admins.add((GROUP.id, ROOT.id))
    for sender, may in ((ADA, True), (ROOT, True), (GRACE, False)):
        pressed = press(f"{verb}:{edit.id}", chat=GROUP, sender=sender)
        told, *_ = await room.handle(pressed)
        assert isinstance(told, Alert)
        refused = Alert(pressed.press_id, alerts.not_yours(fr(), ADA.id), popup=True)
        assert (told != refused) == may
    assert room.edits[edit.id] == edit
    assert not [each for each in room.edits.values() if each.request.requester_id == GRACE.id]


async def test_telegram_is_not_asked_about_the_requester() -> None:
    room = Room()
    edit = room.has(chat_id=GROUP.id, requester_id=ADA.id)
    await room.alert(press(f"c:{edit.id}", chat=GROUP))
    assert not room.questions.asked


async def test_in_private_only_the_requester_may_press() -> None:
    room = Room()
    edit = room.has(chat_id=PRIVATE.id, requester_id=GRACE.id)
    pressed = press(f"c:{edit.id}")
    assert await room.alert(pressed) == Alert(pressed.press_id, alerts.not_yours(en(), GRACE.id), popup=True)
    assert not room.questions.asked


async def test_a_button_whose_edit_is_not_there_says_so() -> None:
    room = Room()
    elsewhere = room.has(chat_id=GROUP.id, requester_id=ADA.id)
    here = room.has(chat_id=PRIVATE.id, requester_id=ADA.id)
    for pressed in (
        press("c:unknown"),
        press(f"c:{elsewhere.id}"),  # pressed in another chat than its own
        press(f"x:{here.id}"),
        press(""),
        press(f"c:{here.id}", message_id=None),
    ):
        assert await room.alert(pressed) == Alert(pressed.press_id, alerts.gone(en()), popup=True)
    assert all(edit.is_active for edit in room.edits.values())


async def test_a_press_is_answered_in_the_language_of_who_pressed() -> None:
    assert (await Room().alert(press("c:unknown", sender=GRACE))).text == alerts.gone(fr())


async def test_a_chat_that_is_not_served_is_told_once_and_left_each_time() -> None:
    room = Room(allowed_chats=ALLOWED_ELSEWHERE)
    asked = in_group("sketch", picture=PHOTO, sender=GRACE)
    assert await room.handle(asked) == [
        Say(Destination(GROUP.id, 8, asked.message_id), not_allowed_text(fr(), GROUP.id), silent=True),
        Leave(GROUP.id),
    ]
    assert await room.handle(in_group("sketch", picture=PHOTO)) == [Leave(GROUP.id)]
    assert not room.edits


async def test_a_person_who_is_not_served_is_told_once() -> None:
    room = Room(allowed_chats=ALLOWED_ELSEWHERE)
    said = await room.say(message(picture=PHOTO))
    assert said.html == not_allowed_text(en(), PRIVATE.id)
    assert list(await room.handle(message("help"))) == []
    assert not room.wishes.photos


async def test_a_press_where_the_bot_does_not_serve_has_no_effect_and_no_words() -> None:
    room = Room(allowed_chats=ALLOWED_ELSEWHERE)
    edit = room.has(chat_id=GROUP.id, requester_id=ADA.id)
    pressed = press(f"c:{edit.id}", chat=GROUP)
    assert await room.alert(pressed) == Alert(pressed.press_id)
    assert room.edits[edit.id].is_active


async def test_added_to_a_group_that_is_not_served_the_bot_says_so_and_leaves() -> None:
    room = Room(allowed_chats=ALLOWED_ELSEWHERE)
    added = MembershipChanged(1, GROUP, GRACE, is_member=True)
    [said, left] = await room.handle(added)
    assert isinstance(said, Say)
    assert (said.to, said.html) == (Destination(GROUP.id), not_allowed_text(fr(), GROUP.id))
    assert left == Leave(GROUP.id)
    assert await room.handle(added) == [Leave(GROUP.id)]


@pytest.mark.parametrize(
    ("chat", "allowed"),
    [(GROUP, frozenset[int]()), (GROUP, frozenset({GROUP.id})), (PRIVATE, ALLOWED_ELSEWHERE)],
)
async def test_added_where_it_serves_or_started_by_a_person_the_bot_says_nothing(
    chat: Chat, allowed: frozenset[int]
) -> None:
    room = Room(allowed_chats=allowed)
    assert await room.handle(MembershipChanged(1, chat, ADA, is_member=True)) == ()
    assert not room.memory.told


@pytest.mark.parametrize(
    ("reads", "is_admin", "sees_all"), [(False, False, False), (True, False, True), (False, True, True)]
)
async def test_a_group_that_the_bot_was_added_to_is_greeted_once(
    reads: bool, is_admin: bool, sees_all: bool
) -> None:
    room = Room(reads_group_messages=reads)
    added = MembershipChanged(1, GROUP, GRACE, is_member=True, joined=True, is_admin=is_admin)
    text = greeting_text(fr(), "nano_bot", sees_all=sees_all)
    assert await room.handle(added) == (Say(Destination(GROUP.id), text, silent=True),)
    assert len(plain(text).splitlines()) == 1
    assert await room.handle(replace(added, update_id=2)) == ()


async def test_a_button_of_an_edit_that_was_deleted_finds_nothing() -> None:
    room = Room()
    erased = room.has(
        chat_id=PRIVATE.id, requester_id=ADA.id, stage=STAGES[EditState.DELIVERED], is_erased=True
    )
    assert (await room.alert(press(f"a:{erased.id}"))).text == alerts.gone(en())


async def test_removed_from_a_chat_the_bot_stops_the_edits_there_without_a_word() -> None:
    room = Room()
    gone = [room.has(chat_id=GROUP.id, requester_id=person.id) for person in (ADA, GRACE)]
    done = room.has(chat_id=GROUP.id, stage=STAGES[EditState.DELIVERED])
    elsewhere = room.has(chat_id=PRIVATE.id)
    assert await room.handle(MembershipChanged(1, GROUP, ROOT, is_member=False)) == ()
    assert [room.edits[edit.id].state for edit in gone] == [EditState.FAILED] * 2
    assert room.woken == [edit.id for edit in gone]
    assert room.edits[done.id] == done
    assert room.edits[elsewhere.id] == elsewhere


async def test_a_group_that_became_a_supergroup_keeps_what_is_its_own() -> None:
    room = Room()
    moved = ChatMigrated(1, GROUP.id, SUPERGROUP.id)
    assert await room.handle(moved) == ()
    assert await room.handle(replace(moved, update_id=2)) == ()
    assert room.memory.moves == {GROUP.id: SUPERGROUP.id}


async def test_a_channel_that_wrote_in_its_own_name_presses_no_buttons() -> None:
    room = Room()
    edit = room.has(chat_id=GROUP.id, requester_id=-1_007)
    told = await room.alert(press(f"c:{edit.id}", chat=GROUP))
    assert told.text == alerts.not_yours(en(), -1_007)
    assert "person" not in told.text


async def test_rights_are_asked_anew_when_the_bots_own_have_changed() -> None:
    room = Room()
    assert await room.handle(MembershipChanged(1, GROUP, ADA, is_member=True)) == ()
    assert room.questions.forgotten == [GROUP.id]


@pytest.mark.parametrize(
    ("asked", "is_told"),
    [
        (message(words="hello"), True),
        (in_group("sketch"), True),
        (in_group(words="chatter"), False),
        (in_group("weather"), False),
        (message("sketch", sender=replace(ADA, is_bot=True)), False),
    ],
)
async def test_who_sent_too_much_is_told_if_the_bot_was_meant(asked: Message, is_told: bool) -> None:
    room = Room()
    said = await room.handle(Surplus(asked, 200))
    assert [isinstance(each, Say) and "the first 200 messages" in each.html for each in said] == [
        True
    ] * is_told
    assert not room.edits
