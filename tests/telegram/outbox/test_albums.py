"""Several results in one reply, and the card under it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.conversation.cards import Cards
from bot.conversation.outgoing import Destination, Say, SendFiles
from bot.core.edits import Edit, Extra
from bot.core.errors import EditFailed, Reason, TryLater
from bot.core.pacing import Estimate
from bot.core.pictures import Size
from bot.core.ports import Arrived
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import Cancelled, Delivered, Ready, Stage
from bot.telegram.outbox.cards import CardBoard
from tests.telegram.outbox.edit_world import (
    ADA,
    DELIVERED,
    FAILED,
    GROUP,
    NOW,
    PROCESSING,
    READY,
    RESULT,
    TASK,
    EditWorld,
    an_edit,
)

PHOTO = PhotoRef("f1", PhotoKind.PHOTO)
SIZE = {"file_id": "big", "file_unique_id": "u", "width": 96, "height": 64}


@pytest.fixture
async def world() -> AsyncIterator[EditWorld]:
    async with aclosing(EditWorld()) as world:
        yield world


def a_series(*stages: Stage, chat_id: int = ADA, photo: PhotoRef = PHOTO) -> list[Edit]:
    edits = [an_edit(chat_id, photo, stage=stage, id=f"e{n}") for n, stage in enumerate(stages, 1)]
    return [
        replace(
            each,
            request=replace(each.request, series_number=n, series_count=len(edits), photo_message_id=59 + n),
        )
        for n, each in enumerate(edits, 1)
    ]


def photos_whole(count: int, chat_id: int = ADA) -> list[dict[str, object]]:
    chat = {"id": chat_id, "type": "private"}
    return [{"message_id": 900 + n, "date": 1, "chat": chat, "photo": [SIZE]} for n in range(count)]


async def send(world: EditWorld, edits: Sequence[Edit], *, silent: bool = False) -> Sequence[Arrived]:
    for each in edits:
        await world.files.put(each.id, "result", b"jpeg")
    return await world.chat.deliver_series(edits, silent=silent)


def refuse(world: EditWorld, words: str = "wrong something") -> None:
    world.telegram.will_refuse("sendMediaGroup", 400, f"Bad Request: {words}")


@pytest.mark.parametrize("silent", [True, False])
async def test_photos_come_back_as_an_album_in_order_with_one_caption(world: EditWorld, silent: bool) -> None:
    world.telegram.will_return("sendMediaGroup", photos_whole(3))
    arrived = await send(world, a_series(READY, READY, READY), silent=silent)
    [album] = world.telegram.of("sendMediaGroup")
    assert [each["type"] for each in album["media"]] == ["photo"] * 3
    assert [each.get("caption") for each in album["media"]] == ["caption of 3", None, None]
    assert (album["reply_parameters"]["message_id"], album["message_thread_id"]) == (60, 3)
    assert bool(album.get("disable_notification")) is silent
    assert [each.message_id for each in arrived] == [900, 901, 902]
    assert {each.photo for each in arrived} == {replace(PHOTO, file_id="big")}
    assert world.telegram.methods == ["sendMediaGroup"]


async def test_beside_each_photo_that_telegram_shrank_comes_its_file_silently(world: EditWorld) -> None:
    shrunk = {"photo": [{**SIZE, "width": 48, "height": 32}]}
    whole, small = photos_whole(2)
    world.telegram.will_return("sendMediaGroup", [whole, {**small, **shrunk}])
    first, second = await send(world, a_series(READY, READY))
    [file] = world.telegram.of("sendDocument")
    assert file["disable_notification"] is True
    assert (first.file_message_id, second.file_message_id) == (None, 501)


async def test_what_was_sent_as_files_comes_back_as_files(world: EditWorld) -> None:
    await send(world, a_series(READY, READY, photo=PhotoRef("f1", PhotoKind.DOCUMENT)))
    [album] = world.telegram.of("sendMediaGroup")
    assert [each["type"] for each in album["media"]] == ["document"] * 2


async def test_where_one_is_no_photo_for_telegram_all_go_as_files(world: EditWorld) -> None:
    long = Ready(TASK, replace(RESULT, size=Size(9000, 90)))
    await send(world, a_series(READY, long))
    [album] = world.telegram.of("sendMediaGroup")
    assert [each["type"] for each in album["media"]] == ["document"] * 2


async def test_what_telegram_refuses_as_photos_goes_as_files(world: EditWorld) -> None:
    refuse(world, "PHOTO_INVALID_DIMENSIONS")
    await send(world, a_series(READY, READY))
    types = [each["media"][0]["type"] for each in world.telegram.of("sendMediaGroup")]
    assert types == ["photo", "document"]


async def test_what_telegram_does_not_take_together_is_said_to_the_core(world: EditWorld) -> None:
    for _ in range(2):
        refuse(world)
    with pytest.raises(EditFailed):
        await send(world, a_series(READY, READY))


async def test_an_album_of_one_has_its_buttons(world: EditWorld) -> None:
    [arrived] = await send(world, a_series(READY, READY)[1:], silent=True)
    assert arrived.message_id == 501
    [sent] = world.telegram.of("sendPhoto")
    assert (sent["caption"], sent["disable_notification"]) == ("caption", True)
    assert sent["reply_markup"]["inline_keyboard"]


async def test_covered_and_protected_photos_come_back_so(world: EditWorld) -> None:
    photo = PhotoRef("f1", PhotoKind.PHOTO, has_spoiler=True, is_protected=True)
    await send(world, a_series(READY, READY, photo=photo))
    [album] = world.telegram.of("sendMediaGroup")
    assert [each["has_spoiler"] for each in album["media"]] == [True, True]
    assert album["protect_content"] is True
    assert world.telegram.methods == ["sendMediaGroup"]


async def test_an_album_for_a_deleted_topic_goes_nearby(world: EditWorld) -> None:
    refuse(world, "message thread not found")
    await send(world, a_series(READY, READY, chat_id=GROUP))
    albums = world.telegram.of("sendMediaGroup")
    assert [album.get("message_thread_id") for album in albums] == [3, None]
    assert albums[1]["media"][0]["type"] == "photo"


async def test_where_pictures_are_not_allowed_an_album_waits(world: EditWorld) -> None:
    for _ in range(2):
        refuse(world, "not enough rights to send photos to the chat")
    with pytest.raises(TryLater):
        await send(world, a_series(READY, READY, chat_id=GROUP))
    first, second = a_series(READY, READY, chat_id=GROUP)
    world.rights.takes = False
    with pytest.raises(TryLater):
        await send(world, [replace(first, blocked_by=Reason.MAY_NOT_SEND), second])
    assert len(world.telegram.of("sendMediaGroup")) == 2


# The card


async def test_the_card_is_sent_anew_under_the_album(world: EditWorld) -> None:
    first, second = a_series(DELIVERED, DELIVERED)
    first = replace(first, status_message_id=800)
    assert await world.chat.settle_series([first, second]) == 501
    [said] = world.telegram.of("sendMessage")
    assert said["disable_notification"] is True
    assert (said["text"], said["reply_parameters"]["message_id"]) == ("end: delivered, delivered", 70)
    assert [gone["message_id"] for gone in world.telegram.of("deleteMessage")] == [800]


async def test_a_card_that_is_under_it_is_changed(world: EditWorld) -> None:
    first, second = a_series(DELIVERED, FAILED)
    assert await world.chat.settle_series([replace(first, status_message_id=950), second]) is None
    assert world.telegram.methods == ["editMessageText"]


async def test_a_series_that_was_cancelled_before_it_had_a_card_needs_none(world: EditWorld) -> None:
    assert await world.chat.settle_series(a_series(Cancelled(NOW), Cancelled(NOW))) is None
    assert world.telegram.methods == []


async def test_the_card_shows_the_one_that_the_others_wait_for(world: EditWorld) -> None:
    first, second = a_series(PROCESSING, PROCESSING)
    card = await world.chat.post_card(first)
    first = replace(first, status_message_id=card)
    for each in (first, second):
        world.chat.show(each)
    world.chat.show(replace(first, stage=Delivered(TASK, RESULT, 900, NOW)))
    await world.passes(60)
    assert world.texts[-1] == "2 is processing"
    assert {sent["message_id"] for sent in world.telegram.of("editMessageText")} == {card}


# All as files


async def test_the_files_of_a_series_come_silently_and_are_noted(world: EditWorld) -> None:
    edits = a_series(DELIVERED, DELIVERED)
    for each in edits:
        await world.files.put(each.id, "result", b"png")
    otherwise = Say(Destination(ADA, None, 60), "I may not")
    await world.outbox.send(SendFiles(tuple(edits), otherwise))
    [album] = world.telegram.of("sendMediaGroup")
    assert (album["disable_notification"], len(album["media"])) == (True, 2)
    assert world.sent.noted == {("e1", Extra.FILE): 501, ("e2", Extra.FILE): 502}


async def test_files_that_cannot_be_sent_can_be_asked_for_again(world: EditWorld) -> None:
    edits = a_series(DELIVERED, DELIVERED)
    await world.outbox.send(SendFiles(tuple(edits), Say(Destination(ADA, None, 60), "I may not")))
    assert world.sent.forgotten == [("e1", Extra.FILE), ("e2", Extra.FILE)]
    assert [said["text"] for said in world.telegram.of("sendMessage")] == ["I may not"]


async def test_the_card_names_what_failed_in_the_order_of_the_photos(world: EditWorld) -> None:
    board = CardBoard(world.outbox, Cards([]), lambda _: Estimate(None, is_slow=False), lambda: NOW)
    first, second, third = a_series(FAILED, PROCESSING, FAILED)
    for each in (second, third, first):
        board.show(each)
    html = board.render(second).html
    assert html.index("Photo 1:") < html.index("Photo 3:")
