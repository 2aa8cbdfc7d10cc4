"""The photos of a request: fetched from Telegram, prepared, and published for the provider."""

from bot.core.edits import Edit
from bot.core.pictures import Size
from bot.core.ports import Ports, PublicUrl


class Photos:
    """Keeps each photo under a name made from the edit's id, and hosts it under one made from its secret."""

    def __init__(self, ports: Ports) -> None:
        self._files, self._chat = ports.files, ports.chat
        self._images, self._host = ports.images, ports.photo_host

    async def original(self, edit: Edit, number: int = 0) -> bytes:
        """The photo's bytes, from our files or else from Telegram. Raises PhotoRefused, TryLater."""
        name = _name(edit.id, number)
        kept = await self._files.get(name, "photo")
        if kept is None:
            kept = await self._chat.download(edit.request.photos[number])
            await self._files.put(name, "photo", kept)
        return kept

    async def publish(self, edit: Edit) -> tuple[tuple[PublicUrl, ...], Size]:
        """Publish all photos; returns their URLs, and the size of the first, which the result will have."""
        urls, sizes = list[PublicUrl](), list[Size]()
        for number in range(len(edit.request.photos)):
            jpeg, size = await self._images.prepare(await self.original(edit, number))
            urls.append(await self._host.publish(_name(edit.secret, number), jpeg))
            sizes.append(size)
        return tuple(urls), sizes[0]

    async def forget(self, edit: Edit) -> None:
        """Delete the photos from our files and the photo host. May be repeated. Raises TryLater."""
        for number in range(len(edit.request.photos)):
            await self._files.remove(_name(edit.id, number), "photo")
        for number in range(len(edit.request.photos)):
            await self._host.withdraw(_name(edit.secret, number))


def _name(base: str, number: int) -> str:
    return f"{base}-{number}" if number else base
