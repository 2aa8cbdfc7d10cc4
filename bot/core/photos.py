"""The photos of a request: from Telegram to our side, and prepared to where the provider can fetch them."""

from bot.core.edits import Delivered, Edit
from bot.core.pictures import Size
from bot.core.ports import Ports, PublicUrl


class Photos:
    """Keeps and hosts each photo under a name of its own, made from the edit's id and its secret."""

    def __init__(self, ports: Ports) -> None:
        self._files, self._chat = ports.files, ports.chat
        self._images, self._host = ports.images, ports.photo_host

    async def original(self, edit: Edit, number: int = 0) -> bytes:
        """The person's bytes, from our side where they are still kept. Raises PhotoRefused, TryLater."""
        name = _name(edit.id, number)
        kept = await self._files.get(name, "photo")
        if kept is None:
            kept = await self._chat.download(edit.request.photos[number])
            await self._files.put(name, "photo", kept)
        return kept

    async def publish(self, edit: Edit) -> tuple[tuple[PublicUrl, ...], Size]:
        """Where the provider can fetch them, and the size of the first, which the result is to have."""
        urls, sizes = list[PublicUrl](), list[Size]()
        for number in range(len(edit.request.photos)):
            jpeg, size = await self._images.prepare(await self.original(edit, number))
            urls.append(await self._host.publish(_name(edit.secret, number), jpeg))
            sizes.append(size)
        return tuple(urls), sizes[0]

    async def forget(self, edit: Edit) -> None:
        """Nobody needs them any more, nor a result that cannot be asked for. Repeating it is harmless.

        Raises TryLater.
        """
        if not (isinstance(edit.stage, Delivered) and edit.offers_file):
            await self._files.remove(edit.id, "result")
        for number in range(len(edit.request.photos)):
            await self._files.remove(_name(edit.id, number), "photo")
        for number in range(len(edit.request.photos)):
            await self._host.withdraw(_name(edit.secret, number))


def _name(base: str, number: int) -> str:
    return f"{base}-{number}" if number else base
