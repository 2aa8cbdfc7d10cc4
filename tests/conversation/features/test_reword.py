import html

from bot.conversation.features.reword import reword_question
from bot.conversation.incoming import Replied
from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.stages import Failed
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, PHOTO, PRIVATE, message, press
from tests.conversation.texts.samples import en
from tests.factories import NOW


def failed(room: Room, **changes: object) -> Edit:
    asked = {"chat_id": PRIVATE.id, "requester_id": ADA.id, "photos": (PHOTO,), "photo_message_id": 60}
    return room.has(**{**asked, "stage": Failed(Reason.POLICY, NOW), **changes})


async def test_other_words_are_for_the_same_photo_and_style() -> None:
    room = Room()
    edit = failed(room, command="sketch", words="as a bat", parent="before", step=4)
    ask = await room.asks(press(f"words:{edit.id}", message_id=80))
    assert ask.html == reword_question(en(), "as a bat")
    assert "as a bat" in ask.html
    room.wishes.arrived(950)
    made = await room.admits(message(words="as a cat", replied=Replied(950, is_ours=True)))
    assert (made.command, made.words, made.photos, made.photo_message_id) == (
        "sketch",
        "as a cat",
        (PHOTO,),
        60,
    )
    assert (made.parent, made.step) == ("before", 4)


async def test_a_style_without_words_gives_way_to_the_persons_own() -> None:
    room = Room()
    edit = failed(room, command="sketch")
    ask = await room.asks(press(f"words:{edit.id}", message_id=80))
    assert ask.html == reword_question(en(), "")
    room.wishes.arrived(950)
    made = await room.admits(message(words="in pencil", replied=Replied(950, is_ours=True)))
    assert (made.command, made.words) == ("edit", "in pencil")


def test_the_words_that_did_not_work_are_shown_as_they_were() -> None:
    assert "<b>&" in html.unescape(reword_question(en(), "<b>&").partition(": ")[2])
    assert "&lt;b&gt;" in reword_question(en(), "<b>")
