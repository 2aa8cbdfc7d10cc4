from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto

from bot.sandbox.telegram.people import Chat, Person
from tests.harness.clock import ManualClock
from tests.sandbox.telegram.harness import Client, picture, telegram

CANCEL = InlineKeyboardMarkup([[InlineKeyboardButton("Cancel it", callback_data="c:1")]])


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
def forum(client: Client, ann: Person) -> Chat:
    return client.sandbox.people.group("Forum", ann, forum=True)


async def test_a_text_arrives_with_its_entities_keyboard_and_silence(client: Client, ann: Person) -> None:
    sent = await client.bot.send_message(
        ann.id, "<b>Working</b>", parse_mode="HTML", reply_markup=CANCEL, disable_notification=True
    )
    assert sent.from_user is not None
    assert sent.from_user.id == client.bot.id
    assert sent.reply_markup == CANCEL
    (message,) = ann.private.bot_messages()
    assert message.text == "Working"
    assert message.entities == [{"type": "bold", "offset": 0, "length": 7}]
    assert message.labels == ["Cancel it"]
    assert message.is_silent
    assert message.by_bot


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "🍌" * 2049}, "message is too long"),
        (
            {"text": "1 < 2", "parse_mode": "HTML"},
            "can't parse entities: Unclosed start tag at byte offset 2",
        ),
        ({"text": "x", "parse_mode": "Fancy"}, "unsupported parse_mode"),
        ({"text": "x", "message_thread_id": 7}, "message thread not found"),
        ({"text": "x", "reply_parameters": {"message_id": 9999}}, "message to be replied not found"),
        ({"text": "\ud83c alone"}, "strings must be encoded in UTF-8"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [{"text": "flat"}]}},
            "can't parse inline keyboard: an Array of Arrays is expected",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "does nothing"}]]}},
            "text buttons are unallowed in the inline keyboard",
        ),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply markup JSON object"),
        ({"text": "x", "chat_id": 4242}, "chat not found"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
    ],
)
async def test_what_telegram_refuses_to_send(
    client: Client, ann: Person, params: dict[str, Any], problem: str
) -> None:
    assert await client.refusal("sendMessage", **({"chat_id": ann.id} | params)) == f"Bad Request: {problem}"
    assert ann.private.bot_messages() == []


async def test_the_longest_text_counts_after_parsing(client: Client, ann: Person) -> None:
    await client.result("sendMessage", chat_id=ann.id, text=f"<b>{'x' * 4096}</b>", parse_mode="HTML")
    photo = await client.bot.send_photo(ann.id, picture(9, 9), caption="y" * 1024)
    assert photo.caption == "y" * 1024
    refused = await client.refusal(
        "editMessageCaption", chat_id=ann.id, message_id=photo.message_id, caption="y" * 1025
    )
    assert refused == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("data", "allowed"), [("x" * 64, True), ("é" * 32, True), ("é" * 33, False), ("", False)]
)
async def test_callback_data_has_1_to_64_bytes(client: Client, ann: Person, data: str, allowed: bool) -> None:
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": data}]]}
    body = await client.call("sendMessage", chat_id=ann.id, text="x", reply_markup=markup)
    assert body["ok"] is allowed
    assert allowed or body["description"] == "Bad Request: BUTTON_DATA_INVALID"


async def test_a_reply_embeds_what_it_replies_to_one_level_deep(client: Client, ann: Person) -> None:
    photo = ann.sends_photo(picture(400, 300), "/edit")
    first = await client.bot.send_message(ann.id, "one", reply_to_message_id=photo.message_id)
    assert first.reply_to_message is not None
    assert first.reply_to_message.photo[-1].width == 400
    seen = ann.private.message(first.message_id)
    ann.writes("two", reply_to=seen)
    (update,) = (await client.updates())[-1:]
    assert update["message"]["reply_to_message"]["text"] == "one"
    assert "reply_to_message" not in update["message"]["reply_to_message"]


async def test_a_reply_to_what_is_gone_may_be_sent_without_it(client: Client, ann: Person) -> None:
    request = ann.writes("soon gone")
    ann.deletes(request)
    sent = await client.bot.send_message(
        ann.id, "still", reply_to_message_id=request.message_id, allow_sending_without_reply=True
    )
    assert sent.reply_to_message is None


async def test_a_reply_in_a_forum_goes_into_the_topic(client: Client, ann: Person, forum: Chat) -> None:
    topic = client.sandbox.people.topic(forum, "Hats")
    request = ann.writes("/edit", chat=forum, thread_id=topic)
    assert request.raw["is_topic_message"]
    assert request.raw["reply_to_message"]["forum_topic_created"]["name"] == "Hats"
    assert request.reply_to_message_id is None
    sent = await client.bot.send_message(forum.id, "here", reply_to_message_id=request.message_id)
    assert (sent.message_thread_id, sent.is_topic_message) == (topic, True)
    sent = await client.bot.send_photo(forum.id, picture(9, 9), message_thread_id=topic)
    assert sent.message_thread_id == topic
    sent = await client.bot.send_message(forum.id, "to General")
    assert (sent.message_thread_id, sent.is_topic_message) == (None, None)


