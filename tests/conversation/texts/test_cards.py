from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

import pytest

from bot.conversation.texts.cards import cancelled_text, caption, progress_text
from bot.core.edits import Edit, Waste
from bot.core.errors import Reason
from bot.core.pacing import Estimate
from bot.core.pictures import Size
from bot.core.provider import ITS_TURN, Place
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import (
    Cancelled,
    Delivered,
    EditState,
    Failed,
    Held,
    Processing,
    Ready,
    Received,
    Stage,
    Submitting,
)
from tests.conversation.texts.samples import (
    EDIT,
    NOW,
    RUNNING,
    SLOW,
    TASK,
    UNKNOWN,
    asking,
    delivered,
    en,
    every_language,
    fr,
    utf16_units,
)
from tests.factories import RESULT
from tests.harness.chats import plain

STAGES: list[Stage] = [
    Held(NOW),
    Received(),
    Submitting(),
    Processing(TASK),
    Ready(TASK, RESULT),
    Delivered(TASK, RESULT, 11, NOW),
    Failed(Reason.TIMED_OUT, NOW),
    Cancelled(NOW),
]


def test_a_running_edit_shows_a_bar_and_what_is_left() -> None:
    text = progress_text(en(), RUNNING, NOW + timedelta(seconds=12), Estimate(26.0, is_slow=False))
    assert text == "▰▰▰▱▱▱▱▱▱▱ about 25 s left"


@pytest.mark.parametrize(
    ("left", "words"),
    [(-3, "5 s"), (0, "5 s"), (12.4, "10 s"), (13, "15 s"), (57, "55 s"), (58, "1 min"), (130, "2 min")],
)
def test_what_is_left_is_no_more_exact_than_a_guess(left: float, words: str) -> None:
    text = progress_text(en(), RUNNING, NOW, Estimate(left, is_slow=False))
    assert text.endswith(f"about {words} left")


@pytest.mark.parametrize(
    ("age", "estimate", "words"),
    [
        (2, UNKNOWN, "painting…"),
        (13, UNKNOWN, "painting… 10 s so far"),
        (99, SLOW, "slower than usual, 1 min 30 s so far"),
    ],
)
def test_without_an_estimate_there_is_no_promise(age: int, estimate: Estimate, words: str) -> None:
    text = progress_text(en(), RUNNING, NOW + timedelta(seconds=age), estimate)
    assert text.endswith(f"▱ {words}")


@every_language
@pytest.mark.parametrize(
    "estimate", [UNKNOWN, SLOW, Estimate(-4.0, is_slow=False), Estimate(0.0, is_slow=False)]
)
@pytest.mark.parametrize("age", [-30, 0, 1, 60, 10_000, 1_000_000])
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: type(stage).__name__)
def test_progress_is_never_negative_and_its_bar_never_full(
    t: NullTranslations, estimate: Estimate, age: int, stage: Stage
) -> None:
    edit = replace(RUNNING, stage=stage)
    text = plain(progress_text(t, edit, NOW + timedelta(seconds=age), estimate))
    assert "-" not in text
    assert text.count("▰") < 10
    assert text.count("▰") + text.count("▱") == (10 if edit.state is EditState.PROCESSING else 0)


@every_language
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: type(stage).__name__)
def test_progress_is_said_in_words_too(t: NullTranslations, stage: Stage) -> None:
    """A bar says nothing to who has it read aloud."""
    for estimate in (UNKNOWN, SLOW, Estimate(10.0, is_slow=False)):
        words = plain(progress_text(t, replace(RUNNING, stage=stage), NOW, estimate)).strip("▰▱ ")
        assert sum(letter.isalpha() for letter in words) > 3


def test_every_stage_was_looked_at() -> None:
    assert {replace(EDIT, stage=stage).state for stage in STAGES} == set(EditState)


