"""Tasks that an edit has stopped waiting for: paid for, and looked at a few times more."""

from datetime import datetime, timedelta

from bot.core.edits import Edit
from bot.core.stages import Failed

LATE_LOOKS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
"""After the edit has ended."""


def next_late_look(edit: Edit, now: datetime) -> datetime | None:
    """When the task of an edit that ended without its picture is looked at next; None for never again."""
    if not (edit.is_late and isinstance(edit.stage, Failed) and edit.task is not None):
        return None
    moments = (edit.stage.ended_at + after for after in LATE_LOOKS)
    return next((moment for moment in moments if moment > now), None)
