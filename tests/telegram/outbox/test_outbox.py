"""Every way that an outgoing value can fare, against a Telegram that answers as told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram.error import NetworkError, TimedOut

from bot.conversation.cards import Cards
from bot.conversation.outgoing import (
    Alert,
    Ask,
    Button,
    ChangePicture,
    ChangeText,
    Delete,
    Destination,
    Leave,
    LinkButton,
    Outgoing,
    Say,
    SayWithFile,
    SayWithPicture,
    SendComparison,
    SendFiles,
    SendPicture,
)
from bot.core.edits import Extra
from bot.core.errors import ChatGone, ChatMoved, EditFailed, OutcomeUnknown, TryLater
from bot.core.requests import PhotoKind, PhotoRef
from bot.telegram.outbox.albums import AlbumSender
from bot.telegram.outbox.destination import Nearby
from bot.telegram.outbox.outbox import Outbox
from bot.telegram.outbox.results import ResultSender
from tests.telegram.fake_telegram import FakeTelegram
from tests.telegram.outbox.edit_world import (
    DELIVERED,
    PlainFiles,
    PlainImages,
    PlainSent,
    an_edit,
    plain_pictures,
)

ADA, GROUP = 11, -100_1
IN_A_TOPIC = Destination(GROUP, thread_id=7, reply_to=70)


class Post:
    def __init__(self) -> None:
        self.telegram = FakeTelegram()
        self.at = datetime(2026, 3, 29, tzinfo=UTC)
        bot = self.telegram.bot()
        self.sent, self.files, self.images = PlainSent(), PlainFiles(), PlainImages()
        nearby = Nearby(lambda: self.at)
        results = ResultSender(bot, Cards([]), nearby)
        pictures = plain_pictures(bot, nearby, self.files, self.images)
        albums = AlbumSender(bot, Cards([]), nearby, results, self.files)
        self.outbox = Outbox(
            bot, results, pictures, nearby, self.sent, self.sent, lambda: self.at, albums=albums
        )

    async def send(self, outgoing: Outgoing) -> int | None:
        return await self.outbox.send(outgoing)


@pytest.fixture
def post() -> Post:
    return Post()


async def test_words_are_said_in_the_topic_as_a_reply_with_their_buttons(post: Post) -> None:
    say = Say(IN_A_TOPIC, "<b>hello</b>", buttons=((Button("Again", "a:1"),),), silent=True)
    assert await post.send(say) == 501
    [sent] = post.telegram.of("sendMessage")
    assert (sent["chat_id"], sent["message_thread_id"], sent["parse_mode"]) == (GROUP, 7, "HTML")
    assert sent["reply_parameters"] == {"message_id": 70, "allow_sending_without_reply": True}
    assert sent["reply_markup"] == {"inline_keyboard": [[{"text": "Again", "callback_data": "a:1"}]]}
    assert sent["disable_notification"] is True


async def test_a_picture_comes_with_its_words_and_with_buttons_that_lead_elsewhere(post: Post) -> None:
    link = LinkButton("Open", "https://t.me/nanobanana_bot?start=help")
    assert await post.send(SayWithPicture(IN_A_TOPIC, b"jpeg", "<b>hello</b>", ((link,),))) == 501
    [sent] = post.telegram.of("sendPhoto")
    assert (sent["chat_id"], sent["message_thread_id"], sent["caption"]) == (GROUP, 7, "<b>hello</b>")
    assert sent["parse_mode"] == "HTML"
    assert sent["reply_parameters"] == {"message_id": 70, "allow_sending_without_reply": True}
    assert sent["reply_markup"] == {"inline_keyboard": [[{"text": "Open", "url": link.url}]]}


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("not enough rights to send photos to the chat", {}),
        ("IMAGE_PROCESS_FAILED", {}),
        ("upgraded", {"migrate_to_chat_id": -100_777}),
    ],
)
async def test_where_a_picture_is_not_taken_its_words_come_alone(
    post: Post, words: str, more: dict[str, int]
) -> None:
    post.telegram.will_refuse("sendPhoto", 400, f"Bad Request: {words}", **more)
    buttons = ((Button("Styles", "start:styles"),),)
    assert await post.send(SayWithPicture(Destination(ADA), b"jpeg", "hello", buttons, silent=True)) == 501
    [sent] = post.telegram.of("sendMessage")
    assert (sent["text"], sent["disable_notification"]) == ("hello", True)
    assert sent["reply_markup"]["inline_keyboard"][0][0]["text"] == "Styles"


async def test_a_file_of_ours_comes_silently_under_its_name(post: Post) -> None:
    assert await post.send(SayWithFile(Destination(ADA), "edits.csv", b"a,b", "<b>2</b> edits")) == 501
    [sent] = post.telegram.of("sendDocument")
    assert (sent["chat_id"], sent["caption"], sent["parse_mode"]) == (ADA, "<b>2</b> edits", "HTML")
    assert sent["disable_notification"] is True


async def test_a_question_opens_a_reply_for_who_was_asked_alone(post: Post) -> None:
    await post.send(Ask(Destination(GROUP, reply_to=70), "What shall it be?", 31, "make it blue"))
    [sent] = post.telegram.of("sendMessage")
    assert sent["reply_markup"] == {
        "force_reply": True,
        "selective": True,
        "input_field_placeholder": "make it blue",
    }
    assert not sent.get("disable_notification")
    assert post.sent.questions == {31: 501}


async def test_a_question_with_buttons_has_them_instead_and_of_equal_ones_one_is_sent(post: Post) -> None:
    ask = Ask(IN_A_TOPIC, "This one?", 31, buttons=((Button("Yes", "y:31"),),), silent=True)
    await post.send(ask)
    [sent] = post.telegram.of("sendMessage")
    assert sent["reply_markup"] == {"inline_keyboard": [[{"text": "Yes", "callback_data": "y:31"}]]}
    assert sent["disable_notification"] is True
    equal = [
        Ask(replace(IN_A_TOPIC, reply_to=number), "Which photo?", number, "Send it", merge="picture")
        for number in (32, 33)
    ]
    assert [await post.send(each) for each in equal] == [502, None]
    assert post.sent.questions == {31: 501, 32: 502}


@pytest.mark.parametrize(
    "refusal", ["message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED", "TOPIC_ID_INVALID"]
)
async def test_what_a_topic_does_not_take_is_said_in_the_group(post: Post, refusal: str) -> None:
    post.telegram.will_refuse("sendMessage", 400, f"Bad Request: {refusal}")
    assert await post.send(Say(IN_A_TOPIC, "x")) == 501
    assert [sent.get("message_thread_id") for sent in post.telegram.of("sendMessage")] == [7, None]


async def test_a_reply_into_a_closed_topic_is_no_reply_at_last(post: Post) -> None:
    for _ in range(2):
        post.telegram.will_refuse("sendMessage", 400, "Bad Request: TOPIC_CLOSED")
    await post.send(Say(IN_A_TOPIC, "x"))
    last = post.telegram.of("sendMessage")[-1]
    assert "message_thread_id" not in last
    assert "reply_parameters" not in last


async def test_a_closed_topic_is_tried_again_after_some_minutes(post: Post) -> None:
    async def tries(refusals: int) -> list[tuple[int | None, bool]]:
        before = len(post.telegram.of("sendMessage"))
        for _ in range(refusals):
            post.telegram.will_refuse("sendMessage", 400, "Bad Request: TOPIC_CLOSED")
        await post.send(Say(IN_A_TOPIC, "x"))
        sent = post.telegram.of("sendMessage")[before:]
        return [(each.get("message_thread_id"), "reply_parameters" in each) for each in sent]

    assert await tries(2) == [(7, True), (None, True), (None, False)]
    post.at += timedelta(minutes=4)
    assert await tries(0) == [(None, False)]
    assert await post.send(Say(Destination(GROUP, thread_id=8), "x"))
    assert post.telegram.of("sendMessage")[-1]["message_thread_id"] == 8
    post.at += timedelta(minutes=1)
    assert await tries(1) == [(7, True), (None, True)]
    assert await tries(0) == [(None, True)]
    post.at += timedelta(minutes=5)
    assert await tries(0) == [(7, True)]


async def test_a_number_of_before_the_chat_moved_is_replied_to_by_nothing(post: Post) -> None:
    await post.send(Say(replace(IN_A_TOPIC, reply_to=-70), "x"))
    assert "reply_parameters" not in post.telegram.of("sendMessage")[-1]


async def test_an_answer_follows_a_group_that_moved_and_replies_to_nothing_there(post: Post) -> None:
    post.telegram.will_refuse("sendMessage", 400, "Bad Request: upgraded", migrate_to_chat_id=-100_777)
    await post.send(Say(IN_A_TOPIC, "x"))
    last = post.telegram.of("sendMessage")[-1]
    assert (last["chat_id"], "reply_parameters" in last) == (-100_777, False)
    post.telegram.will_refuse("sendMessage", 400, "Bad Request: upgraded", migrate_to_chat_id=-100_777)
    with pytest.raises(ChatMoved) as moved:
        await post.outbox.post(Say(IN_A_TOPIC, "x"))
    assert moved.value.new_chat_id == -100_777


async def test_equal_refusals_in_a_group_are_one_silent_message(post: Post) -> None:
    refusals = [Say(Destination(GROUP, reply_to=number), "full", merge="limit") for number in (70, 71)]
    assert [await post.send(each) for each in refusals] == [501, None]
    assert [sent["disable_notification"] for sent in post.telegram.of("sendMessage")] == [True]
    for other in (
        Say(Destination(GROUP, reply_to=72), "x", merge="other"),
        Say(Destination(-5, reply_to=70), "full", merge="limit"),
    ):
        assert await post.send(other) is not None
    for number in (70, 71):
        assert await post.send(Say(Destination(ADA, reply_to=number), "full", merge="limit")) is not None


async def test_a_refusal_that_was_not_sent_is_sent_by_another_try(post: Post) -> None:
    say = Say(Destination(GROUP, reply_to=70), "full", merge="limit")
    post.telegram.will_refuse("sendMessage", 500, "Internal Server Error")
    with pytest.raises(OutcomeUnknown):
        await post.send(say)
    assert await post.send(say) == 501


async def test_a_press_is_answered_by_a_line_or_a_window(post: Post) -> None:
    await post.send(Alert("p1", "Started"))
    await post.send(Alert("p2", "Not yours", popup=True))
    await post.send(Alert("p3"))
    shown = [(a.get("text"), bool(a.get("show_alert"))) for a in post.telegram.of("answerCallbackQuery")]
    assert shown == [("Started", False), ("Not yours", True), (None, False)]


@pytest.mark.parametrize(
    ("outgoing", "method", "words"),
    [
        (Alert("p1"), "answerCallbackQuery", "query is too old"),
        (ChangeText(ADA, 5, "x"), "editMessageText", "message is not modified"),
        (Delete(ADA, 5), "deleteMessage", "message to delete not found"),
        (Leave(GROUP), "leaveChat", "chat not found"),
        (
            ChangePicture(GROUP, 5, PhotoRef("x", PhotoKind.PHOTO), "x"),
            "editMessageMedia",
            "message is not modified",
        ),
    ],
)
async def test_what_has_become_needless_is_no_error(
    post: Post, outgoing: Outgoing, method: str, words: str
) -> None:
    post.telegram.will_refuse(method, 400, f"Bad Request: {words}")
    assert await post.send(outgoing) is None


def refused(code: int, words: str, **parameters: Any) -> Callable[[FakeTelegram, str], None]:
    return lambda telegram, method: telegram.will_refuse(method, code, words, **parameters)


def raised(error: Exception) -> Callable[[FakeTelegram, str], None]:
    return lambda telegram, method: telegram.will_raise(method, error)


@pytest.mark.filterwarnings("ignore:.*attribute `retry_after`:DeprecationWarning")
@pytest.mark.parametrize(
    ("trouble", "said", "changed"),
    [
        (refused(429, "Too Many Requests", retry_after=7), TryLater, TryLater),
        (refused(429, "Too Many Requests"), TryLater, TryLater),
        (refused(401, "Unauthorized"), TryLater, TryLater),
        (refused(409, "Conflict"), TryLater, TryLater),
        (refused(413, "Request Entity Too Large"), TryLater, EditFailed),
        (refused(500, "Internal Server Error"), OutcomeUnknown, TryLater),
        (raised(TimedOut()), OutcomeUnknown, TryLater),
        (raised(NetworkError("reset")), OutcomeUnknown, TryLater),
        (refused(403, "Forbidden: bot was blocked by the user"), ChatGone, ChatGone),
        (refused(400, "Bad Request: chat not found"), ChatGone, ChatGone),
        (refused(400, "Bad Request: not enough rights to send"), EditFailed, EditFailed),
        (refused(400, "Bad Request: can't parse entities"), EditFailed, EditFailed),
    ],
)
async def test_telegrams_errors_become_what_can_be_done_about_them(
    post: Post,
    trouble: Callable[[FakeTelegram, str], None],
    said: type[Exception],
    changed: type[Exception],
) -> None:
    """What may be repeated without harm is repeated, where the outcome of a new message is unknown."""
    for outgoing, method, expected in (
        (Say(Destination(ADA), "x"), "sendMessage", said),
        (ChangeText(ADA, 5, "x"), "editMessageText", changed),
    ):
        trouble(post.telegram, method)
        with pytest.raises(expected) as error:
            await post.send(outgoing)
        assert type(error.value) is expected


async def test_where_a_file_is_is_noted_and_one_that_did_not_arrive_may_be_asked_for(post: Post) -> None:
    edit = an_edit(ADA, stage=DELIVERED)
    await post.files.put(edit.id, "result", b"bytes")
    file = SendFiles((edit,), otherwise=Say(Destination(ADA), "no"))
    message_id = await post.send(file)
    assert post.sent.noted == {(edit.id, Extra.FILE): message_id}
    post.telegram.will_refuse("sendDocument", 400, "Bad Request: not enough rights")
    await post.send(file)
    post.telegram.will_raise("sendDocument", TimedOut())
    await post.send(file)
    assert post.sent.forgotten == [(edit.id, Extra.FILE)] * 2
    assert post.sent.noted == {(edit.id, Extra.FILE): message_id}


async def test_a_file_for_a_group_that_moved_is_answered_with_words_there(post: Post) -> None:
    edit = an_edit(GROUP, stage=DELIVERED)
    await post.files.put(edit.id, "result", b"bytes")
    post.telegram.will_refuse("sendDocument", 400, "Bad Request: upgraded", migrate_to_chat_id=-100_777)
    post.telegram.will_refuse("sendMessage", 400, "Bad Request: upgraded", migrate_to_chat_id=-100_777)
    await post.send(SendFiles((edit,), otherwise=Say(Destination(GROUP), "no")))
    assert post.sent.forgotten == [(edit.id, Extra.FILE)]
    assert post.telegram.of("sendMessage")[-1]["chat_id"] == -100_777


REPLY = PhotoRef("the reply", PhotoKind.PHOTO)
COMPARED = SendComparison(
    an_edit(GROUP, stage=replace(DELIVERED, photo=REPLY)),
    "Left, right",
    ("Before", "After"),
    Say(Destination(GROUP), "no"),
)


async def test_a_comparison_is_a_silent_reply_to_the_result(post: Post) -> None:
    assert await post.send(COMPARED) == 501
    [sent] = post.telegram.of("sendPhoto")
    assert (sent["chat_id"], sent["message_thread_id"], sent["caption"]) == (GROUP, 3, "Left, right")
    assert sent["reply_parameters"]["message_id"] == DELIVERED.message_id
    assert sent["disable_notification"] is True
    assert "reply_markup" not in sent
    assert post.images.compared == [(b"bytes of f1", b"bytes of the reply")]
    assert post.images.labels == ("Before", "After")
    assert post.sent.noted == {(COMPARED.edit.id, Extra.COMPARISON): 501}


async def test_what_we_keep_is_compared_rather_than_what_telegram_made_of_it(post: Post) -> None:
    post.files.results = {COMPARED.edit.id: b"after", "the-parent": b"before"}
    edit = replace(COMPARED.edit, request=replace(COMPARED.edit.request, parent="the-parent"))
    await post.send(replace(COMPARED, edit=edit))
    assert post.images.compared == [(b"before", b"after")]


async def test_a_comparison_is_covered_and_kept_in_its_chat_as_the_photo_was(post: Post) -> None:
    photo = PhotoRef("f1", PhotoKind.PHOTO, has_spoiler=True, is_protected=True)
    await post.send(replace(COMPARED, edit=an_edit(photo=photo, stage=replace(DELIVERED, photo=REPLY))))
    [sent] = post.telegram.of("sendPhoto")
    assert (sent["has_spoiler"], sent["protect_content"]) == (True, True)


async def test_where_a_picture_is_gone_there_is_a_word_instead_of_a_comparison(post: Post) -> None:
    gone = replace(COMPARED, edit=an_edit(GROUP, stage=replace(DELIVERED, photo=None)))
    await post.send(gone)
    post.telegram.will_refuse("sendPhoto", 400, "Bad Request: not enough rights to send photos to the chat")
    await post.send(COMPARED)
    assert [said["text"] for said in post.telegram.of("sendMessage")] == ["no", "no"]
    assert post.sent.forgotten == [(COMPARED.edit.id, Extra.COMPARISON)] * 2


SHOWN = SendPicture(IN_A_TOPIC, REPLY, "<b>1</b>", ((Button("Older", "h:1"),),), silent=True)
TURNED = ChangePicture(GROUP, 5, REPLY, "<b>2</b>", ((Button("Newer", "h:2"),),))


async def test_a_picture_that_telegram_has_is_sent_by_its_id(post: Post) -> None:
    assert await post.send(SHOWN) == 501
    [sent] = post.telegram.of("sendPhoto")
    assert (sent["photo"], sent["caption"], sent["parse_mode"]) == ("the reply", "<b>1</b>", "HTML")
    assert (sent["message_thread_id"], sent["disable_notification"]) == (7, True)
    assert sent["reply_parameters"]["message_id"] == 70
    assert sent["reply_markup"]["inline_keyboard"] == [[{"text": "Older", "callback_data": "h:1"}]]
    post.telegram.will_refuse("sendPhoto", 400, "Bad Request: TOPIC_CLOSED")
    await post.send(SHOWN)
    assert "message_thread_id" not in post.telegram.of("sendPhoto")[-1]


async def test_a_file_is_sent_as_one(post: Post) -> None:
    file = PhotoRef("a file", PhotoKind.DOCUMENT, is_protected=True)
    await post.send(replace(SHOWN, picture=file))
    [sent] = post.telegram.of("sendDocument")
    assert (sent["document"], sent["protect_content"]) == ("a file", True)


@pytest.mark.parametrize(("kind", "covered"), [(PhotoKind.PHOTO, True), (PhotoKind.DOCUMENT, False)])
async def test_a_message_shows_another_picture(post: Post, kind: PhotoKind, covered: bool) -> None:
    await post.send(replace(TURNED, picture=PhotoRef("next", kind, has_spoiler=covered)))
    [turned] = post.telegram.of("editMessageMedia")
    media = turned["media"]
    assert (media["type"], media["media"], media["caption"]) == (str(kind), "next", "<b>2</b>")
    assert bool(media.get("has_spoiler")) is covered
    assert turned["reply_markup"]["inline_keyboard"] == [[{"text": "Newer", "callback_data": "h:2"}]]
    assert (turned["chat_id"], turned["message_id"]) == (GROUP, 5)