@pytest.mark.parametrize("estimate", [UNKNOWN, Estimate(10.0, is_slow=False)])
def test_the_bar_only_grows_with_time(estimate: Estimate) -> None:
    texts = [progress_text(en(), RUNNING, NOW + timedelta(seconds=age), estimate) for age in range(600)]
    full = [text.count("▰") for text in texts]
    assert full == sorted(full)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (EDIT, "On it. This takes about 25 s."),
        (replace(EDIT, stage=Submitting(), submits=1), "On it. This takes about 25 s."),
        (replace(EDIT, attempts=2), "Waiting. The image service is busy; I keep trying."),
        (
            replace(EDIT, attempts=2, blocked_by=Reason.TELEGRAM_AWAY),
            "Waiting. Telegram does not give me your photo yet; I keep trying.",
        ),
        (
            replace(EDIT, attempts=2, blocked_by=Reason.PHOTO_HOST_AWAY),
            "Waiting. I cannot put your photo where the image service picks it up; I keep trying.",
        ),
        (
            replace(EDIT, stage=Ready(TASK, RESULT), attempts=1, blocked_by=Reason.TELEGRAM_LIMIT),
            "Finished. I may only send so many messages at a time; your picture comes as soon as I may.",
        ),
        (
            replace(EDIT, stage=Ready(TASK, RESULT), attempts=1, blocked_by=Reason.MAY_NOT_SEND),
            "Finished, but I may not send pictures here. Once an admin lets me, it comes by itself.",
        ),
        (replace(EDIT, submits=1), "Waiting. The first try did not work, I am starting a second one."),
        (
            replace(EDIT, attempts=2, blocked_by=Reason.OUT_OF_CREDIT),
            "Waiting. The bot has no credit left at the image service; I go on by myself once it has.",
        ),
        (
            replace(EDIT, attempts=2, blocked_by=Reason.ACCESS_DENIED),
            "Waiting. The image service does not let the bot in right now; I go on by myself once it does.",
        ),
        (
            replace(EDIT, stage=Submitting(), submits=1, blocked_by=Reason.SERVICE_DOWN),
            "The image service broke off; I am finding out whether it has begun.",
        ),
        (
            replace(RUNNING, attempts=1, blocked_by=Reason.RESULT_AWAY),
            "Finished. I cannot fetch the picture yet; I keep trying.",
        ),
        (
            replace(RUNNING, attempts=1, blocked_by=Reason.OUR_FAULT),
            "Something went wrong on my side; I try again in a moment.",
        ),
        (replace(EDIT, stage=Ready(TASK, RESULT), sends=1), "Finishing, your picture is on its way."),
        (
            replace(EDIT, stage=Ready(TASK, RESULT), attempts=1),
            "Finished. Telegram is slow to take it; I keep trying to send it.",
        ),
        (
            replace(EDIT, stage=Ready(TASK, RESULT), sends=2),
            "Finished. Telegram is slow to take it; I keep trying to send it.",
        ),
    ],
)
def test_a_card_says_what_an_edit_waits_for(edit: Edit, words: str) -> None:
    assert progress_text(en(), edit, NOW, Estimate(26.0, is_slow=False)) == words


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (ITS_TURN, "On it."),
        (Place(1), "Waiting. 1 edit goes before this one."),
        (Place(3), "Waiting. 3 edits go before this one."),
        (Place(3, in_chat=True), "Number 3 in line here."),
    ],
)
def test_an_edit_in_line_says_where_it_stands(place: Place, words: str) -> None:
    assert progress_text(en(), EDIT, NOW, UNKNOWN, place) == words


def test_a_held_edit_says_when_it_begins_in_a_text_that_stays_as_it_is() -> None:
    held = replace(EDIT, stage=Held(NOW + timedelta(minutes=12, seconds=0.5)))
    texts = {progress_text(en(), held, NOW + timedelta(minutes=late), UNKNOWN) for late in (0, 5)}
    moment = f'<tg-time unix="{int(NOW.timestamp()) + 721}" format="r">at 12:12 UTC</tg-time>'
    assert texts == {f"⏳ Held for you. I begin {moment}."}


