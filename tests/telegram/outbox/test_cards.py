"""When a status card is edited, and what an edit's end makes of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.core.edits import PhotoKind, PhotoRef
from bot.core.errors import ChatMoved, EditFailed, Reason, TryLater
from bot.core.ports import Arrived
from tests.telegram.fake_telegram import Call
from tests.telegram.outbox.edit_world import (
    ADA,
    DELIVERED,
    FAILED,
    GROUP,
    PROCESSING,
    READY,
    REPLY,
    EditWorld,
    an_edit,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`:DeprecationWarning")


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


@pytest.fixture
async def world() -> AsyncIterator[EditWorld]:
    world = EditWorld(settle)
    yield world
    await world.board.close()


@pytest.mark.parametrize(("chat_id", "apart"), [(ADA, 3), (GROUP, 10)])
async def test_what_is_new_is_shown_at_once_and_then_at_most_so_often(
    world: EditWorld, chat_id: int, apart: int
) -> None:
    edit = await world.posted(an_edit(chat_id))
    world.board.show(edit)
    await settle()
    assert world.texts == []  # the card says that already
    edit = replace(edit, stage=PROCESSING)
    world.board.show(edit)
    await settle()
    assert world.texts == ["processing 0 0"]
    world.board.show(edit, ahead=2)
    await world.passes(apart - 0.1)
    assert len(world.texts) == 1
    await world.passes(0.1)
    assert world.texts == ["processing 0 0", "processing 0 2"]
    for _ in range(5):
        await world.passes(1)
    assert len(world.texts) == 2
    await world.passes(30)
    assert world.texts[-1] == "processing 1 2"


async def test_a_picture_that_is_ready_is_mostly_there_before_its_card_says_so(world: EditWorld) -> None:
    edit = await world.posted(an_edit())
    world.board.show(replace(edit, stage=READY))
    await settle()
    assert world.texts == []
    await world.passes(1)
    assert world.texts == ["ready 0 0"]


async def test_a_card_of_before_a_restart_follows_again(world: EditWorld) -> None:
    edit = an_edit(stage=PROCESSING, status_message_id=400)
    world.board.show(edit)
    await world.passes(3)
    assert [sent["message_id"] for sent in world.telegram.of("editMessageText")] == [400]


async def test_a_card_is_left_in_peace_for_as_long_as_telegram_says(world: EditWorld) -> None:
    edit = replace(await world.posted(an_edit()), stage=PROCESSING)
    world.telegram.will_refuse("editMessageText", 429, "Too Many Requests", retry_after=9)
    world.board.show(edit)
    await settle()
    await world.passes(8)
    assert len(world.texts) == 1
    await world.passes(1)
    assert world.texts == ["processing 0 0"] * 2


async def test_an_ended_edit_and_anothers_are_shown_no_more(world: EditWorld) -> None:
    edit = replace(await world.posted(an_edit()), stage=PROCESSING)
    world.board.show(edit)
    world.board.show(replace(edit, stage=FAILED))
    other = replace(await world.posted(an_edit(GROUP)), stage=PROCESSING)
    world.board.show(other)
    world.board.clear()
    await world.passes(60)
    assert world.texts == []


async def test_the_upload_is_shown_in_private_as_long_as_there_is_work(world: EditWorld) -> None:
    for chat_id in (ADA, GROUP):
        edit = await world.posted(an_edit(chat_id))
        world.board.show(edit)
        await world.passes(1)
        world.board.show(replace(edit, stage=PROCESSING))
    for _ in range(9):
        await world.passes(1)
    assert [sent["chat_id"] for sent in world.telegram.of("sendChatAction")] == [ADA, ADA]


async def test_a_slow_chat_holds_up_no_other_card(world: EditWorld) -> None:
    never = asyncio.Event()

    async def slow(call: Call) -> None:
        if call.method == "editMessageText" and call.data["chat_id"] == ADA:
            await never.wait()

    world.telegram.before = slow
    for chat_id in (ADA, GROUP):
        world.board.show(replace(await world.posted(an_edit(chat_id)), stage=PROCESSING))
    await settle()
    assert [sent["chat_id"] for sent in world.telegram.of("editMessageText")] == [ADA, GROUP]


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


@pytest.mark.parametrize("has_spoiler", [True, False])
async def test_a_result_is_sent_as_its_photo_was(world: EditWorld, has_spoiler: bool) -> None:
    edit = an_edit(photo=PhotoRef("f1", PhotoKind.PHOTO, has_spoiler=has_spoiler), stage=READY)
    size = {"file_id": "a", "file_unique_id": "a", "width": 96, "height": 64}
    chat = {"id": ADA, "type": "private"}
    world.telegram.will_return("sendPhoto", {"message_id": 900, "date": 1, "chat": chat, "photo": [size]})
    assert (await world.chat.deliver(edit, REPLY)).message_id == 900
    [sent] = world.telegram.of("sendPhoto")
    assert (sent["caption"], sent["reply_parameters"]["message_id"]) == ("caption", 60)
    assert bool(sent.get("has_spoiler")) is has_spoiler
    assert world.telegram.methods == ["sendPhoto"]


async def test_a_photo_that_telegram_shrank_has_a_file_beside_it(world: EditWorld) -> None:
    await world.chat.deliver(an_edit(stage=READY), REPLY)
    assert world.telegram.methods == ["sendPhoto", "sendDocument"]


async def test_what_telegram_refuses_as_a_photo_goes_as_a_file(world: EditWorld) -> None:
    world.telegram.will_refuse("sendPhoto", 400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    assert (await world.chat.deliver(an_edit(stage=READY), REPLY)).message_id == 501
    assert world.telegram.methods == ["sendPhoto", "sendDocument"]


async def test_a_result_that_may_have_arrived_takes_the_cards_place(world: EditWorld) -> None:
    edit = replace(await world.posted(an_edit()), stage=READY, sends=1)
    assert (await world.chat.deliver(edit, REPLY)).message_id == edit.status_message_id
    world.telegram.will_refuse("editMessageMedia", 400, "Bad Request: message to edit not found")
    assert (await world.chat.deliver(edit, REPLY)).message_id != edit.status_message_id


async def test_an_admin_is_told_once_or_again_where_telegram_did_not_take_it(world: EditWorld) -> None:
    edit = an_edit()
    world.telegram.will_refuse("sendMessage", 500, "Internal Server Error")
    for _ in range(3):
        await world.chat.alert_admins(edit, Reason.OUT_OF_CREDIT)
    assert [sent["text"] for sent in world.telegram.of("sendMessage")] == ["alert: out_of_credit"] * 2
    world.telegram.will_refuse("sendMessage", 403, "Forbidden: bot was blocked by the user")
    for _ in range(2):
        await world.chat.alert_admins(edit, Reason.ACCESS_DENIED)
    assert len(world.telegram.of("sendMessage")) == 3


async def test_a_person_reads_that_an_admin_was_told_only_where_one_was(world: EditWorld) -> None:
    failed = replace(FAILED, reason=Reason.OUT_OF_CREDIT)
    edit = replace(await world.posted(an_edit()), stage=failed)
    world.telegram.will_refuse("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await world.chat.alert_admins(edit, Reason.OUT_OF_CREDIT)
    await world.chat.settle(edit)
    world.alerts.claimed.clear()
    await world.chat.alert_admins(edit, Reason.OUT_OF_CREDIT)
    await world.chat.settle(edit)
    assert world.texts == ["out_of_credit, not told", "out_of_credit, told"]


async def test_what_only_admins_can_mend_is_in_the_log_once_even_without_admins(
    world: EditWorld, caplog: pytest.LogCaptureFixture
) -> None:
    for reason in (Reason.OUT_OF_CREDIT, Reason.OUT_OF_CREDIT, Reason.ACCESS_DENIED):
        await world.chat.alert_admins(an_edit(), reason)
    warnings = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert [each.split(": ")[1].split()[0] for each in warnings] == ["out_of_credit", "access_denied"]
    await world.passes(3600)
    await world.chat.alert_admins(an_edit(), Reason.OUT_OF_CREDIT)
    assert len(caplog.records) > len(warnings)


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


@pytest.mark.parametrize("is_protected", [True, False])
@pytest.mark.parametrize("kind", [PhotoKind.PHOTO, PhotoKind.DOCUMENT])
async def test_what_may_not_be_saved_comes_back_so(
    world: EditWorld, kind: PhotoKind, is_protected: bool
) -> None:
    """The card too, which may become the result."""
    edit = an_edit(photo=PhotoRef("f1", kind, is_protected=is_protected), stage=READY)
    await world.chat.post_card(edit)
    await world.chat.deliver(edit, REPLY)
    calls = [call.data for call in world.telegram.calls if call.method.startswith("send")]
    assert len(calls) == (3 if kind is PhotoKind.PHOTO else 2)
    assert {bool(call.get("protect_content")) for call in calls} == {is_protected}


async def test_no_file_uncovers_a_covered_photo(world: EditWorld) -> None:
    """A file cannot be covered: the exact size is there for who asks for it."""
    covered = PhotoRef("f1", PhotoKind.PHOTO, has_spoiler=True)
    await world.chat.deliver(an_edit(photo=covered, stage=READY), REPLY)
    assert world.telegram.methods == ["sendPhoto"]


async def test_a_card_that_becomes_a_covered_photos_result_is_covered(world: EditWorld) -> None:
    covered = PhotoRef("f1", PhotoKind.PHOTO, has_spoiler=True)
    edit = replace(await world.posted(an_edit(photo=covered)), stage=READY, sends=1)
    await world.chat.deliver(edit, REPLY)
    [turned] = world.telegram.of("editMessageMedia")
    assert turned["media"]["has_spoiler"] is True


SIZES = [
    {"file_id": f"id{side}", "file_unique_id": f"u{side}", "width": side, "height": side // 2}
    for side in (90, 96, 64)
]
SENT = {"message_id": 900, "date": 1, "chat": {"id": ADA, "type": "private"}}
AS_PHOTO = {**SENT, "photo": SIZES}
AS_FILE = {**SENT, "document": {"file_id": "id-file", "file_unique_id": "u"}}


@pytest.mark.parametrize(
    ("method", "sends", "sent", "photo"),
    [
        ("sendPhoto", 0, AS_PHOTO, PhotoRef("id96", PhotoKind.PHOTO, "cat.png", has_spoiler=True)),
        ("sendDocument", 0, AS_FILE, PhotoRef("id-file", PhotoKind.DOCUMENT, "cat.png", has_spoiler=True)),
        ("editMessageMedia", 1, AS_PHOTO, PhotoRef("id96", PhotoKind.PHOTO, "cat.png", has_spoiler=True)),
    ],
)
async def test_a_reply_is_known_as_telegram_has_it(
    world: EditWorld, method: str, sends: int, sent: dict[str, object], photo: PhotoRef
) -> None:
    """With all that was known of the photo, so that it can be changed further in the same manner."""
    original = replace(photo, file_id="f1", kind=PhotoKind.STICKER if sent is AS_FILE else PhotoKind.PHOTO)
    world.telegram.will_return(method, sent)
    edit = an_edit(photo=original, stage=READY, status_message_id=900, sends=sends)
    arrived = await world.chat.deliver(edit, REPLY)
    assert (arrived.message_id, arrived.photo) == (900, photo)


async def test_where_a_card_was_the_result_already_telegram_does_not_tell_which(world: EditWorld) -> None:
    world.telegram.will_refuse("editMessageMedia", 400, "Bad Request: message is not modified")
    edit = an_edit(stage=READY, status_message_id=900, sends=1)
    assert await world.chat.deliver(edit, REPLY) == Arrived(900, None)


async def test_a_file_that_was_added_to_a_shrunken_photo_is_known_too(world: EditWorld) -> None:
    shrunken = {**SENT, "photo": SIZES[2:]}
    world.telegram.will_return("sendPhoto", shrunken)
    arrived = await world.chat.deliver(an_edit(stage=READY), REPLY)
    assert (arrived.message_id, arrived.file_message_id) == (900, 501)
    world.telegram.will_return("sendPhoto", shrunken)
    world.telegram.will_refuse("sendDocument", 400, "Bad Request: not enough rights")
    assert (await world.chat.deliver(an_edit(stage=READY), REPLY)).file_message_id is None
