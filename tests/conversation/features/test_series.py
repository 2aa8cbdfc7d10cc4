from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.cards import Cards
from bot.conversation.feature import all_features
from bot.conversation.features.series import already_there_alert, sending_alert
from bot.conversation.incoming import Replied
from bot.conversation.outgoing import Alert, ChangeText, Delete, Say, SendFiles
from bot.core.edits import Edit, Extra, Waste
from bot.core.errors import Reason
from bot.core.pacing import Estimate
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import Cancelled, Delivered, EditState, Failed, Stage
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, PRIVATE, data_of, message, press
from tests.conversation.texts.samples import en
from tests.factories import NOW, RESULT, STAGES, TASK, edit

CARDS = Cards(all_features())
UNKNOWN = Estimate(None, is_slow=False)
FAILED, TIMED_OUT = Failed(Reason.POLICY, NOW, TASK), Failed(Reason.TIMED_OUT, NOW)
FOR_ALL = ["✏️ Change all", "🔁 Again", "📎 Files"]


def delivered(number: int) -> Delivered:
    return Delivered(TASK, RESULT, 900 + number, NOW, PhotoRef(f"painted-{number}", PhotoKind.PHOTO))


def series(*stages: Stage, **changes: object) -> list[Edit]:
    return [
        edit(
            stage=stage,
            update_id=5,
            series_number=number,
            series_count=len(stages),
            photo_message_id=60 + number,
            photos=(PhotoRef(f"photo-{number}", PhotoKind.PHOTO),),
            **{
                "chat_id": PRIVATE.id,
                "requester_id": ADA.id,
                "command": "sketch",
                "language": "en",
                **changes,
            },
        )
        for number, stage in enumerate(stages, 1)
    ]


def there(room: Room, *stages: Stage, **changes: object) -> list[Edit]:
    edits = series(*stages, **changes)
    room.edits.update({each.id: each for each in edits})
    return edits


def labels(edits: list[Edit]) -> list[str]:
    card = CARDS.series_end(edits, admins_told=False)
    return [button.text for row in card.buttons for button in row]


# The card


def test_the_card_counts_what_is_done_and_says_how_the_awaited_one_is() -> None:
    edits = series(FAILED, STAGES[EditState.READY], STAGES[EditState.PROCESSING])
    lines = CARDS.series(edits, edits[2], NOW, UNKNOWN).html.splitlines()
    assert lines[0] == "<b>✏️ Sketch</b> · 1 of 3 done"
    assert lines[1].startswith("Photo 1: The image service declined this one")
    assert len(lines) == 3


def test_under_what_has_arrived_stand_the_buttons_for_all_of_it() -> None:
    assert labels(series(delivered(1), delivered(2))) == FOR_ALL
    assert labels(series(delivered(1), FAILED)) == [], "the one that arrived has its own"


@pytest.mark.parametrize(
    ("reason", "buttons"), [(Reason.TIMED_OUT, ["🔁 Try again"]), (Reason.PHOTO_GONE, [])]
)
def test_what_all_failed_can_be_tried_again_where_that_helps(reason: Reason, buttons: list[str]) -> None:
    assert labels(series(*[Failed(reason, NOW)] * 2)) == buttons


def test_failures_of_one_kind_are_said_once_and_others_by_their_number() -> None:
    same = CARDS.series_end(series(FAILED, FAILED), admins_told=False).html
    assert same.count("declined this one") == 1
    assert "Photo" not in same
    mixed = CARDS.series_end(series(FAILED, Cancelled(NOW), delivered(3)), admins_told=False).html
    assert "Photo 1: The image service declined" in mixed
    assert "Photo 2: cancelled." in mixed
    assert mixed.endswith("What did not arrive was not counted.")