async def test_a_reply_across_topics_is_refused_whatever_is_allowed(
    client: Client, ann: Person, forum: Chat
) -> None:
    hats, shoes = (client.sandbox.people.topic(forum, name) for name in ("Hats", "Shoes"))
    request = ann.writes("/edit", chat=forum, thread_id=hats)
    reply = {"message_id": request.message_id, "allow_sending_without_reply": True}
    refused = await client.refusal(
        "sendMessage", chat_id=forum.id, text="x", message_thread_id=shoes, reply_parameters=reply
    )
    assert refused == "Bad Request: message to be replied not found"
    for unknown in (1, 999):
        refused = await client.refusal(
            "sendMessage", chat_id=forum.id, text="x", message_thread_id=unknown, reply_parameters=reply
        )
        assert refused == "Bad Request: message thread not found"


async def test_an_edit_changes_the_message_and_remembers_what_it_said(client: Client, ann: Person) -> None:
    sent = await client.bot.send_message(ann.id, "one", reply_markup=CANCEL)
    edited = await client.bot.edit_message_text("two", chat_id=ann.id, message_id=sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.edit_date is not None
    (message,) = ann.private.bot_messages()
    assert (message.text, message.buttons, message.edit_count) == ("two", [], 1)
    assert [each.text for each in message.history] == ["one"]
    assert len(await client.updates()) == 1


async def test_an_edit_that_changes_nothing_is_refused(client: Client, ann: Person) -> None:
    sent = await client.bot.send_message(ann.id, "<i>same</i>", parse_mode="HTML", reply_markup=CANCEL)
    same: dict[str, Any] = {"chat_id": ann.id, "message_id": sent.message_id}
    markup = CANCEL.to_dict()
    for method, more in (
        ("editMessageText", {"text": "<i>same</i> ", "parse_mode": "HTML", "reply_markup": markup}),
        ("editMessageReplyMarkup", {"reply_markup": markup}),
    ):
        refused = await client.refusal(method, **same, **more)
        assert refused.startswith("Bad Request: message is not modified: specified new message content")
    await client.result("editMessageReplyMarkup", **same)
    assert ann.private.bot_messages()[0].buttons == []


async def test_a_text_becomes_a_photo_and_then_a_document(client: Client, ann: Person) -> None:
    sent = await client.bot.send_message(ann.id, "working", reply_markup=CANCEL)
    where: dict[str, Any] = {"chat_id": ann.id, "message_id": sent.message_id}
    await client.bot.edit_message_media(InputMediaPhoto(picture(640, 480), caption="done"), **where)
    (message,) = ann.private.bot_messages()
    assert (message.text, message.photo_size, message.buttons) == ("done", (640, 480), [])
    assert "text" not in message.raw
    content = picture(2000, 1000)
    media = InputMediaDocument(content, filename="result.png")
    await client.bot.edit_message_media(media, reply_markup=CANCEL, **where)
    (message,) = ann.private.bot_messages()
    assert (message.document_name, message.photo_size) == ("result.png", None)
    assert message.content() == content
    refused = await client.refusal("editMessageText", **where, text="x")
    assert refused == "Bad Request: there is no text in the message to edit"


async def test_only_the_bots_own_messages_can_be_edited(client: Client, ann: Person) -> None:
    theirs = ann.writes("mine")
    where = {"chat_id": ann.id, "message_id": theirs.message_id}
    assert (
        await client.refusal("editMessageText", **where, text="x") == "Bad Request: message can't be edited"
    )
    where["message_id"] = 9999
    refused = await client.refusal("editMessageText", **where, text="x")
    assert refused == "Bad Request: message to edit not found"


async def test_a_deleted_message_is_gone_and_cannot_be_deleted_twice(client: Client, ann: Person) -> None:
    sent = await client.bot.send_message(ann.id, "bubble")
    assert await client.bot.delete_message(ann.id, sent.message_id)
    assert ann.private.bot_messages() == []
    refused = await client.refusal("deleteMessage", chat_id=ann.id, message_id=sent.message_id)
    assert refused == "Bad Request: message to delete not found"


async def test_others_messages_are_deleted_in_private_chats_only(
    client: Client, ann: Person, forum: Chat
) -> None:
    assert await client.bot.delete_message(ann.id, ann.writes("mine").message_id)
    request = ann.writes("/edit", chat=forum)
    refused = await client.refusal("deleteMessage", chat_id=forum.id, message_id=request.message_id)
    assert refused == "Bad Request: message can't be deleted"
    ann.adds_bot(forum, admin=True)
    assert await client.bot.delete_messages(forum.id, [request.message_id, 9999])


async def test_a_message_of_two_days_ago_cannot_be_deleted() -> None:
    clock = ManualClock()
    async with telegram(clock=clock) as client:
        ann = client.sandbox.people.person("Ann")
        ann.writes("/start")
        sent = await client.bot.send_message(ann.id, "old")
        clock.now += 48 * 3600
        refused = await client.refusal("deleteMessage", chat_id=ann.id, message_id=sent.message_id)
        assert refused == "Bad Request: message can't be deleted"


async def test_a_chat_action_is_seen_and_an_unknown_one_refused(client: Client, ann: Person) -> None:
    await client.bot.send_chat_action(ann.id, "upload_photo")
    assert (client.sandbox.events[-1].kind, client.sandbox.events[-1].text) == ("action", "upload_photo")
    refused = await client.refusal("sendChatAction", chat_id=ann.id, action="juggling")
    assert refused == "Bad Request: wrong parameter action in request"
