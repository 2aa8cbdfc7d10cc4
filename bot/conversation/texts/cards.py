"""Texts about one edit: its progress on the status card, its heading, its result's caption."""

from datetime import datetime
from gettext import NullTranslations

from bot.conversation.texts.styles import command_title
from bot.conversation.texts.wording import (
    bar,
    decimal,
    duration,
    excerpt,
    moment_utc,
    number,
    passed,
    rounded,
)
from bot.core.edits import Edit, Waste
from bot.core.errors import Reason
from bot.core.pacing import Estimate
from bot.core.presets import preset
from bot.core.provider import ITS_TURN, Place
from bot.core.requests import PhotoKind
from bot.core.stages import (
    Cancelled,
    Delivered,
    Failed,
    Held,
    Processing,
    Ready,
    Received,
    Result,
    Submitting,
)

CAPTION_WORDS = 300
"""Characters of the person's words in a caption."""
_UNKNOWN_HALFWAY_SECONDS = 45
_MUCH_ENLARGED = 1.5
_CROP_NOT_WORTH_A_WORD = 5
"""Per cent."""


def progress_text(
    t: NullTranslations, edit: Edit, now: datetime, estimate: Estimate, place: Place = ITS_TURN
) -> str:
    """How far an edit is; `place` is where it stands in the line."""
    match edit.stage:
        case Held(place_at):
            return t.gettext("⏳ Held for you. I begin {when}.").format(when=moment_utc(t, place_at))
        case Processing() if edit.blocked_by is Reason.RESULT_AWAY:
            return t.gettext("Finished. I cannot fetch the picture yet; I keep trying.")
        case _ if edit.blocked_by is Reason.OUR_FAULT:
            return t.gettext("Something went wrong on my side; I try again in a moment.")
        case Processing(task=task):
            return _painting(t, max(0.0, (now - task.submitted_at).total_seconds()), estimate)
        case Ready():
            return _sending(t, edit)
        case Delivered() | Failed() | Cancelled():
            return t.gettext("Done.")
    return _waiting(t, edit, estimate, place)


def _sending(t: NullTranslations, edit: Edit) -> str:
    if not edit.attempts and edit.sends <= 1:
        return t.gettext("Finishing, your picture is on its way.")
    match edit.blocked_by:
        case Reason.MAY_NOT_SEND:
            return t.gettext(
                "Finished, but I may not send pictures here. Once an admin lets me, it comes by itself."
            )
        case Reason.TELEGRAM_LIMIT:
            return t.gettext(
                "Finished. I may only send so many messages at a time; your picture comes as soon as I may."
            )
    return t.gettext("Finished. Telegram is slow to take it; I keep trying to send it.")


def _waiting(t: NullTranslations, edit: Edit, estimate: Estimate, place: Place) -> str:
    if edit.blocked_by is Reason.OUT_OF_CREDIT:
        return t.gettext(
            "Waiting. The bot has no credit left at the image service; I go on by myself once it has."
        )
    if edit.blocked_by is Reason.ACCESS_DENIED:
        return t.gettext(
            "Waiting. The image service does not let the bot in right now; I go on by myself once it does."
        )
    if place.is_paused:
        return t.gettext("Waiting. The owner of this bot has paused it; I go on by myself afterwards.")
    if place.in_chat:
        return t.gettext("Number {number} in line here.").format(number=number(t, place.number))
    if place.number:
        return t.ngettext(
            "Waiting. {count} edit goes before this one.",
            "Waiting. {count} edits go before this one.",
            place.number,
        ).format(count=number(t, place.number))
    if edit.attempts and edit.blocked_by in {Reason.TELEGRAM_AWAY, Reason.TELEGRAM_LIMIT}:
        return t.gettext("Waiting. Telegram does not give me your photo yet; I keep trying.")
    if edit.attempts and edit.blocked_by is Reason.PHOTO_HOST_AWAY:
        return t.gettext(
            "Waiting. I cannot put your photo where the image service picks it up; I keep trying."
        )
    if isinstance(edit.stage, Submitting) and edit.blocked_by:
        return t.gettext("The image service broke off; I am finding out whether it has begun.")
    if edit.attempts:
        return t.gettext("Waiting. The image service is busy; I keep trying.")
    if isinstance(edit.stage, Received) and edit.submits:
        return t.gettext("Waiting. The first try did not work, I am starting a second one.")
    if estimate.left_seconds is None:
        return t.gettext("On it.")
    return t.gettext("On it. This takes about {duration}.").format(
        duration=duration(t, rounded(estimate.left_seconds))
    )


