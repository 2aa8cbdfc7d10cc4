from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

from bot.conversation.features.status import status_text
from bot.conversation.outgoing import Button
from bot.core.edits import Waste
from bot.core.errors import Reason
from bot.core.pacing import Estimate
from bot.core.pictures import Size
from bot.core.stages import Cancelled, EditState, Failed
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PRIVATE, data_of, in_group, message, press
from tests.conversation.texts.samples import (
    EDIT,
    FAILED,
    NOW,
    RUNNING,
    UNKNOWN,
    asking,
    delivered,
    en,
    every_language,
)
from tests.factories import STAGES
from tests.harness.chats import plain


def test_status_lists_what_runs_and_what_ended() -> None:
    done = delivered(EDIT, Size(64, 64), ended_at=NOW - timedelta(minutes=3, seconds=50))
    failed = replace(
        asking(FAILED, command="edit", words="<b>"), stage=Failed(Reason.POLICY, NOW - timedelta(hours=3))
    )
    cancelled = replace(EDIT, stage=Cancelled(NOW - timedelta(days=1)))
    text = status_text(
        en(), [RUNNING], [RUNNING, done, failed, cancelled], NOW, lambda _: Estimate(30.0, is_slow=False)
    )
    assert text == (
        "<b>Under way</b>\n✏️ Sketch\n▱▱▱▱▱▱▱▱▱▱ about 30 s left\n\n"
        "<b>Lately</b>\n✏️ Sketch · done 3 min ago\n"
        "<i>&lt;b&gt;</i> · failed 3 h ago, not counted (code <code>ab12cd</code>)\n"
        "✏️ Sketch · cancelled 1 day ago, not counted"
    )


def test_status_of_nothing_says_so() -> None:
    assert status_text(en(), [], [], NOW, lambda _: UNKNOWN).startswith("You have no edits under way")


@every_language
def test_what_is_not_ours_is_escaped(t: NullTranslations) -> None:
    hostile = replace(asking(FAILED, words="</i>&<script>"), id="<b>&<i>")
    text = plain(status_text(t, [], [hostile], NOW, lambda _: UNKNOWN))
    assert "</i>&<script>" in text
    assert "<b>&<i" in text


async def test_people_read_of_their_own_edits_in_this_chat() -> None:
    room = Room()
    room.has(chat_id=PRIVATE.id, requester_id=ADA.id, command="oil")
    room.has(chat_id=GROUP.id, requester_id=ADA.id, command="anime")
    room.has(chat_id=GROUP.id, requester_id=GRACE.id, command="comic")
    text = (await room.say(message("status"))).html
    assert [style in text for style in ("Oil", "Anime", "Comic")] == [True, False, False]
    said = await room.say(in_group("status"))
    assert [style in said.html for style in ("Oil", "Anime", "Comic")] == [False, True, False]
    assert said.silent


async def test_the_last_three_that_ended_are_listed() -> None:
    room = Room()
    for number in range(5):
        room.has(chat_id=PRIVATE.id, requester_id=ADA.id, words=f"number {number}", stage=Cancelled(NOW))
    text = (await room.say(message("status"))).html
    assert [f"number {number}" in text for number in range(5)] == [False, False, True, True, True]


async def test_held_edits_are_shown_with_a_button_that_gives_them_up() -> None:
    room = Room()
    room.has(chat_id=PRIVATE.id, requester_id=ADA.id)
    held = room.has(chat_id=PRIVATE.id, requester_id=ADA.id, command="oil", stage=STAGES[EditState.HELD])
    said = await room.say(message("status"))
    assert "⏳ Held for you." in said.html
    assert said.buttons == ((Button("✖️ 🖼️ Oil", f"c:{held.id}"),),)
    await room.handle(press(said.buttons[0][0].data))
    assert room.edits[held.id].state is EditState.CANCELLED


async def test_a_held_album_has_one_button_that_gives_all_of_it_up() -> None:
    room = Room()
    for number in (1, 2, 3):
        room.has(
            chat_id=PRIVATE.id,
            requester_id=ADA.id,
            update_id=7,
            series_number=number,
            series_count=3,
            stage=STAGES[EditState.HELD],
        )
    said = await room.say(message("status"))
    [data] = data_of(said.buttons)
    await room.handle(press(data))
    assert [made.state for made in room.edits.values()] == [EditState.CANCELLED] * 3


def test_what_is_counted_though_it_ended_without_a_picture_is_said() -> None:
    charged = [replace(FAILED, waste=Waste.CHARGED), replace(EDIT, stage=Cancelled(NOW), waste=Waste.CHARGED)]
    text = status_text(en(), [], charged, NOW, lambda _: UNKNOWN)
    assert "failed a moment ago, counted (code <code>ab12cd</code>)" in text
    assert "cancelled a moment ago, counted" in text
