"""The sandbox's JSON, read by two libraries that know the Bot API: nothing may be missing or unknown."""

import importlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import telegram

from bot.sandbox.telegram.kinds import RECORDED, TOLD
from tests.sandbox.telegram.harness import Client, picture
from tests.sandbox.telegram.harness import telegram as telegram_sandbox


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with telegram_sandbox(privacy=False) as client:
        yield client


def unknown_fields(model: Any, path: str = "") -> Iterator[str]:
    """Every field, at any depth, that the model was given and does not know."""
    if isinstance(model, list):
        for each in model:
            yield from unknown_fields(each, path)
    elif hasattr(type(model), "model_fields"):
        yield from (f"{path}.{name}" for name in model.model_extra or {})
        for name in type(model).model_fields:
            yield from unknown_fields(getattr(model, name), f"{path}.{name}")


def read_with_aiogram(kind: str, raw: dict[str, Any]) -> Any:
    types = importlib.import_module("aiogram.types")
    model = getattr(types, kind).model_validate(raw)
    assert list(unknown_fields(model, kind)) == []
    return model


async def everything_that_happens(client: Client) -> list[dict[str, Any]]:
    """One update of each kind that the sandbox knows."""
    people = client.sandbox.people
    ann, bob = people.person("Ann", username="ann_the_person"), people.person("Bob", language_code=None)
    photo = ann.sends_photo(picture(1600, 1200), "/edit a hat", spoiler=True, media_group_id="7")
    ann.sends_file(picture(300, 200), "cat.png", "image/png", "as a file")
    ann.sends_file(b"%PDF-1.7", "paper.pdf", "application/pdf")
    ann.sends_sticker(picture(512, 512, "WEBP"))
    ann.sends_sticker(b"tgs", animated=True)
    ann.sends_animation(b"mp4", "look")
    ann.edits(photo, "/edit two hats")
    for kind in (*RECORDED, *TOLD):
        ann.sends(kind)
    ann.forwards(*ann.sends_album([picture(9, 9), picture(9, 8)], "two"), comment="look")
    ann.follows("https://t.me/nanobanana_bot?start=styles")
    sent = await client.result(
        "sendMessage",
        chat_id=ann.id,
        text="choose",
        reply_parameters={"message_id": photo.message_id},
        reply_markup={"inline_keyboard": [[{"text": "Hat", "callback_data": "hat"}]]},
    )
    bubble = ann.private.message(sent["message_id"])
    assert bubble is not None
    ann.presses(bubble, "Hat")
    ann.writes("and?", reply_to=bubble)
    group = people.group("Hats", ann, bob, admins=[bob], forum=True)
    topic = people.topic(group, "Felt")
    request = ann.writes("/edit", chat=group, thread_id=topic)
    bob.sends_photo(picture(50, 50), chat=group, reply_to=request)
    bob.writes("in General", chat=group)
    bob.writes("as the group", chat=group, anonymous=True)
    people.migrate(people.basic_group("Small", ann, bob))
    people.close_topic(group, topic)
    people.reopen_topic(group, topic)
    bob.adds_bot(group, admin=True)
    bob.restricts_bot(group, "photos")
    bob.removes_bot(group)
    ann.blocks_bot()
    return await client.updates()


async def test_every_update_is_what_aiogram_knows(client: Client) -> None:
    updates = await everything_that_happens(client)
    assert len(updates) > 20
    for raw in updates:
        model = read_with_aiogram("Update", raw)
        assert model.event_type in raw


async def test_every_update_can_be_read_by_python_telegram_bot(client: Client) -> None:
    for raw in await everything_that_happens(client):
        update = telegram.Update.de_json(raw, client.bot)
        assert update.update_id == raw["update_id"]
        assert not update.api_kwargs
        if update.message is not None:
            assert not update.message.api_kwargs
            assert not update.message.chat.api_kwargs


async def test_every_result_is_what_aiogram_knows(client: Client) -> None:
    people = client.sandbox.people
    ann = people.person("Ann")
    group = people.group("Hats", ann, admins=[people.person("Bob")], forum=True)
    ann.writes("/start")
    bot = client.bot
    photo = await bot.send_photo(ann.id, picture(300, 300), caption="<b>hat</b>", parse_mode="HTML")
    await bot.send_document(ann.id, picture(300, 300), filename="hat.png")
    album = [telegram.InputMediaPhoto(picture(30, 30)), telegram.InputMediaPhoto(picture(40, 30))]
    await bot.send_media_group(ann.id, album)
    await bot.edit_message_caption(ann.id, photo.message_id, caption="cap")
    for message in ann.private.bot_messages():
        read_with_aiogram("Message", message.raw)
    read_with_aiogram("User", await client.result("getMe"))
    read_with_aiogram("WebhookInfo", await client.result("getWebhookInfo"))
    read_with_aiogram("File", await client.result("getFile", file_id=photo.photo[-1].file_id))
    for chat_id in (ann.id, group.id):
        read_with_aiogram("ChatFullInfo", await client.result("getChat", chat_id=chat_id))
    owner, admin = await client.result("getChatAdministrators", chat_id=group.id)
    read_with_aiogram("ChatMemberOwner", owner)
    read_with_aiogram("ChatMemberAdministrator", admin)
    member = await client.result("getChatMember", chat_id=group.id, user_id=ann.id)
    read_with_aiogram("ChatMemberMember", member)
    ann.restricts_bot(group, "photos")
    me = await client.result("getChatMember", chat_id=group.id, user_id=bot.id)
    read_with_aiogram("ChatMemberRestricted", me)


async def test_every_result_can_be_read_by_python_telegram_bot(client: Client) -> None:
    ann = client.sandbox.people.person("Ann")
    bob = client.sandbox.people.person("Bob")
    group = client.sandbox.people.group("Hats", ann, admins=[bob])
    bot = client.bot
    assert (await bot.get_me()).can_read_all_group_messages
    assert (await bot.get_chat(group.id)).title == "Hats"
    administrators = await bot.get_chat_administrators(group.id)
    assert [each.status for each in administrators] == ["creator", "administrator"]
    assert (await bot.get_chat_member(group.id, ann.id)).status == "member"
    assert await bot.get_chat_member_count(group.id) == 4
    assert (await bot.get_webhook_info()).pending_update_count == 2