def _painting(t: NullTranslations, age: float, estimate: Estimate) -> str:
    so_far = duration(t, passed(age))
    if estimate.left_seconds is not None:
        left = max(0.0, estimate.left_seconds)
        words = t.gettext("about {duration} left").format(duration=duration(t, rounded(left)))
        return f"{bar(age / (age + left) if age else 0)} {words}"
    if estimate.is_slow:
        words = t.gettext("slower than usual, {duration} so far").format(duration=so_far)
        return f"{bar(1)} {words}"
    words = (
        t.gettext("painting… {duration} so far").format(duration=so_far)
        if passed(age)
        else t.gettext("painting…")
    )
    return f"{bar(age / (age + _UNKNOWN_HALFWAY_SECONDS))} {words}"


def cancelled_text(t: NullTranslations, edit: Edit) -> str:
    """The end of an edit that was cancelled, and whether it was counted."""
    if edit.waste is Waste.CHARGED:
        return t.gettext("Cancelled. It had been paid for already, so it is counted.")
    return t.gettext("Cancelled. It was not counted.")


def caption(t: NullTranslations, edit: Edit) -> str:
    """The result's caption: what was asked at which step, and how much was cropped to keep its size."""
    return "\n".join([titled(t, edit), *remarks(t, edit)])


def remarks(t: NullTranslations, edit: Edit) -> list[str]:
    """What there is to know about a result."""
    lines, result = list[str](), edit.result
    if edit.is_late:
        lines.append(t.gettext("It took longer, here it is."))
    percent = round(100 * result.cropped) if result else 0
    if result is not None and percent > _CROP_NOT_WORTH_A_WORD:
        lines.append(
            t.gettext("{width}×{height}, {percent} % cropped").format(  # noqa: RUF001 - a times sign is meant
                width=result.size.width, height=result.size.height, percent=percent
            )
        )
    if result is not None and (enlarged := _enlarged(t, edit, result)):
        lines.append(enlarged)
    return lines


def titled(t: NullTranslations, edit: Edit) -> str:
    """What was asked, of how many photos if of several, and at which step from the second on."""
    title, count = heading(t, edit, CAPTION_WORDS), len(edit.request.photos)
    if count > 1:
        photos = t.ngettext("from {count} photo", "from {count} photos", count)
        title = f"{title} · {photos.format(count=number(t, count))}"
    if edit.request.step == 1:
        return title
    step = t.gettext("step {number}").format(number=number(t, edit.request.step))
    return f"{title} · {step}"


def _enlarged(t: NullTranslations, edit: Edit, result: Result) -> str:
    """For a file, which people send for its pixels, that has many more than the model painted."""
    if edit.request.kind is not PhotoKind.DOCUMENT or result.enlarged <= _MUCH_ENLARGED:
        return ""
    megapixels = result.size.width * result.size.height / result.enlarged**2 / 1e6
    return t.gettext("Painted at {megapixels} megapixels, enlarged {times}×.").format(  # noqa: RUF001
        megapixels=decimal(t, megapixels), times=decimal(t, result.enlarged)
    )


def heading(t: NullTranslations, edit: Edit, longest: int) -> str:
    """The command and the words of an edit in one line, at most `longest` characters of the words."""
    request = edit.request
    words = f"<i>{excerpt(request.said, longest)}</i>" if request.said.strip() else ""
    if preset(request.command) is None and words:
        return words
    title = command_title(t, request.command)
    return f"{title} · {words}" if words else title
