"""The switches around the chats."""

from tests.sandbox.play.harness import Play


async def test_a_new_person_has_a_language_and_joins_the_group(play: Play) -> None:
    made = await play.does("add_person", name=" Chiara ", language="it")
    person = play.stage.people[made["person"]]
    assert (person.name, person.user["language_code"]) == ("Chiara", "it")
    assert play.group.record.members[person.id] == "member"
    told = (await play.everything())["messages"][str(play.group.id)]
    assert [each["service"] for each in told] == [
        "Bruno added NanoBanana",
        "A topic was made: Holidays",
        "Chiara joined",
    ]
    await play.does("write", person=person.id, chat=play.group.id, text="ciao")
    assert "Nobody here" in await play.refusal("add_person", name="X", language="tlh")
    assert "letters" in await play.refusal("add_person", name="", language="it")


async def test_the_bot_changes_its_place(play: Play) -> None:
    record, chat = play.group.record, play.group.id
    await play.does("bot_place", chat=chat, place="administrator")
    assert record.bot_status == "administrator"
    await play.does("bot_place", chat=chat, place="out")
    assert not record.bot_is_in
    await play.does("bot_place", chat=chat, place="member")
    assert record.messages[record.last_message_id].raw["new_chat_members"][0]["is_bot"]
    await play.refusal("bot_place", chat=chat, place="creator")
    assert await play.refusal("bot_place", place="member") == "This is a private chat"


async def test_the_bot_loses_its_rights_one_by_one(play: Play) -> None:
    record, chat = play.group.record, play.group.id
    await play.does("bot_right", chat=chat, right="can_send_photos", on=False)
    await play.does("bot_right", chat=chat, right="can_send_documents", on=False)
    kinds = ("text messages", "photos", "documents")
    assert [record.bot_may_send(kind) for kind in kinds] == [True, False, False]
    statuses = [record.bot_status]
    await play.does("bot_right", chat=chat, right="can_send_photos", on=True)
    assert [record.bot_may_send(kind) for kind in kinds] == [True, True, False]
    await play.does("bot_right", chat=chat, right="can_send_documents", on=True)
    assert [*statuses, record.bot_status] == ["restricted", "member"]
    await play.refusal("bot_right", chat=chat, right="can_delete_messages", on=False)

    await play.does("bot_place", chat=chat, place="administrator")
    for right in ("can_delete_messages", "can_manage_topics"):
        assert record.bot_may(right)
        await play.does("bot_right", chat=chat, right=right, on=False)
        assert not record.bot_may(right)
    await play.refusal("bot_right", chat=chat, right="can_send_photos", on=False)
    await play.does("bot_place", chat=chat, place="out")
    await play.refusal("bot_right", chat=chat, right="can_send_photos", on=False)


async def test_privacy_decides_what_the_bot_sees(play: Play) -> None:
    async def seen() -> list[str]:
        await play.does("write", chat=play.group.id, text="just words")
        return [each["message"].get("text", "") for each in await play.client.updates() if "message" in each]

    assert "just words" not in await seen()
    await play.does("privacy", on=False)
    assert "just words" in await seen()


async def test_members_rank_and_what_they_may_send(play: Play) -> None:
    await play.does("rank", person=play.bruno.id, chat=play.group.id, on=True)
    assert play.group.record.members[play.bruno.id] == "administrator"
    await play.does("refuse", chat=play.group.id, kind="photos", on=True)
    await play.does("refuse", chat=play.group.id, kind="documents", on=True)
    await play.does("refuse", chat=play.group.id, kind="photos", on=False)
    assert play.group.record.refuses == {"documents"}
    await play.refusal("refuse", chat=play.group.id, kind="poems", on=True)


async def test_topics_come_and_go_with_what_was_said_in_them(play: Play) -> None:
    thread = (await play.does("add_topic", chat=play.group.id, name="Work"))["thread"]
    await play.does("write", chat=play.group.id, thread=thread, text="hello")
    await play.does("delete_topic", chat=play.group.id, thread=thread)
    assert thread not in play.group.record.topics
    assert all(each.thread_id != thread for each in play.group.messages())
    assert "gone" in await play.refusal("delete_topic", chat=play.group.id, thread=thread)


async def test_a_topic_is_closed_and_opened_again(play: Play) -> None:
    thread, chat = (await play.does("add_topic", chat=play.group.id, name="Work"))["thread"], play.group.id

    async def known() -> dict[int, bool]:
        everything = (await play.everything())["chats"]
        return {topic["id"]: topic["is_closed"] for each in everything for topic in each["topics"]}

    for _ in range(2):
        await play.does("close_topic", chat=chat, thread=thread, on=True)
    assert (await known())[thread]
    assert "closed" in await play.refusal("write", person=play.bruno.id, chat=chat, thread=thread, text="x")
    await play.does("close_topic", chat=chat, thread=thread, on=False)
    assert not (await known())[thread]
    await play.does("write", person=play.bruno.id, chat=chat, thread=thread, text="hello")
    said = [each["service"] for each in (await play.everything())["messages"][str(chat)] if each["service"]]
    assert said[-2:] == ["The topic was closed", "The topic was opened again"]
    assert "gone" in await play.refusal("close_topic", chat=chat, thread=1, on=True)


async def test_who_has_blocked_the_bot_does_not_write_to_it(play: Play) -> None:
    assert "has not written" in await play.refusal("block", on=True)
    await play.does("write", text="/start")
    await play.does("block", on=True)
    assert "blocked" in await play.refusal("write", text="hello")
    await play.does("block", on=False)
    await play.does("write", text="hello")
