"""Replies that the bot asks for, reactions, and what the bot may do in a group."""

from collections.abc import AsyncIterator

import pytest
from telegram import ForceReply
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest

from bot.sandbox.telegram.people import Chat, Person
from tests.sandbox.telegram.harness import Client, picture, telegram
from tests.sandbox.telegram.test_oracle import read_with_aiogram


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
    return client.sandbox.people.group("Hats", ann)


async def test_a_forced_reply_is_the_persons_screen_and_not_the_message(client: Client, ann: Person) -> None:
    markup = ForceReply(input_field_placeholder="What to change?")
    sent = await client.bot.send_message(ann.id, "Which words?", reply_markup=markup)
    assert sent.reply_markup is None
    (message,) = ann.private.bot_messages()
    assert message.asks_for_reply
    assert message.line.endswith("Which words? [reply: What to change?]")
    answer = ann.writes("a hat", reply_to=message)
    (update,) = (await client.updates())[-1:]
    assert update["message"]["reply_to_message"]["message_id"] == sent.message_id
    assert answer.reply_to_message_id == sent.message_id


async def test_a_message_that_forces_a_reply_cannot_be_edited(client: Client, ann: Person) -> None:
    sent = await client.bot.send_message(ann.id, "Which words?", reply_markup=ForceReply())
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await client.bot.edit_message_text("Never mind", ann.id, sent.message_id)
    assert await client.bot.delete_message(ann.id, sent.message_id)


async def test_the_bot_reacts_once_and_takes_it_back(client: Client, ann: Person) -> None:
    photo = ann.sends_photo(picture(9, 9))
    assert await client.bot.set_message_reaction(ann.id, photo.message_id, "👀")
    shown = ann.private.message(photo.message_id)
    assert shown is not None
    assert shown.reactions == {client.bot.id: "👀"}
    assert (client.sandbox.events[-1].kind, client.sandbox.events[-1].text) == ("reacted", "👀")
    assert await client.bot.set_message_reaction(ann.id, photo.message_id)
    shown = ann.private.message(photo.message_id)
    assert shown is not None
    assert shown.reactions == {}


async def test_every_reaction_of_the_library_is_known_and_no_other(client: Client, ann: Person) -> None:
    photo = ann.sends_photo(picture(9, 9))
    for emoji in ReactionEmoji:
        await client.bot.set_message_reaction(ann.id, photo.message_id, emoji)
    where = {"chat_id": ann.id, "message_id": photo.message_id}
    one, other = ({"type": "emoji", "emoji": each} for each in ("🥕", "👍"))
    assert (
        await client.refusal("setMessageReaction", **where, reaction=[one]) == "Bad Request: REACTION_INVALID"
    )
    refused = await client.refusal("setMessageReaction", **where, reaction=[other, other])
    assert refused == "Bad Request: REACTIONS_TOO_MANY"
    refused = await client.refusal("setMessageReaction", chat_id=ann.id, message_id=999, reaction=[other])
    assert refused == "Bad Request: message to react not found"


async def test_peoples_reactions_are_told_when_asked_for(client: Client, ann: Person, group: Chat) -> None:
    await client.updates(allowed_updates=["message_reaction"])
    sent = await client.bot.send_message(group.id, "done")
    message = group.message(sent.message_id)
    assert message is not None
    ann.reacts(message, "👎")
    ann.adds_bot(group, admin=True)
    ann.reacts(message, "👍")
    *_, update = await client.updates()
    assert update["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👎"}]
    assert update["message_reaction"]["new_reaction"] == [{"type": "emoji", "emoji": "👍"}]
    read_with_aiogram("Update", update)
    told = [each for each in await client.updates() if "message_reaction" in each]
    assert len(told) == 1, "only an administrator bot hears of reactions in a group"


async def test_what_a_chat_refuses_stands_in_its_permissions(client: Client, group: Chat) -> None:
    group.refuses("photos")
    chat = await client.bot.get_chat(group.id)
    assert chat.permissions is not None
    assert (chat.permissions.can_send_photos, chat.permissions.can_send_documents) == (False, True)


async def test_permissions_bind_members_and_not_administrators(
    client: Client, ann: Person, group: Chat
) -> None:
    group.refuses("text messages")
    with pytest.raises(BadRequest, match="Not enough rights to send text messages"):
        await client.bot.send_message(group.id, "hello")
    ann.adds_bot(group, admin=True)
    await client.bot.send_message(group.id, "hello")


async def test_an_administrator_bot_has_the_rights_that_it_was_given(
    client: Client, ann: Person, group: Chat
) -> None:
    ann.adds_bot(group, admin=True, without=["can_delete_messages"])
    theirs = ann.writes("chatter", chat=group)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await client.bot.delete_message(group.id, theirs.message_id)
    me = await client.result("getChatMember", chat_id=group.id, user_id=client.bot.id)
    assert read_with_aiogram("ChatMemberAdministrator", me).can_delete_messages is False
    ann.adds_bot(group, admin=True)
    assert await client.bot.delete_message(group.id, theirs.message_id)
