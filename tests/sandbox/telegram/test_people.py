import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.sandbox.telegram.people import Event, Person
from tests.sandbox.telegram.harness import Client, picture, telegram


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with telegram() as client:
        yield client


@pytest.fixture
def ann(client: Client) -> Person:
    return client.sandbox.people.person("Ann")


async def test_a_photo_message_shows_what_telegram_kept(ann: Person) -> None:
    message = ann.sends_photo(picture(2560, 1440), "/edit a hat")
    assert (message.text, message.photo_size) == ("/edit a hat", (1280, 720))
    assert message.content()[:2] == b"\xff\xd8"
    assert ann.sends_photo(picture(2560, 1440), hd=True).photo_size == (2560, 1440)


async def test_a_file_keeps_its_bytes_name_and_thumbnail(ann: Person) -> None:
    content = picture(100, 50)
    message = ann.sends_file(content, "cat.png", "image/png", "/edit")
    assert (message.document_name, message.content()) == ("cat.png", content)
    assert message.raw["document"]["thumbnail"]["width"] == 100
    assert "thumbnail" not in ann.sends_file(b"%PDF", "a.pdf", "application/pdf").raw["document"]


async def test_waiting_returns_the_first_true_thing(client: Client, ann: Person) -> None:
    ann.writes("/start")
    waiting = asyncio.create_task(
        ann.private.wait_for(lambda messages: [each for each in messages if each.text == "done"])
    )
    await client.bot.send_message(ann.id, "working")
    await client.bot.edit_message_text("done", ann.id, ann.private.bot_messages()[0].message_id)
    (message,) = await waiting
    assert message.edit_count == 1


async def test_waiting_in_vain_shows_the_chat(client: Client, ann: Person) -> None:
    photo = ann.sends_photo(picture(300, 200), "/edit")
    keyboard = {"inline_keyboard": [[{"text": "Cancel", "callback_data": "c"}]]}
    reply = {"message_id": photo.message_id}
    await client.result(
        "sendMessage", chat_id=ann.id, text="working", reply_markup=keyboard, reply_parameters=reply
    )
    with pytest.raises(TimeoutError) as waited:
        await ann.private.wait_for(lambda _: None, timeout=0.05)
    assert str(waited.value).splitlines()[1:] == [
        f"--- Ann (private {ann.id}) ---",
        f"#{photo.message_id} Ann: [photo 300x200] /edit",
        f"#{photo.message_id + 1} NanoBanana: (to #{photo.message_id}) working [Cancel]",
    ]
    assert client.sandbox.people.transcript(ann.private) == ann.private.transcript()


async def test_a_button_is_pressed_by_its_label_or_its_data(client: Client, ann: Person) -> None:
    ann.writes("/start")
    rows = [[{"text": "🎩 Hat", "callback_data": "h"}], [{"text": "Help", "url": "https://example.org"}]]
    await client.result("sendMessage", chat_id=ann.id, text="?", reply_markup={"inline_keyboard": rows})
    message = ann.private.bot_messages()[0]
    assert [row[0].url for row in message.buttons] == [None, "https://example.org"]
    ann.presses(message, "Hat")
    ann.presses(message, "h")
    with pytest.raises(LookupError, match="no button 'Help' under"):
        ann.presses(message, "Help")
    presses = [update["callback_query"] for update in (await client.updates())[1:]]
    assert [press["data"] for press in presses] == ["h", "h"]
    assert presses[0]["message"]["text"] == "?"


async def test_a_stale_button_cannot_be_pressed(client: Client, ann: Person) -> None:
    ann.writes("/start")
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    await client.result("sendMessage", chat_id=ann.id, text="?", reply_markup=keyboard)
    message = ann.private.bot_messages()[0]
    await client.bot.edit_message_text("no more", ann.id, message.message_id)
    with pytest.raises(LookupError, match="no button"):
        ann.presses(message, "Go")
    await client.bot.delete_message(ann.id, message.message_id)
    with pytest.raises(LookupError, match="is gone"):
        ann.presses(message, "Go")


async def test_an_unanswered_press_is_a_timeout(client: Client, ann: Person) -> None:
    ann.writes("/start")
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    await client.result("sendMessage", chat_id=ann.id, text="?", reply_markup=keyboard)
    press = ann.presses(ann.private.bot_messages()[0], "Go")
    with pytest.raises(TimeoutError):
        await press.answer(timeout=0.05)


async def test_an_edited_caption_arrives_as_an_edited_message(client: Client, ann: Person) -> None:
    photo = ann.sends_photo(picture(20, 20), "/edit one")
    edited = ann.edits(photo, "/edit two")
    assert (edited.text, edited.photo_size) == ("/edit two", (20, 20))
    (update,) = (await client.updates())[1:]
    assert update["edited_message"]["caption"] == "/edit two"
    assert update["edited_message"]["edit_date"] >= update["edited_message"]["date"]


async def test_listeners_hear_of_everything_as_it_happens(client: Client, ann: Person) -> None:
    heard: list[Event] = []
    client.sandbox.listen(heard.append)
    ann.writes("/start")
    sent = await client.bot.send_message(ann.id, "one")
    await client.bot.send_chat_action(ann.id, "typing")
    await client.bot.edit_message_text("two", ann.id, sent.message_id)
    await client.bot.delete_message(ann.id, sent.message_id)
    assert [(event.kind, event.who) for event in heard] == [
        ("sent", "Ann"),
        ("sent", "NanoBanana"),
        ("action", "NanoBanana"),
        ("edited", "NanoBanana"),
        ("deleted", "NanoBanana"),
    ]
    assert heard == list(client.sandbox.events)


async def test_only_members_write_in_a_group(client: Client, ann: Person) -> None:
    group = client.sandbox.people.group("Hats", ann)
    with pytest.raises(ValueError, match="Bob is not in Hats"):
        client.sandbox.people.person("Bob").writes("hello", chat=group)
    with pytest.raises(ValueError, match="no topic 3"):
        ann.writes("hello", chat=group, thread_id=3)


async def test_an_anonymous_administrator_writes_as_the_group(client: Client, ann: Person) -> None:
    group = client.sandbox.people.group("Hats", admins=[ann])
    message = ann.writes("/edit", chat=group, anonymous=True)
    assert message.raw["from"]["username"] == "GroupAnonymousBot"
    assert message.raw["sender_chat"]["id"] == group.id


async def test_people_and_groups_have_ids_of_their_kind(client: Client, ann: Person) -> None:
    people = client.sandbox.people
    assert ann.id > 0
    assert str(people.group("Big", ann).id).startswith("-100")
    assert -10_000_000_000 < people.basic_group("Small", ann).id < 0
    assert len({people.person(str(number)).id for number in range(500)}) == 500
