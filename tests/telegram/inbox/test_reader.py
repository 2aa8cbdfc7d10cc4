"""Telegram's updates, and what the conversation hears of them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.conversation.incoming import (
    Chat,
    ChatMigrated,
    EditedMessage,
    MembershipChanged,
    Message,
    Press,
    Replied,
    Sender,
)
from tests.telegram.inbox.reading import A_PHOTO, reading, said
from tests.telegram.inbox.updates import (
    ADA,
    BANANA,
    GROUP,
    PHOTO,
    PRIVATE,
    SMALL_GROUP,
    message,
    press,
    replied,
)

RIGHTS = (
    *(f"send_{what}" for what in ("messages", "audios", "documents", "photos", "videos", "video_notes")),
    *("send_voice_notes", "send_polls", "send_other_messages", "add_web_page_previews", "change_info"),
    *("invite_users", "pin_messages", "manage_topics", "edit_tag", "react_to_messages"),
)


def test_a_message_is_read_whole() -> None:
    assert said(
        caption="/Sketch@NanoBanana_Bot  softly ",
        chat=GROUP,
        photo=PHOTO,
        is_topic_message=True,
        message_thread_id=12,
        media_group_id="album",
        reply_to_message=replied(photo=PHOTO),
    ) == Message(
        update_id=9,
        chat=Chat(GROUP["id"], is_private=False, may_have_moved=True),  # type: ignore[arg-type]
        thread_id=12,
        message_id=70,
        sender=Sender(4001, "fr"),
        sent_at=datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
        command="sketch",
        words="softly",
        picture=A_PHOTO,
        replied=Replied(60, A_PHOTO),
        album_id="album",
        is_addressed=True,
    )


@pytest.mark.parametrize(
    ("text", "command", "words"),
    [
        ("/edit make it\nblue", "edit", "make it\nblue"),
        ("/edit 🎨 make it blue", "edit", "🎨 make it blue"),
        ("/EDIT@NanoBanana_Bot", "edit", ""),
        ("/edit@other_bot blue", None, ""),
        ("please /edit this", None, "please /edit this"),
        ("/roll 20", "roll", "20"),
        (" hello ", None, "hello"),
        ("\ud83d lost half", None, "lost half"),
        ("/edit a \0 and \ude00 b", "edit", "a  and  b"),
    ],
)
@pytest.mark.parametrize("as_caption", [False, True])
def test_a_command_is_what_opens_a_text_or_caption_for_this_bot(
    text: str, command: str | None, words: str, as_caption: bool
) -> None:
    found = said(caption=text, photo=PHOTO) if as_caption else said(text=text)
    assert (found.command, found.words) == (command, words)


def test_a_command_that_begins_later_is_words() -> None:
    entities = [{"type": "bot_command", "offset": 6, "length": 5}]
    found = said(text="hello /edit", entities=[])
    raw = message(text="hello /edit") | {"entities": entities}
    assert reading(message=raw) == found


@pytest.mark.parametrize(
    ("text", "words", "is_addressed"),
    [
        ("@NanoBanana_bot make it blue", "make it blue", True),
        ("@nanobanana_bot: make it blue", "make it blue", True),
        ("make it blue @nanobanana_bot ", "make it blue", True),
        ("ask @nanobanana_bot about it", "ask @nanobanana_bot about it", False),
        ("@nanobanana_bots are nice", "@nanobanana_bots are nice", False),
        ("make it blue", "make it blue", False),
    ],
)
def test_words_that_begin_or_end_with_the_bots_name_are_for_it(
    text: str, words: str, is_addressed: bool
) -> None:
    found = said(text=text)
    assert (found.words, found.is_addressed) == (words, is_addressed)


def test_the_bots_own_messages_are_known_as_such() -> None:
    for name, is_ours in (("NanoBanana_Bot", True), ("other_bot", False)):
        writer = {"id": 1, "is_bot": True, "first_name": "B", "username": name}
        answered = said(text="make it blue", reply_to_message=replied(text="What?", **{"from": writer}))
        assert answered.replied == Replied(60, None, is_ours=is_ours)


def test_the_first_button_of_a_replied_message_is_read_where_it_is_the_bots_own() -> None:
    rows = [[{"text": "Change", "callback_data": "change:e1"}, {"text": "File", "callback_data": "f:e1"}]]
    for writer, button in ((BANANA, "change:e1"), ({**BANANA, "username": "other_bot"}, "")):
        shown = replied(photo=PHOTO, reply_markup={"inline_keyboard": rows}, **{"from": writer})
        answered = said(text="make it blue", reply_to_message=shown)
        assert answered.replied is not None
        assert answered.replied.button == button
    without: list[list[list[dict[str, str]]]] = [[], [[]], [[{"text": "Open", "url": "https://t.me"}]]]
    for rows in without:
        shown = replied(photo=PHOTO, reply_markup={"inline_keyboard": rows}, **{"from": BANANA})
        answered = said(text="make it blue", reply_to_message=shown)
        assert answered.replied == Replied(60, A_PHOTO, is_ours=True)


def test_what_opened_a_topic_is_not_what_was_replied_to() -> None:
    opened = replied(forum_topic_created={"name": "Pictures", "icon_color": 1})
    assert said(text="/sketch", reply_to_message=opened).replied is None


def test_a_thread_of_replies_is_no_topic() -> None:
    assert said(text="/sketch", message_thread_id=12).thread_id is None


@pytest.mark.parametrize(
    ("fields", "sender"),
    [
        ({}, Sender(4001, "fr")),
        ({"from": {**ADA, "language_code": "xx"}}, Sender(4001, "en")),
        ({"from": {"id": 5, "is_bot": True, "first_name": "Robot"}}, Sender(5, "en", is_bot=True)),
        (
            {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "sender_chat": GROUP},
            Sender(-1002000000001, "en"),
        ),
        (
            {
                "from": {"id": 136817688, "is_bot": True, "first_name": "Channel"},
                "sender_chat": {"id": -100_5, "type": "channel", "title": "News"},
            },
            Sender(-100_5, "en"),
        ),
    ],
    ids=["a person", "an unknown language", "a bot", "an anonymous admin", "a channel"],
)
def test_who_speaks_is_the_person_or_the_chat_in_whose_name_they_write(
    fields: dict[str, Any], sender: Sender
) -> None:
    assert said(text="/sketch", chat=GROUP, **fields).sender == sender


def test_a_channels_post_in_its_discussion_group_is_nobodys_message() -> None:
    assert reading(message=message(caption="/sketch", photo=PHOTO, is_automatic_forward=True)) is None


def test_a_forwarded_message_says_so() -> None:
    origin = {"type": "user", "date": 1, "sender_user": ADA}
    assert said(caption="look", photo=PHOTO, forward_origin=origin).is_forwarded
    assert not said(caption="look", photo=PHOTO).is_forwarded


@pytest.mark.parametrize(
    ("chat", "expected"),
    [
        (PRIVATE, Chat(4001, is_private=True)),
        (SMALL_GROUP, Chat(-4001, is_private=False)),
        (GROUP, Chat(-1002000000001, is_private=False, may_have_moved=True)),
    ],
)
def test_a_supergroup_may_have_been_another_chat(chat: dict[str, Any], expected: Chat) -> None:
    assert said(text="x", chat=chat).chat == expected


def test_an_edited_message_is_read_as_it_is_now() -> None:
    edited = reading(edited_message=message(text="/edit blue", edit_date=2))
    assert edited == EditedMessage(said(text="/edit blue"))


def test_a_press_tells_its_message_and_what_that_replies_to() -> None:
    found = reading(callback_query=press("s:oil", reply_to_message=replied(photo=PHOTO)))
    assert found == Press(
        update_id=9,
        press_id="p1",
        chat=Chat(4001, is_private=True),
        thread_id=None,
        message_id=80,
        sender=Sender(4001, "fr"),
        data="s:oil",
        replied=Replied(60, A_PHOTO),
    )


def test_a_press_in_a_topic_tells_the_topic() -> None:
    found = reading(callback_query=press(chat=GROUP, is_topic_message=True, message_thread_id=12))
    assert isinstance(found, Press)
    assert found.thread_id == 12


def test_of_a_message_that_is_too_old_a_press_tells_the_id_alone() -> None:
    inaccessible = {"message_id": 80, "date": 0, "chat": GROUP}
    found = reading(callback_query={**press(), "message": inaccessible})
    assert isinstance(found, Press)
    assert (found.chat.id, found.message_id, found.replied) == (GROUP["id"], 80, None)


def test_a_press_without_a_message_is_its_persons() -> None:
    raw = press()
    del raw["message"]
    found = reading(callback_query=raw)
    assert isinstance(found, Press)
    assert (found.chat, found.message_id) == (Chat(4001, is_private=True), None)


@pytest.mark.parametrize(
    ("member", "is_member"),
    [
        ({"status": "member"}, True),
        ({"status": "left"}, False),
        ({"status": "kicked", "until_date": 0}, False),
        ({"status": "restricted", "is_member": True}, True),
        ({"status": "restricted", "is_member": False}, False),
    ],
)
def test_the_bot_hears_whether_it_is_in_a_chat(member: dict[str, Any], is_member: bool) -> None:
    rights = {f"can_{name}": True for name in RIGHTS}
    new = {"user": ADA, **member}
    if member["status"] == "restricted":
        new |= {**rights, "until_date": 0}
    change = {
        "chat": SMALL_GROUP,
        "from": ADA,
        "date": 1,
        "old_chat_member": {"status": "left", "user": ADA},
        "new_chat_member": new,
    }
    assert reading(my_chat_member=change) == MembershipChanged(
        9, Chat(-4001, is_private=False), Sender(4001, "fr"), is_member, joined=is_member
    )


@pytest.mark.parametrize(
    ("chat", "before", "joined"),
    [
        (SMALL_GROUP, "kicked", True),
        (SMALL_GROUP, "member", False),  # its rights changed
        ({"id": -1001, "type": "channel", "title": "News"}, "left", False),
        (PRIVATE, "kicked", False),
    ],
)
def test_only_a_group_is_joined_and_only_by_who_was_not_there(
    chat: dict[str, Any], before: str, joined: bool
) -> None:
    names = ("manage_chat", "delete_messages", "manage_video_chats", "restrict_members", "promote_members")
    rights = {f"can_{name}": True for name in (*names, "change_info", "invite_users", "be_edited")}
    stories = {f"can_{name}_stories": True for name in ("post", "edit", "delete")}
    admin = {"status": "administrator", "user": ADA, "is_anonymous": False, **stories}
    change = {
        "chat": chat,
        "from": ADA,
        "date": 1,
        "old_chat_member": {"status": before, "user": ADA, "until_date": 0},
        "new_chat_member": {**admin, **rights},
    }
    found = reading(my_chat_member=change)
    assert isinstance(found, MembershipChanged)
    assert (found.is_member, found.joined, found.is_admin) == (True, joined, True)


def test_both_chats_of_a_move_tell_the_same() -> None:
    move = ChatMigrated(9, -4001, -1002000000001)
    assert reading(message=message(chat=SMALL_GROUP, migrate_to_chat_id=GROUP["id"])) == move
    assert reading(message=message(chat=GROUP, migrate_from_chat_id=-4001)) == move


@pytest.mark.parametrize("other", [{}, {"something_new": {}}, {"channel_post": message(text="/sketch")}])
def test_what_is_not_asked_for_is_nobodys(other: dict[str, Any]) -> None:
    assert reading(**other) is None
