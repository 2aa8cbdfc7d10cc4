"""What the owner gets as a picture or a file; making it takes a while, and holds nobody up."""

from collections.abc import Sequence

from bot.core.money import Day, Table
from bot.images.image_pool import ImagePool
from bot.nanobanana.prices import DOLLARS_PER_CREDIT
from bot.storage.edits_table import EditsTable
from bot.telegram.inbox.slots import Slots


class OwnersFiles:
    """The conversation's `OwnersFiles`."""

    def __init__(self, images: ImagePool, table: EditsTable, slots: Slots) -> None:
        self._images, self._table, self._slots = images, table, slots

    async def chart(self, days: Sequence[Day]) -> bytes:
        async with self._slots.stepped_aside():
            return await self._images.chart(days, DOLLARS_PER_CREDIT)

    async def table(self) -> Table:
        async with self._slots.stepped_aside():
            return await self._table.csv()