def test_a_cancelled_edit_says_whether_it_was_counted() -> None:
    cancelled = replace(EDIT, stage=Cancelled(NOW))
    assert cancelled_text(en(), cancelled) == "Cancelled. It was not counted."
    forgiven = replace(cancelled, waste=Waste.FORGIVEN)
    assert cancelled_text(en(), forgiven) == "Cancelled. It was not counted."
    charged = replace(cancelled, waste=Waste.CHARGED)
    assert cancelled_text(en(), charged) == "Cancelled. It had been paid for already, so it is counted."


def test_the_caption_of_a_file_says_how_much_it_was_enlarged() -> None:
    edit = delivered(asking(EDIT, words="in red"), Size(4000, 3000), 0.0)
    assert isinstance(edit.stage, Delivered)
    large = replace(edit, stage=replace(edit.stage, result=replace(edit.stage.result, enlarged=3.378)))
    file = replace(large, request=replace(large.request, photos=(PhotoRef("f", PhotoKind.DOCUMENT),)))
    assert caption(en(), file).splitlines()[1] == "Painted at 1.1 megapixels, enlarged 3.4×."
    assert caption(fr(), file).splitlines()[1] == "Peint à 1,1 mégapixels, agrandi 3,4×."
    assert len(caption(en(), large).splitlines()) == 1  # a photo, which Telegram shrinks in any case
    little = replace(file, stage=replace(edit.stage, result=replace(edit.stage.result, enlarged=1.5)))
    assert len(caption(en(), little).splitlines()) == 1


def test_a_caption_has_the_style_the_words_and_what_was_cropped() -> None:
    edit = delivered(asking(EDIT, words="in red chalk"), Size(1280, 853), 0.062)
    assert caption(en(), edit) == "✏️ Sketch · <i>in red chalk</i>\n1280×853, 6 % cropped"
    assert caption(fr(), edit).endswith("\n1280×853, rogné de 6\u00a0%")
    uncropped = delivered(asking(EDIT, words="in red chalk"), Size(1280, 853), 0.05)  # nobody sees that
    assert caption(en(), uncropped) == "✏️ Sketch · <i>in red chalk</i>"


@pytest.mark.parametrize("words", ["", "in red chalk"])
def test_a_caption_tells_which_step_it_is_from_the_second_on(words: str) -> None:
    first = asking(delivered(EDIT, Size(1280, 853)), words=words)
    third = asking(first, parent="before", step=3)
    assert caption(en(), third) == f"{caption(en(), first)} · step 3"
    assert "step" not in caption(en(), first)
    assert caption(fr(), third).endswith(" · étape 3")


def test_the_caption_of_a_free_edit_is_what_was_asked() -> None:
    edit = asking(EDIT, command="edit", words="a hat\n on  him")
    assert caption(en(), edit) == "<i>a hat on him</i>"


@every_language
@pytest.mark.parametrize("command", ["edit", "background", "a-command-of-long-ago"])
@pytest.mark.parametrize(
    "words",
    [
        "<b>&",
        "</i></b> &amp; <script>alert('1')</script>",
        "🍌" * 5000,
        "👩‍👩‍👧‍👦" * 700,
        "&<>" * 500,
        "word " * 400,
        "{words} %s %(x)s {0}",
        "\n\n \t",
        "é\u0301" * 900,
    ],
)
def test_no_words_can_break_a_caption(t: NullTranslations, command: str, words: str) -> None:
    edit = delivered(asking(EDIT, command=command, words=words), Size(10_000, 10_000), 0.5)
    text = plain(caption(t, edit))
    assert utf16_units(text) <= 1024
    start = " ".join(words.split())[:8]
    assert start in text
    assert text.strip()
    if len(words.strip()) > 300:
        assert "…" in text


@every_language
def test_a_late_picture_says_so(t: NullTranslations) -> None:
    on_time = delivered(EDIT, Size(64, 48))
    assert caption(t, replace(on_time, is_late=True)).startswith(f"{caption(t, on_time)}\n")
