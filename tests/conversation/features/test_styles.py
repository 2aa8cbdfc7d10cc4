import re
from dataclasses import replace
from gettext import NullTranslations

import pytest

from bot.conversation.features.styles import pick_a_style_text, style_buttons, styles_text
from bot.conversation.incoming import Picture, Replied
from bot.conversation.outgoing import Alert
from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import reason_sentence, refusal_text
from bot.core.errors import Reason
from bot.core.limits import Refusal
from bot.core.presets import PRESETS
from bot.core.requests import Request
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PHOTO, PRIVATE, data_of, in_group, message, press
from tests.conversation.texts.samples import UNFINISHED, en, every_language, utf16_units
from tests.factories import NOW
from tests.harness.chats import plain

ASKED_ABOUT = Replied(60, PHOTO)


@every_language
def test_the_styles_are_all_listed(t: NullTranslations) -> None:
    text = styles_text(t)
    assert all(f"{preset.emoji} /{preset.name} " in text for preset in PRESETS)
    assert re.search(r"/background &lt;\w+&gt;", text)
    assert utf16_units(plain(text)) <= 4096


@every_language
def test_the_question_is_valid_html(t: NullTranslations) -> None:
    assert plain(pick_a_style_text(t))


@every_language
def test_the_styles_that_need_no_words_are_three_to_a_row(t: NullTranslations) -> None:
    rows = style_buttons(t)
    offered = data_of(rows)
    assert offered == [f"s:{style.name}" for style in PRESETS if not style.needs_words]
    assert len({button.text for row in rows for button in row}) == len(offered)
    assert all(len(row) == 3 for row in rows[:-1])
    assert 1 <= len(rows[-1]) <= 3


@pytest.mark.parametrize("style", [style.name for style in PRESETS])
async def test_each_style_is_a_command(style: str) -> None:
    room = Room()
    for asked in (message(style, "red", picture=PHOTO), in_group(style, "red", picture=PHOTO)):
        made = await room.admits(asked)
        assert (made.command, made.words, made.photos) == (style, "red", (PHOTO,))


async def test_the_list_is_said_in_reply() -> None:
    assert (await Room().say(message("styles"))).html == styles_text(en())
    assert (await Room().say(in_group("styles"))).silent


async def test_a_style_is_made_of_the_photo_that_the_question_replies_to() -> None:
    room = Room()
    pressed = press("s:oil", replied=ASKED_ABOUT, thread_id=9)
    assert await room.admits(pressed) == Request(
        update_id=pressed.update_id,
        chat_id=PRIVATE.id,
        thread_id=9,
        request_message_id=60,
        photo_message_id=60,
        requester_id=ADA.id,
        language="en",
        command="oil",
        words="",
        photos=(PHOTO,),
    )


async def test_the_same_style_pressed_twice_starts_one_edit_and_another_style_one_more() -> None:
    room = Room()
    for data in ("s:sketch", "s:sketch", "s:oil"):
        pressed = press(data, replied=ASKED_ABOUT)
        assert await room.alert(pressed) == Alert(pressed.press_id, alerts.started(en()))
    assert [edit.request.command for edit in room.edits.values()] == ["sketch", "oil"]


async def test_anybody_may_pick_a_style() -> None:
    room = Room()
    made = await room.admits(press("s:oil", chat=GROUP, sender=GRACE, replied=ASKED_ABOUT))
    assert (made.requester_id, made.language) == (GRACE.id, "fr")
    assert not room.questions.asked


@pytest.mark.parametrize(
    ("data", "replied"),
    [
        ("s:oil", None),
        ("s:oil", Replied(None, PHOTO)),
        ("s:oil", Replied(60)),
        ("s:vangogh", ASKED_ABOUT),
        ("s:edit", ASKED_ABOUT),
    ],
)
async def test_a_style_of_a_photo_that_is_gone_says_so(data: str, replied: Replied | None) -> None:
    room = Room()
    pressed = press(data, replied=replied)
    assert await room.alert(pressed) == Alert(pressed.press_id, alerts.gone(en()), popup=True)
    assert not room.edits


@pytest.mark.parametrize("picture", [Reason.TOO_SMALL, Reason.ANIMATED])
async def test_a_style_of_what_cannot_be_edited_says_why(picture: Picture) -> None:
    assert isinstance(picture, Reason)
    told = await Room().alert(press("s:oil", replied=Replied(60, picture)))
    assert (told.text, told.popup) == (alerts.plain(reason_sentence(en(), picture)), True)


async def test_a_full_limit_is_told_in_a_window() -> None:
    room = Room()
    room.service.refusal = Refusal(UNFINISHED)
    told = await room.alert(press("s:oil", replied=ASKED_ABOUT))
    assert (told.text, told.popup) == (refusal_text(en(), Refusal(UNFINISHED), NOW), True)


async def test_the_same_press_handled_twice_admits_once() -> None:
    room = Room()
    pressed = press("s:oil", replied=ASKED_ABOUT)
    await room.admits(pressed)
    assert (await room.alert(replace(pressed))).text == alerts.started(en())
    assert len(room.edits) == 1
