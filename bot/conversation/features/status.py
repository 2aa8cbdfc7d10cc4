"""/status: a person's edits in a chat, the running ones and the last ones that ended."""

from collections.abc import Callable, Sequence
from datetime import datetime
from gettext import NullTranslations

from bot.conversation.answering import answer
from bot.conversation.feature import Asked, Command, Feature, Replies
from bot.conversation.features.cancel import CANCEL
from bot.conversation.outgoing import Button, Buttons
from bot.conversation.texts.cards import heading, progress_text
from bot.conversation.texts.i18n import N_
from bot.conversation.texts.styles import command_title
from bot.conversation.texts.wording import ago, escaped
from bot.core.edits import Edit, Waste
from bot.core.pacing import Estimate
from bot.core.stages import Cancelled, Failed, Held

_RECENT = 3
_WORDS = 40
"""Characters of the person's words in a line."""


async def show(asked: Asked) -> Replies:
    """/status."""
    tools, chat_id, person_id = asked.tools, asked.message.chat.id, asked.message.sender.id
    active = await tools.edits.active_of(chat_id, person_id)
    recent = await tools.edits.recent_of(chat_id, person_id, _RECENT)
    text = status_text(asked.t, active, recent, tools.now(), tools.estimate)
    return answer(asked, text, held_buttons(asked.t, active))


def status_text(
    t: NullTranslations,
    active: Sequence[Edit],
    recent: Sequence[Edit],
    now: datetime,
    estimate_of: Callable[[Edit], Estimate],
) -> str:
    """The running edits, then the last ones that ended."""
    lines = [
        t.gettext("<b>Under way</b>")
        if active
        else t.gettext("You have no edits under way here. /help shows how to ask for one.")
    ]
    for edit in active:
        lines += [heading(t, edit, _WORDS), progress_text(t, edit, now, estimate_of(edit))]
    ended = [edit for edit in recent if not edit.is_active]
    if ended:
        lines += ["", t.gettext("<b>Lately</b>")]
        lines += [f"{heading(t, edit, _WORDS)} · {_ending(t, edit, now)}" for edit in ended]
    return "\n".join(lines)


def held_buttons(t: NullTranslations, active: Sequence[Edit]) -> Buttons:
    """A button for each held edit, which gives its place up; one for a series, because it gives all up."""
    held = {edit.request.update_id: edit for edit in active if isinstance(edit.stage, Held)}
    return tuple(
        (Button(f"✖️ {command_title(t, edit.request.command)}", CANCEL.of(edit, t).data),)
        for edit in held.values()
    )


def _ending(t: NullTranslations, edit: Edit, now: datetime) -> str:
    when = ago(t, (now - (edit.ended_at or edit.created_at)).total_seconds())
    match edit.stage:
        case Failed() if edit.waste is Waste.CHARGED:
            return t.gettext("failed {when}, counted (code <code>{code}</code>)").format(
                when=when, code=escaped(edit.code)
            )
        case Cancelled() if edit.waste is Waste.CHARGED:
            return t.gettext("cancelled {when}, counted").format(when=when)
        case Failed():
            return t.gettext("failed {when}, not counted (code <code>{code}</code>)").format(
                when=when, code=escaped(edit.code)
            )
        case Cancelled():
            return t.gettext("cancelled {when}, not counted").format(when=when)
    return t.gettext("done {when}").format(when=when)


FEATURE = Feature(
    order=30,
    commands=(Command("status", show, N_("Your edits here and how far they are")),),
    help=N_("/status shows how far your edits are."),
)
