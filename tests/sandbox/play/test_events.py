"""What an open page is told."""

from collections.abc import AsyncIterator
from typing import Any

from tests.sandbox.play.harness import Play
from tests.sandbox.telegram.harness import picture


async def until(events: AsyncIterator[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """What is told up to the first of that kind."""
    told = []
    async for event in events:
        told.append(event)
        if event["kind"] == kind:
            return told
    raise AssertionError(told)


async def test_a_page_gets_everything_and_then_what_changes(play: Play) -> None:
    async with play.listening() as events:
        everything = await anext(events)
        assert [each["name"] for each in everything["people"]] == ["Ada", "Bruno"]
        assert [each["title"] for each in everything["chats"]] == ["Ada", "Bruno", "Painters"]
        assert everything["chats"][2]["topics"][0]["name"] == "Holidays"
        number = (await play.does("write", text="<b>hello</b>"))["message"]
        await play.client.result("sendChatAction", chat_id=play.ada.id, action="upload_photo")
        await play.client.result(
            "sendMessage", chat_id=play.ada.id, text="<b>Hi</b>", parse_mode="HTML", disable_notification=True
        )
        await play.does("delete", message=number)
        told = await until(events, "gone")
    kinds = [each["kind"] for each in told if each["kind"] not in {"service", "facts"}]
    assert kinds == ["message", "action", "message", "gone"]
    written, answered = (each["message"] for each in told if each["kind"] == "message")
    assert (written["text"], written["entities"]) == ("<b>hello</b>", [])
    assert (answered["text"], answered["entities"]) == ("Hi", [{"type": "bold", "offset": 0, "length": 2}])
    assert (answered["by_bot"], answered["is_silent"]) == (True, True)


async def test_a_photo_is_shown_with_its_pixels_and_a_smaller_size(play: Play) -> None:
    await play.sends(picture(1200, 900), caption="/sketch", spoiler=True)
    await play.sends(picture(60, 40), as_file=True)
    photo, file = (await play.everything())["messages"][str(play.ada.id)]
    assert (photo["media"]["width"], photo["media"]["height"]) == (1200, 900)
    assert photo["is_spoiler"]
    assert photo["media"]["preview"] != photo["media"]["file"]
    shown = await play.http.get(f"/file/{photo['media']['preview']}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert file["media"]["name"] == "0.png"
    assert (await play.http.get(f"/file/{file['media']['file']}")).headers["content-type"] == "image/png"


async def test_a_reply_quotes_what_is_there_and_says_what_is_gone(play: Play) -> None:
    first = (await play.does("write", text="first"))["message"]
    await play.does("write", text="second", reply_to=first)
    chat = str(play.ada.id)
    quote = (await play.everything())["messages"][chat][1]["reply"]
    assert (quote["id"], quote["text"], quote["from"]["name"]) == (first, "first", "Ada")
    await play.does("delete", message=first)
    assert (await play.everything())["messages"][chat][0]["reply"] == {"id": first, "is_gone": True}


async def test_a_question_opens_its_reply_at_the_page(play: Play) -> None:
    await play.does("write", text="/edit")
    ask = {"force_reply": True, "selective": True, "input_field_placeholder": "make it night"}
    await play.client.result("sendMessage", chat_id=play.ada.id, text="What?", reply_markup=ask)
    assert (await play.everything())["messages"][str(play.ada.id)][1]["asks"] == ask


async def test_a_topics_first_message_is_no_reply(play: Play) -> None:
    [topic] = play.group.record.topics
    await play.does("write", text="/help@nanobanana_bot", chat=play.group.id, thread=topic)
    said = (await play.everything())["messages"][str(play.group.id)][-1]
    assert (said["thread"], said["reply"]) == (topic, None)


async def test_two_pages_hear_the_same(play: Play) -> None:
    async with play.listening() as one, play.listening() as other:
        await anext(one)
        await anext(other)
        await play.does("write", text="hello")
        for events in (one, other):
            assert (await until(events, "message"))[-1]["message"]["text"] == "hello"
