"""The edits that this replica holds, and those that it may take over."""

from collections.abc import Sequence

from bot.core.edits import Edit
from bot.core.look_budget import LookBudget
from bot.core.ports import Lease
from bot.storage.edits import SqlEditStore
from bot.storage.replicas import Replicas


class HeldEdits:
    """The `EditRows` of the jobs. Always uses the current name of this replica, which can change."""

    def __init__(self, lease: Lease, replicas: Replicas, store: SqlEditStore, looks: LookBudget) -> None:
        self._lease, self._replicas, self._store, self._looks = lease, replicas, store, looks

    async def claim(self, limit: int) -> Sequence[Edit]:
        """Take over at most `limit` unfinished edits that nobody alive holds, the most urgent first."""
        claimed = await self._replicas.claim_edits(self._lease.name, limit)
        if claimed:  # whoever left them needs no looks any more, and each gets its place in the budget now
            self._looks.share(await self._replicas.alive())
        return claimed

    async def held(self) -> Sequence[Edit]:
        """Every edit of this replica with something left to do."""
        return await self._store.unfinished(self._lease.name)
