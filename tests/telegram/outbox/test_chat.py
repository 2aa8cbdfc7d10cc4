"""An edit's card, from its first words to its last, and what stands in the way of its picture."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.core.errors import ChatMoved, EditFailed, Reason, TryLater
from bot.core.provider import Place
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import Cancelled, Stage
from tests.telegram.outbox.edit_world import DELIVERED, FAILED, GROUP, NOW, READY, REPLY, EditWorld, an_edit

CANCELLED = Cancelled(NOW)


@pytest.fixture
async def world() -> AsyncIterator[EditWorld]:
    async with aclosing(EditWorld()) as world:
        yield world


async def test_a_card_is_a_silent_reply_to_the_request(world: EditWorld) -> None:
    await world.posted(an_edit(GROUP))
    [sent] = world.telegram.of("sendMessage")
    assert (sent["reply_parameters"]["message_id"], sent["message_thread_id"]) == (70, 3)
    assert sent["disable_notification"] is True


@pytest.mark.parametrize(
    ("code", "words", "error"),
    [
        (400, "Bad Request: not enough rights to send text messages to the chat", EditFailed),
        (400, "Bad Request: MESSAGE_TOO_ODD", TryLater),
        (413, "Request Entity Too Large", TryLater),
    ],
)
async def test_an_edit_can_do_without_a_card_but_not_where_nothing_may_be_said(
    world: EditWorld, code: int, words: str, error: type[Exception]
) -> None:
    world.telegram.will_refuse("sendMessage", code, words)
    with pytest.raises(error):
        await world.chat.post_card(an_edit())


async def test_the_first_card_says_which_place_in_the_line_it_has(world: EditWorld) -> None:
    await world.chat.post_card(an_edit(), Place(2, in_chat=True))
    [sent] = world.telegram.of("sendMessage")
    assert sent["text"].endswith(" 2")


async def test_the_core_hears_that_a_chat_has_moved(world: EditWorld) -> None:
    world.telegram.will_refuse("sendMessage", 400, "Bad Request: upgraded", migrate_to_chat_id=-100_5)
    with pytest.raises(ChatMoved):
        await world.chat.post_card(an_edit(-5))


async def test_the_card_of_a_delivered_edit_goes(world: EditWorld) -> None:
    edit = replace(await world.posted(an_edit()), stage=DELIVERED)
    assert await world.chat.settle(edit) is None
    assert world.telegram.methods == ["sendMessage", "deleteMessage"]
    world.telegram.will_refuse("deleteMessage", 400, "Bad Request: message to delete not found")
    assert await world.chat.settle(edit) is None
    assert world.texts == []


async def test_a_card_that_telegram_keeps_says_that_it_is_done(world: EditWorld) -> None:
    edit = replace(await world.posted(an_edit()), stage=DELIVERED)
    world.telegram.will_refuse("deleteMessage", 400, "Bad Request: message can't be deleted")
    assert await world.chat.settle(edit) is None
    assert world.texts == ["delivered 0 0"]


async def test_a_result_that_took_the_cards_place_stays(world: EditWorld) -> None:
    await world.chat.settle(an_edit(stage=DELIVERED, status_message_id=DELIVERED.message_id))
    assert world.telegram.methods == []


async def test_the_card_of_a_failed_edit_says_why(world: EditWorld) -> None:
    edit = replace(await world.posted(an_edit()), stage=FAILED)
    assert await world.chat.settle(edit) is None
    assert world.texts == ["failed 0 0"]
    world.telegram.will_refuse("editMessageText", 400, "Bad Request: message is not modified")
    assert await world.chat.settle(edit) is None


@pytest.mark.parametrize("words", ["message to edit not found", "message can't be edited"])
async def test_without_a_card_a_failure_is_a_new_message_whose_id_is_told(
    world: EditWorld, words: str
) -> None:
    assert await world.chat.settle(an_edit(stage=FAILED)) == 501
    world.telegram.will_refuse("editMessageText", 400, f"Bad Request: {words}")
    assert await world.chat.settle(an_edit(stage=FAILED, status_message_id=400)) == 502


async def test_whose_chat_is_gone_is_told_nothing(world: EditWorld) -> None:
    gone = replace(FAILED, reason=Reason.CHAT_GONE)
    assert await world.chat.settle(an_edit(stage=gone, status_message_id=400)) is None
    assert world.telegram.methods == []


async def test_a_picture_waits_for_the_right_to_send_it(world: EditWorld) -> None:
    edit = an_edit(GROUP, stage=READY, sends=0)
    for method in ("sendPhoto", "sendDocument"):
        world.telegram.will_refuse(method, 400, "Bad Request: not enough rights to send it to the chat")
    with pytest.raises(TryLater) as held:
        await world.chat.deliver(edit, REPLY)
    assert held.value.reason is Reason.MAY_NOT_SEND
    assert world.rights.refusals == [GROUP]
    edit, world.rights.takes = replace(edit, blocked_by=Reason.MAY_NOT_SEND, attempts=1), False
    with pytest.raises(TryLater):
        await world.chat.deliver(edit, REPLY)
    assert world.telegram.methods == ["sendPhoto", "sendDocument"]  # it was not even uploaded
    world.rights.takes = True
    assert (await world.chat.deliver(edit, REPLY)).message_id == 501


async def test_what_stands_in_the_way_is_told_apart(world: EditWorld) -> None:
    world.telegram.will_refuse("sendPhoto", 429, "Too Many Requests: retry after 9", retry_after=9)
    with pytest.raises(TryLater) as full:
        await world.chat.deliver(an_edit(stage=READY), REPLY)
    assert full.value.reason is Reason.TELEGRAM_LIMIT
    world.telegram.will_refuse("getFile", 502, "Bad Gateway")
    with pytest.raises(TryLater) as away:
        await world.chat.download(PhotoRef("f1", PhotoKind.PHOTO))
    assert away.value.reason is Reason.TELEGRAM_AWAY


@pytest.mark.parametrize(
    ("stage", "emoji", "says"), [(DELIVERED, "👌", []), (FAILED, "💔", ["failed 0 0"]), (CANCELLED, "", [])]
)
async def test_a_quiet_group_gets_reactions_instead_of_a_card(
    world: EditWorld, stage: Stage, emoji: str, says: list[str]
) -> None:
    world.rights.quiet = True
    edit = an_edit(GROUP)
    assert await world.chat.post_card(edit) is None
    await world.chat.settle(replace(edit, stage=stage, has_lost_card=True))
    reactions = world.telegram.of("setMessageReaction")
    assert [each["message_id"] for each in reactions] == [70, 70]
    assert reactions[0]["reaction"] == [{"type": "emoji", "emoji": "👀"}]
    assert reactions[1].get("reaction", []) == ([{"type": "emoji", "emoji": emoji}] if emoji else [])
    assert [sent["text"] for sent in world.telegram.of("sendMessage")] == says


async def test_a_group_without_reactions_gets_its_picture_all_the_same(world: EditWorld) -> None:
    world.rights.quiet = True
    world.telegram.will_refuse("setMessageReaction", 400, "Bad Request: REACTION_INVALID")
    assert await world.chat.post_card(an_edit(GROUP)) is None


async def test_in_private_there_is_always_a_card(world: EditWorld) -> None:
    world.rights.quiet = True
    assert await world.chat.post_card(an_edit()) is not None
