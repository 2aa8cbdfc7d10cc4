"""What a refusal offers: a button that holds the next place."""

from datetime import datetime
from gettext import NullTranslations

from bot.conversation.outgoing import Button, Buttons
from bot.conversation.texts.wording import duration, until
from bot.core.edits import Request
from bot.core.limits import Refusal, Scope

HOLD_VERB = "hold"


def hold_buttons(t: NullTranslations, refusal: Refusal, request: Request, now: datetime) -> Buttons:
    """One button, where the request may wait for its place."""
    if refusal.retry_at is None or not refusal.can_be_held(now):
        return ()
    wait = duration(t, until((refusal.retry_at - now).total_seconds()))
    label = t.gettext("⏳ Do it in {duration}").format(duration=wait)
    return ((Button(label, f"{HOLD_VERB}:{request.update_id}"),),)


def refusal_key(refusal: Refusal, request: Request) -> str:
    """Refusals with the same key say the same to the same people; see `Say.merge`."""
    whose = request.requester_id if refusal.rule.scope is Scope.PERSON else ""
    return f"{refusal.reason} {whose}".strip()