def test_what_was_paid_for_and_did_not_arrive_is_said() -> None:
    charged, other = series(FAILED, Failed(Reason.TIMED_OUT, NOW))
    text = CARDS.series_end([replace(charged, waste=Waste.CHARGED), other], admins_told=False).html
    assert "1 of them had been paid for already and is counted." in text


# Its buttons


async def test_change_all_goes_on_from_every_result() -> None:
    room = Room()
    first, _, third = there(room, delivered(1), FAILED, delivered(3))
    asked = await room.asks(press(f"all:{first.id}"))
    assert asked.html == "What shall I change in each?"
    room.wishes.arrived(95)
    await room.handle(message(words="in red", replied=Replied(95, is_ours=True)))
    made = [each.request for each in room.edits.values() if each.request.update_id != 5]
    assert [each.photos[0].file_id for each in made] == ["painted-1", "painted-3"]
    assert [(each.series_number, each.series_count) for each in made] == [(1, 2), (2, 2)]
    assert [(each.parent, each.step) for each in made] == [(first.id, 2), (third.id, 2)]


async def test_again_asks_for_the_same_series_for_whoever_pressed() -> None:
    room = Room()
    first, *_ = there(room, delivered(1), FAILED, delivered(3))
    pressed = press(f"allagain:{first.id}")
    await room.alert(pressed)
    made = [each.request for each in room.edits.values() if each.request.update_id == pressed.update_id]
    assert [(each.photos[0].file_id, each.series_number) for each in made] == [
        ("photo-1", 1),
        ("photo-2", 2),
        ("photo-3", 3),
    ]
    await room.alert(press(f"allagain:{first.id}"))
    assert len(room.edits) == 6, "a second tap starts no other"


async def test_what_failed_is_tried_again_together_and_its_card_goes() -> None:
    room = Room()
    first, second, _ = there(room, TIMED_OUT, Failed(Reason.SERVICE_DOWN, NOW), FAILED)
    pressed = press(f"retryall:{first.id}", message_id=90)
    told, gone = await room.handle(pressed)
    assert isinstance(told, Alert)
    assert gone == Delete(PRIVATE.id, 90)
    made = [each.request for each in room.edits.values() if each.request.update_id == pressed.update_id]
    assert [each.photo for each in made] == [first.request.photo, second.request.photo], (
        "not what was declined"
    )


async def test_of_what_arrived_in_part_the_rest_is_tried_again_once_and_the_buttons_for_the_others_stay() -> (
    None
):
    room = Room()
    first, second, _ = there(room, delivered(1), TIMED_OUT, delivered(3))
    pressed = press(f"retryrst:{first.id}", message_id=90)
    told, changed = await room.handle(pressed)
    assert isinstance(told, Alert)
    assert isinstance(changed, ChangeText)
    assert (changed.chat_id, changed.message_id) == (PRIVATE.id, 90)
    assert [button.text for row in changed.buttons for button in row] == FOR_ALL
    (made,) = [each.request for each in room.edits.values() if each.request.update_id == pressed.update_id]
    assert (made.photo, made.series_count) == (second.request.photo, 1)


@pytest.mark.parametrize("arrived", [(delivered(1),), (delivered(1), delivered(3))], ids=["one", "two"])
@pytest.mark.parametrize("failed", [TIMED_OUT, FAILED], ids=["may pass", "was declined"])
def test_the_rest_of_a_series_can_be_tried_again_where_that_helps(
    arrived: tuple[Stage, ...], failed: Failed
) -> None:
    for_all = FOR_ALL if len(arrived) > 1 else []
    rest = ["🔁 Try the rest again"] if failed == TIMED_OUT else []
    assert labels(series(*arrived, failed)) == [*for_all, *rest]


async def test_what_its_person_had_deleted_is_not_tried_again() -> None:
    room = Room()
    first, erased, _ = there(room, delivered(1), TIMED_OUT, TIMED_OUT)
    room.edits[erased.id] = replace(erased, is_erased=True)
    for verb in ("retryrst", "allagain"):
        pressed = press(f"{verb}:{first.id}", message_id=90)
        await room.handle(pressed)
        made = [each.request for each in room.edits.values() if each.request.update_id == pressed.update_id]
        assert erased.request.photo not in [each.photo for each in made]
    assert labels([first, room.edits[erased.id]]) == []


