"""What people do at the page happens in the sandbox as Telegram would have it."""

import asyncio
from typing import Any

import pytest

from tests.sandbox.play.harness import Play
from tests.sandbox.telegram.harness import picture

LINK = "https://t.me/nanobanana_bot"


async def bot_says(play: Play, text: str, **params: Any) -> int:
    sent = await play.client.result("sendMessage", **{"chat_id": play.ada.id, "text": text, **params})
    number: int = sent["message_id"]
    return number


async def test_words_a_reply_and_an_edit_reach_the_bot(play: Play) -> None:
    first = (await play.does("write", text="/help"))["message"]
    await play.does("write", text="again", reply_to=first)
    await play.does("edit", message=first, text="/styles")
    updates = await play.client.updates()
    written, answered, edited = updates[-3:]
    assert written["message"]["entities"][0]["type"] == "bot_command"
    assert answered["message"]["reply_to_message"]["message_id"] == first
    assert edited["edited_message"]["text"] == "/styles"


async def test_nothing_is_not_sent_and_what_is_others_is_not_edited(play: Play) -> None:
    assert await play.refusal("write", text="  ") == "There is nothing to send"
    await play.does("write", text="hello")
    number = await bot_says(play, "Hello")
    assert await play.refusal("edit", message=number, text="x") == "People edit what is their own"
    assert await play.refusal("edit", message=999, text="x") == "This message is gone"
    assert await play.refusal("edit", message=number - 1, text=" ") == "There is nothing to send"
    assert await play.refusal("write", text="x", chat=play.bruno.id) == "Ada is not in this chat"
    assert await play.refusal("write", text="x", person=7) == "Nobody here has this id"


async def test_photos_go_as_photos_as_files_and_as_an_album(play: Play) -> None:
    photo = picture(1600, 1200)
    await play.sends(photo, caption="/sketch", spoiler=True)
    await play.sends(photo, as_file=True)
    await play.sends(photo, picture(30, 20), caption="/comic")
    covered, file, one, two = play.ada.private.messages()
    assert covered.photo_size == (1280, 960)
    assert (covered.text, covered.raw["has_media_spoiler"]) == ("/sketch", True)
    assert (file.document_name, file.content()) == ("0.png", photo)
    assert one.raw["media_group_id"] == two.raw["media_group_id"]
    assert (one.text, two.text) == ("/comic", "")


async def test_what_is_no_picture_goes_as_a_file_only(play: Play) -> None:
    refused = await play.sends(b"no picture")
    assert (refused.status_code, refused.json()["problem"]) == (
        409,
        "This is not a picture. Send it as a file.",
    )
    assert (await play.sends(b"no picture", as_file=True)).status_code == 200
    assert (await play.sends()).status_code == 409
    assert (await play.sends(*[picture(4, 4)] * 11)).status_code == 409
    assert len(play.ada.private.messages()) == 1


async def test_a_press_is_answered_to_who_pressed(play: Play) -> None:
    await play.does("write", text="/start")
    keys = {"inline_keyboard": [[{"text": "Again", "callback_data": "again:1"}]]}
    number = await bot_says(play, "Done", reply_markup=keys)
    press = asyncio.create_task(play.does("press", message=number, data="again:1"))
    while not (found := [each for each in await play.client.updates() if "callback_query" in each]):
        await asyncio.sleep(0.01)
    query = found[0]["callback_query"]
    assert query["data"] == "again:1"
    await play.client.result(
        "answerCallbackQuery", callback_query_id=query["id"], text="On it", show_alert=True
    )
    assert await press == {"text": "On it", "is_alert": True}
    for other in ("other", "again", ""):
        assert await play.refusal("press", message=number, data=other) == "This button is gone"


async def test_a_forward_says_whose_it_was_and_loses_its_buttons(play: Play) -> None:
    await play.does("write", text="/start")
    keys = {"inline_keyboard": [[{"text": "Again", "callback_data": "again:1"}]]}
    number = await bot_says(play, "Done", reply_markup=keys)
    await play.does("forward", message=number, to=play.group.id)
    copy = play.group.messages()[-1]
    assert (copy.text, copy.buttons) == ("Done", [])
    assert copy.raw["forward_origin"]["sender_user"]["first_name"] == "NanoBanana"
    where = {"chat": play.group.id, "message": copy.message_id}
    assert await play.refusal("edit", **where, text="Of mine") == "People edit what is their own"


async def test_what_is_protected_is_not_forwarded(play: Play) -> None:
    await play.does("write", text="/start")
    number = await bot_says(play, "Done", protect_content=True)
    assert "may not be forwarded" in await play.refusal("forward", message=number, to=play.group.id)
    service = play.group.messages()[0].message_id
    said = await play.refusal("forward", chat=play.group.id, message=service, to=play.ada.id)
    assert "may not be forwarded" in said


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'"text"', b"{}"])
async def test_a_request_that_makes_no_sense_is_refused(play: Play, body: bytes) -> None:
    assert (await play.http.post("/do/write", content=body)).status_code in {400, 409}


async def test_who_deletes_what_depends_on_the_chat(play: Play) -> None:
    await play.does("write", text="of Ada", chat=play.group.id)
    theirs = play.group.messages()[-1].message_id
    said = await play.refusal("delete", person=play.bruno.id, chat=play.group.id, message=theirs)
    assert said == "Only administrators delete what others wrote"
    await play.does("write", text="of Bruno", person=play.bruno.id, chat=play.group.id)
    await play.does("delete", chat=play.group.id, message=play.group.messages()[-1].message_id)
    assert play.group.messages()[-1].message_id == theirs


async def test_a_reaction_comes_and_goes(play: Play) -> None:
    number = (await play.does("write", text="hello"))["message"]
    await play.does("react", message=number, emoji="🔥")
    assert (await play.everything())["messages"][str(play.ada.id)][0]["reactions"] == [
        {"who": play.ada.id, "emoji": "🔥"}
    ]
    await play.does("react", message=number, emoji="")
    assert play.ada.private.messages()[0].reactions == {}


async def test_a_deep_link_opens_the_private_chat_or_adds_to_a_group(play: Play) -> None:
    assert await play.does("follow", url=f"{LINK}?start=how") == {"chat": play.ada.id}
    assert play.ada.private.messages()[-1].text == "/start how"
    assert await play.does("follow", url=f"{LINK}?startgroup=x") == {"chat": play.group.id}
    assert play.group.messages()[-1].text == "/start@nanobanana_bot x"
    assert await play.refusal("follow", url="https://example.org/") == "This link leads out of the sandbox"


@pytest.mark.parametrize(
    ("person", "place", "description"),
    [
        ("ada", "private", "help"),
        ("bruno", "private", "aide"),
        ("bruno", "group", "in groups"),
        ("ada", "group", "for admins"),
    ],
)
async def test_the_menu_is_that_of_the_narrowest_scope_and_the_own_language(
    play: Play, person: str, place: str, description: str
) -> None:
    for scope, language, text in (
        ("default", "", "nobody's"),
        ("all_private_chats", "", "help"),
        ("all_private_chats", "fr", "aide"),
        ("all_group_chats", "", "in groups"),
        ("all_chat_administrators", "", "for admins"),
    ):
        commands = [{"command": "help", "description": text}]
        await play.client.result(
            "setMyCommands", commands=commands, scope={"type": scope}, language_code=language
        )
    who = getattr(play, person)
    chat = play.group.id if place == "group" else who.id
    told = await play.does("commands", person=who.id, chat=chat)
    assert told == {"commands": [{"command": "help", "description": description}]}
