"""What people send besides texts and photos, links into the bot, and topics that end."""

from collections.abc import AsyncIterator

import pytest
from telegram import ChatMemberRestricted, ForceReply
from telegram.error import BadRequest

from bot.sandbox.telegram.kinds import RECORDED, TOLD
from bot.sandbox.telegram.people import Chat, Person
from tests.sandbox.telegram.harness import Client, picture, telegram

BOT = "https://t.me/nanobanana_bot"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with telegram() as client:
        yield client


@pytest.fixture
def ann(client: Client) -> Person:
    ann = client.sandbox.people.person("Ann")
    ann.writes("/start")
    return ann


@pytest.fixture
def group(client: Client, ann: Person) -> Chat:
    return client.sandbox.people.group("Hats", ann, forum=True)


@pytest.mark.parametrize("kind", [*RECORDED, *TOLD])
async def test_a_message_of_each_kind_says_what_it_is(client: Client, ann: Person, kind: str) -> None:
    message = ann.sends(kind)
    (update,) = (await client.updates())[-1:]
    assert kind in update["message"]
    assert message.kind == kind
    assert not message.is_service
    assert (message.file_id is not None) == (kind in RECORDED)


async def test_an_album_is_several_updates_and_one_caption(client: Client, ann: Person) -> None:
    ann.sends_album([picture(9, 9), picture(9, 8), picture(9, 7)], "/sketch")
    parts = [update["message"] for update in (await client.updates())[-3:]]
    assert len({part["media_group_id"] for part in parts}) == 1
    assert [part.get("caption") for part in parts] == ["/sketch", None, None]


async def test_in_privacy_mode_only_the_captioned_part_of_an_album_arrives(
    client: Client, ann: Person, group: Chat
) -> None:
    before = len(await client.updates())
    ann.sends_album([picture(9, 9), picture(9, 8)], "/sketch@nanobanana_bot", chat=group)
    (update,) = (await client.updates())[before:]
    assert update["message"]["caption"] == "/sketch@nanobanana_bot"


async def test_a_comment_comes_before_the_photo_that_is_forwarded_with_it(
    client: Client, ann: Person, group: Chat
) -> None:
    bob = client.sandbox.people.person("Bob")
    photo = bob.sends_photo(picture(9, 9), "my dog")
    ann.forwards(photo, comment="make it blue")
    comment, forwarded = (update["message"] for update in (await client.updates())[-2:])
    assert (comment["text"], forwarded["caption"]) == ("make it blue", "my dog")
    assert 0 <= forwarded["date"] - comment["date"] <= 1
    assert forwarded["forward_origin"]["sender_user"]["first_name"] == "Bob"
    assert "forward_origin" not in comment


async def test_a_deep_link_is_a_start_command_with_its_payload(
    client: Client, ann: Person, group: Chat
) -> None:
    assert ann.follows(f"{BOT}?start=help").text == "/start help"
    assert ann.follows(f"{BOT}?start").text == "/start"
    added = ann.follows(f"{BOT}?startgroup=hello", group)
    assert (added.text, added.chat_id) == ("/start@nanobanana_bot hello", group.id)
    for link, problem in (("https://t.me/other?start=x", "lead to"), (f"{BOT}?start=a.b", "passes on no")):
        with pytest.raises(ValueError, match=problem):
            ann.follows(link)


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        (f"{BOT}?start=help", True),
        ("tg://user?id=7", True),
        ("example.org", True),
        ("http://localhost:8080", False),
        ("", False),
    ],
)
async def test_a_link_under_a_message_must_lead_somewhere(
    client: Client, ann: Person, url: str, goes: bool
) -> None:
    markup = {"inline_keyboard": [[{"text": "Open", "url": url}]]}
    body = await client.call("sendMessage", chat_id=ann.id, text="x", reply_markup=markup)
    refused = f"Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"
    assert body["ok"] if goes else body["description"] == refused


async def test_a_placeholder_has_at_most_64_characters(client: Client, ann: Person) -> None:
    for length, goes in ((64, True), (65, False)):
        markup = {"force_reply": True, "input_field_placeholder": "x" * length}
        body = await client.call("sendMessage", chat_id=ann.id, text="Which?", reply_markup=markup)
        assert body["ok"] is goes


async def test_a_selective_question_opens_for_whom_it_answers(
    client: Client, ann: Person, group: Chat
) -> None:
    bob = client.sandbox.people.person("Bob")
    request = ann.writes("/edit", chat=group)
    sent = await client.bot.send_message(
        group.id, "What?", reply_markup=ForceReply(selective=True), reply_to_message_id=request.message_id
    )
    question = group.message(sent.message_id)
    assert question is not None
    assert question.asks(ann.id)
    assert not question.asks(bob.id)
    mentioned = f'<a href="tg://user?id={bob.id}">Bob</a>, what?'
    sent = await client.bot.send_message(
        group.id, mentioned, parse_mode="HTML", reply_markup=ForceReply(selective=True)
    )
    question = group.message(sent.message_id)
    assert question is not None
    assert question.asks(bob.id)
    before = len(await client.updates())
    ann.writes("a hat", chat=group, reply_to=question)
    assert len(await client.updates()) == before + 1, "a reply to the bot reaches it in privacy mode"


async def test_nobody_but_who_manages_topics_writes_in_a_closed_one(
    client: Client, ann: Person, group: Chat
) -> None:
    people = client.sandbox.people
    topic = people.topic(group, "Felt")
    request = ann.writes("/edit", chat=group, thread_id=topic)
    people.close_topic(group, topic)
    with pytest.raises(ValueError, match="is closed"):
        ann.writes("hello?", chat=group, thread_id=topic)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await client.bot.send_message(group.id, "x", message_thread_id=topic)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await client.bot.send_message(group.id, "x", reply_to_message_id=request.message_id)
    people.reopen_topic(group, topic)
    await client.bot.send_message(group.id, "x", message_thread_id=topic)
    ann.writes("hello again", chat=group, thread_id=topic)
    people.close_topic(group, topic)
    ann.adds_bot(group, admin=True)
    await client.bot.send_message(group.id, "x", message_thread_id=topic)


async def test_what_was_said_in_a_deleted_topic_is_gone(client: Client, ann: Person, group: Chat) -> None:
    people = client.sandbox.people
    topic = people.topic(group, "Felt")
    request = ann.writes("/edit", chat=group, thread_id=topic)
    people.delete_topic(group, topic)
    assert group.message(request.message_id) is None
    with pytest.raises(BadRequest, match="Message thread not found"):
        await client.bot.send_message(group.id, "x", message_thread_id=topic)


async def test_a_restricted_bot_sends_what_is_left_to_it(client: Client, ann: Person, group: Chat) -> None:
    ann.restricts_bot(group, "photos")
    await client.bot.send_message(group.id, "hello")
    with pytest.raises(BadRequest, match="Not enough rights to send photos"):
        await client.bot.send_photo(group.id, picture(9, 9))
    me = await client.bot.get_chat_member(group.id, client.bot.id)
    assert isinstance(me, ChatMemberRestricted)
    assert (me.can_send_photos, me.can_send_documents) == (False, True)
