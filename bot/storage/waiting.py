"""How many edits wait, and what for: what who runs the bot is to see."""

from sqlalchemy import func, or_, select

from bot.core.edits import ACTIVE
from bot.core.stages import EditState
from bot.storage.database import Database
from bot.storage.tables import EDITS

FOR_A_TURN = "turn"


class WaitingEdits:
    """Counts the edits of all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_reason(self) -> dict[str, int]:
        """Edits that cannot go on, by reason; those that only wait for their turn count as such."""
        waits = or_(EDITS.c.blocked_by.is_not(None), EDITS.c.state == EditState.RECEIVED)
        counted = (
            select(EDITS.c.blocked_by, func.count())
            .where(EDITS.c.due_at.is_not(None), EDITS.c.state.in_(ACTIVE), waits)
            .group_by(EDITS.c.blocked_by)
        )
        async with self._database.reading() as connection:
            return {reason or FOR_A_TURN: count for reason, count in await connection.execute(counted)}