async def test_the_files_come_as_albums_once() -> None:
    room = Room()
    edits = there(room, delivered(1), delivered(2), delivered(3))
    for each, content in zip(edits, (b"a" * 30_000_000, b"b" * 30_000_000, b"c"), strict=True):
        await room.files.put(each.id, "result", content)
    told, *albums = await room.handle(press(f"files:{edits[0].id}"))
    assert isinstance(told, Alert)
    assert told.text == sending_alert(en())
    sent = [each.edits for each in albums if isinstance(each, SendFiles)]
    assert sent == [(edits[0],), (edits[1], edits[2])]
    assert (await room.alert(press(f"files:{edits[0].id}"))).text == already_there_alert(en())


async def test_files_that_somebody_deleted_come_again() -> None:
    room = Room()
    beside = replace(delivered(2), file_message_id=952)
    edits = there(room, delivered(1), beside, delivered(3))
    for each, message_id in zip(edits, (951, 952, 953), strict=True):
        await room.files.put(each.id, "result", b"as painted")
        room.questions.messages.add((PRIVATE.id, message_id))
        if each.file_message_id is None:
            room.memory.extras[each.id, Extra.FILE] = message_id
    pressed = press(f"files:{edits[0].id}")
    assert (await room.alert(pressed)).text == already_there_alert(en())
    room.questions.messages -= {(PRIVATE.id, 952), (PRIVATE.id, 953)}
    _, album = await room.handle(pressed)
    assert isinstance(album, SendFiles)
    assert album.edits == (edits[1], edits[2])


async def test_cancel_on_the_card_ends_all_that_can_be_cancelled() -> None:
    room = Room()
    first, second, third = there(room, *[STAGES[EditState.PROCESSING]] * 2, delivered(3))
    told = await room.alert(press(f"c:{first.id}"))
    assert told.text.startswith("Cancelled 2 edits.")
    assert [room.edits[each.id].state for each in (first, second, third)] == [
        "cancelled",
        "cancelled",
        "delivered",
    ]


async def test_cancel_in_reply_to_the_card_means_all_and_to_a_photo_that_one() -> None:
    room = Room()
    there(room, *[STAGES[EditState.PROCESSING]] * 3, status_message_id=None)
    first = next(iter(room.edits.values()))
    room.edits[first.id] = replace(first, status_message_id=80)
    await room.handle(message("cancel", replied=Replied(63)))
    assert [each.state for each in room.edits.values()] == ["processing", "processing", "cancelled"]
    await room.handle(message("cancel", replied=Replied(80)))
    assert [each.state for each in room.edits.values()] == ["cancelled"] * 3


async def test_another_person_does_not_cancel_a_series() -> None:
    room = Room()
    first, _ = there(room, *[STAGES[EditState.PROCESSING]] * 2)
    room.now += timedelta(seconds=1)
    await room.handle(press(f"c:{first.id}", sender=GRACE))
    assert [each.state for each in room.edits.values()] == ["processing"] * 2


async def test_again_for_which_the_places_do_not_do_offers_what_a_message_would() -> None:
    room = Room()
    first, *_ = there(room, delivered(1), delivered(2), delivered(3))
    room.service.places = 2
    _, offer = await room.handle(press(f"allagain:{first.id}"))
    assert isinstance(offer, Say)
    assert "3 photos, 2 places left" in offer.html
    assert [button.text for button in offer.buttons[0]] == ["First 2 now", "⏳ All in 5 min"]
    room.service.places = None
    await room.handle(press(data_of(offer.buttons)[1], message_id=91))
    assert len(room.edits) == 6
