"""/owner, for who runs the bot alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.features.owner import not_yours_text
from bot.conversation.incoming import Chat, Press, Sender
from bot.conversation.outgoing import Alert, ChangeText, Destination, SayWithFile, SayWithPicture
from bot.conversation.texts.money import low_text, report_text
from bot.core.errors import Reason
from bot.core.guests import Guest
from bot.core.money import PAUSED, Balance, Drift, Report, Span, Spender, Table
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GROUP, data_of, in_group, message, press
from tests.conversation.texts.samples import en, fr
from tests.factories import NOW
from tests.harness.chats import plain

OWNER = Sender(4005, "en", name="Olga")
CHAT = Chat(OWNER.id, is_private=True)
REPORT = Report(
    balance=Balance(NOW, 1234.5),
    pace=100.0,
    spans={
        1: Span(2, 1, 0, {Reason.POLICY: 1}, 8),
        7: Span(12, 9, 1, {Reason.POLICY: 1, Reason.TIMED_OUT: 2}, 52),
        30: Span(1200, 1200, 0, {}, 4800),
    },
    chats=(Spender(-7, "Cats & <Co>", 12, 52),),
    people=(Spender(5, "", 12, 52),),
    waiting={Reason.OUT_OF_CREDIT: 3, "turn": 1},
    drift=Drift(200, 100, timedelta(days=2)),
)
SAID = """\
Balance: 1,234.5 credits ($6.17)
It lasts 12 days 8 h at this week's pace.
⚠️ It fell by 200.0 credits, and I noted 100.0: the prices seem to have changed. NANOBANANA_CREDITS_PER_EDIT \
corrects mine.

Last 24 hours: 2 edits, 1 delivered, 0 cancelled, 8 credits ($0.04)
failed: policy 1

7 days: 12 edits, 9 delivered, 1 cancelled, 52 credits ($0.26)
failed: timed_out 2, policy 1

30 days: 1,200 edits, 1,200 delivered, 0 cancelled, 4,800 credits ($24.00)

The dearest chats of 7 days
• Cats & <Co> (-7): 12 edits, 52 credits ($0.26)

The dearest people of 7 days
• 5: 12 edits, 52 credits ($0.26)

Waiting: out_of_credit 3, turn 1

