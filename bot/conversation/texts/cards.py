"""What is said of one edit: its status card, the caption of its result, its line in /status."""

from collections.abc import Callable, Sequence
from datetime import datetime
from gettext import NullTranslations

from bot.conversation.texts.reasons import failure_card
from bot.conversation.texts.styles import command_title
from bot.conversation.texts.wording import bar, duration, escaped, excerpt, passed, rounded, since
from bot.core.edits import Edit, EditState
from bot.core.errors import Reason
from bot.core.pacing import Estimate
from bot.core.presets import preset

_CAPTION_WORDS, _STATUS_WORDS = 300, 40
_UNKNOWN_HALFWAY_SECONDS = 45


def card_text(t: NullTranslations, edit: Edit, now: datetime, estimate: Estimate, ahead: int = 0) -> str:
    """What the status card shows now; `ahead` is how many edits go before this one."""
    if edit.state is EditState.CANCELLED:
        return t.gettext("Cancelled. It was not counted.")
    if edit.state is EditState.FAILED:
        return failure_card(t, edit)
    return f"<b>{command_title(t, edit.command)}</b>\n{_progress(t, edit, now, estimate, ahead)}"


def _progress(t: NullTranslations, edit: Edit, now: datetime, estimate: Estimate, ahead: int = 0) -> str:
    match edit.state:
        case EditState.PROCESSING:
            return _painting(t, max(0.0, (now - (edit.submitted_at or now)).total_seconds()), estimate)
        case EditState.READY if edit.attempts or edit.sends > 1:
            return t.gettext("Finished. Telegram is slow to take it; I keep trying to send it.")
        case EditState.READY:
            return t.gettext("Finishing, your picture is on its way.")
        case EditState.DELIVERED:
            return t.gettext("Done.")
    return _waiting(t, edit, estimate, ahead)


def _waiting(t: NullTranslations, edit: Edit, estimate: Estimate, ahead: int) -> str:
    if edit.hindrance is Reason.OUT_OF_CREDIT:
        return t.gettext(
            "Waiting. The bot has no credit left at the image service; I go on by myself once it has."
        )
    if edit.hindrance is Reason.ACCESS_DENIED:
        return t.gettext(
            "Waiting. The image service does not let the bot in right now; I go on by myself once it does."
        )
    if ahead:
        return t.ngettext(
            "Waiting. {count} edit goes before this one.",
            "Waiting. {count} edits go before this one.",
            ahead,
        ).format(count=ahead)
    if edit.attempts:
        return t.gettext("Waiting. The image service is busy; I keep trying.")
    if edit.state is EditState.RECEIVED and edit.submits:
        return t.gettext("Waiting. The first try did not work, I am starting a second one.")
    if estimate.left_seconds is None:
        return t.gettext("Waiting to start.")
    return t.gettext("Waiting to start. It then takes about {duration}.").format(
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


def caption(t: NullTranslations, edit: Edit) -> str:
    """What the result says of itself: what was asked, and how much of it was cut to keep the photo's size."""
    lines = [_heading(t, edit, _CAPTION_WORDS)]
    percent = round(100 * (edit.cropped or 0))
    if percent >= 1 and edit.size is not None:
        lines.append(
            t.gettext("{width}×{height}, {percent} % cropped").format(  # noqa: RUF001 - a times sign is meant
                width=edit.size.width, height=edit.size.height, percent=percent
            )
        )
    return "\n".join(lines)


def _heading(t: NullTranslations, edit: Edit, longest: int) -> str:
    words = f"<i>{excerpt(edit.words, longest)}</i>" if edit.words.strip() else ""
    if preset(edit.command) is None and words:
        return words
    title = command_title(t, edit.command)
    return f"{title} · {words}" if words else title


def status_text(
    t: NullTranslations,
    active: Sequence[Edit],
    recent: Sequence[Edit],
    now: datetime,
    estimate_of: Callable[[Edit], Estimate],
) -> str:
    """One person's edits in a chat: those under way, then the last ones that ended."""
    lines = [
        t.gettext("<b>Under way</b>")
        if active
        else t.gettext("You have no edits under way here. /help shows how to ask for one.")
    ]
    for edit in active:
        lines += [_heading(t, edit, _STATUS_WORDS), _progress(t, edit, now, estimate_of(edit))]
    ended = [edit for edit in recent if not edit.is_active]
    if ended:
        lines += ["", t.gettext("<b>Lately</b>")]
        lines += [f"{_heading(t, edit, _STATUS_WORDS)} · {_ending(t, edit, now)}" for edit in ended]
    return "\n".join(lines)


def _ending(t: NullTranslations, edit: Edit, now: datetime) -> str:
    ago = duration(t, since((now - (edit.ended_at or edit.created_at)).total_seconds()))
    match edit.state:
        case EditState.FAILED:
            return t.gettext("failed {duration} ago, not counted (code <code>{code}</code>)").format(
                duration=ago, code=escaped(edit.code)
            )
        case EditState.CANCELLED:
            return t.gettext("cancelled {duration} ago, not counted").format(duration=ago)
    return t.gettext("done {duration} ago").format(duration=ago)