⏸ Paused: new requests wait."""


@pytest.fixture
def room() -> Room:
    return Room(admin_ids=frozenset({OWNER.id}))


def pressed(choice: str) -> Press:
    return press(f"owner:{choice}", sender=OWNER, chat=CHAT)


async def changed(room: Room, choice: str) -> ChangeText:
    alert, change = await room.handle(pressed(choice))
    assert isinstance(alert, Alert)
    assert isinstance(change, ChangeText)
    return change


def test_the_report_says_everything_that_there_is_to_say() -> None:
    assert plain(report_text(en(), REPORT, is_paused=True)) == SAID


def test_what_is_not_known_is_left_out() -> None:
    nothing = replace(REPORT, balance=None, chats=(), people=(), waiting={}, spans={})
    assert plain(report_text(en(), nothing, is_paused=False)) == "Balance: not known yet"
    steady = replace(REPORT, pace=0.0, drift=Drift(100, 100, timedelta(days=2)), spans={}, waiting={})
    assert "lasts" not in report_text(en(), steady, is_paused=False)


def test_the_warning_says_how_long_the_rest_lasts() -> None:
    assert "40 credits ($0.20)" in low_text(en(), 40, 100)
    assert "A day" not in low_text(en(), 40, 0)
    assert "100 crédits (0.50 $)" in low_text(fr(), 40, 100)


async def test_only_the_owner_sees_it_and_only_in_private(room: Room) -> None:
    said = await room.say(message("owner", sender=OWNER, chat=CHAT))
    assert "not known yet" in said.html
    assert data_of(said.buttons) == [f"owner:{each}" for each in ("money", "chats", "chart", "csv", "pause")]
    assert (await room.say(message("owner"))).html == not_yours_text(en())
    assert (await room.say(in_group("owner", sender=OWNER))).html == not_yours_text(en())
    stranger = await room.handle(press("owner:pause"))
    assert len(stranger) == 1
    in_a_group = await room.handle(press("owner:pause", sender=OWNER, chat=GROUP))
    assert len(in_a_group) == 1
    assert not room.money.notices


async def test_a_pause_lasts_until_the_owner_ends_it(room: Room) -> None:
    paused = await changed(room, "pause")
    assert "Paused" in paused.html
    assert data_of(paused.buttons)[-1] == "owner:on"
    assert room.money.notices == {PAUSED}
    assert "Paused" in (await changed(room, "money")).html
    assert data_of((await changed(room, "on")).buttons)[-1] == "owner:pause"
    assert not room.money.notices


async def test_the_chart_comes_with_what_its_colours_mean(room: Room) -> None:
    alert, shown = await room.handle(pressed("chart"))
    assert isinstance(alert, Alert)
    assert isinstance(shown, SayWithPicture)
    assert (shown.to, shown.picture, shown.silent) == (Destination(CHAT.id), b"a chart", True)
    assert plain(shown.html) == (
        "🟧 dollars a day: 360 credits ($1.80) in 30 days\n"
        "🟩 60 delivered 🟥 30 failed ⬜ 0 cancelled\n"
        "The days are those of UTC."
    )
    assert [day.date for day in room.owners_files.charted][-1] == NOW.date()


async def test_the_table_comes_as_a_file(room: Room) -> None:
    room.owners_files.made = Table(b"a table", 1200, is_whole=True)
    _, sent = await room.handle(pressed("csv"))
    said = "1,200 edits, without their words and pictures."
    assert sent == SayWithFile(Destination(CHAT.id), f"edits-{NOW:%Y-%m-%d}.csv", b"a table", said)
    room.owners_files.made = Table(b"a table", 1, is_whole=False)
    _, sent = await room.handle(pressed("csv"))
    assert isinstance(sent, SayWithFile)
    assert sent.html.startswith("1 edit, without its words and pictures. Older ones are left out")


async def test_nobody_else_gets_the_table_or_the_chart(room: Room) -> None:
    for data in ("owner:csv", "owner:chart"):
        assert len(await room.handle(press(data))) == 1
        assert len(await room.handle(press(data, sender=OWNER, chat=GROUP))) == 1


async def test_the_chats_are_listed_with_what_can_be_done(room: Room) -> None:
    assert "Nobody" in (await changed(room, "chats")).html
    for number, verdict in enumerate((None, True, False), 1):
        room.guests.guests[number] = Guest(number, f"Guest {number}", 1, NOW, NOW, verdict)
    listed = await changed(room, "chats")
    assert [line.rpartition(": ")[2] for line in plain(listed.html).splitlines()[1:]] == [
        "asks",
        "allowed",
        "refused",
    ]
    assert data_of(listed.buttons) == [
        *("allow:1", "refuse:1"),
        *("refuse:2", "limit:2"),
        "allow:3",
        "owner:money",
    ]
    assert ADA.id not in room.guests.guests


async def test_a_long_list_of_chats_has_pages(room: Room) -> None:
    for number in range(20):
        room.guests.guests[number] = Guest(number, f"Guest {number}", 1, NOW, NOW, is_allowed=False)
    room.money.dearest = (Spender(-7, "", 9, 36),)
    shown = []
    for page, turns, others in (
        ("chats", ["chats1"], 1),
        ("chats1", ["chats2", "chats"], 0),
        ("chats2", ["chats1"], 0),
    ):
        listed = await changed(room, page)
        *buttons, last = data_of(listed.buttons)
        assert last == "owner:money"
        assert [each for each in buttons if each.startswith("owner")] == [f"owner:{turn}" for turn in turns]
        assert len([each for each in buttons if each.startswith("limit")]) == others
        shown += [each for each in buttons if each.startswith("allow")]
    assert shown == [f"allow:{number}" for number in range(20)]


async def test_other_chats_that_spend_are_listed_and_own_limits_are_told(room: Room) -> None:
    room.guests.guests[2] = Guest(2, "Zoé", 1, NOW, NOW, is_allowed=True)
    room.money.dearest = (Spender(-7, "", 9, 36), Spender(2, "Zoé", 9, 36), Spender(-8, "", 9, 36))
    room.own_limits.numbers = {2: 50, -8: 0}
    listed = await changed(room, "chats")
    assert plain(listed.html).splitlines()[1:] == [
        "• Zoé (2): allowed · own limit: 50",
        "Others that spent most this week",
        "• -7 (-7)",
        "• -8 (-8) · no limit",
    ]
    assert data_of(listed.buttons) == ["refuse:2", "limit:2", "limit:-7", "limit:-8", "owner:money"]
