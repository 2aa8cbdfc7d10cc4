"""The photos of a request: fetched from Telegram, prepared, and published for the provider."""

from dataclasses import dataclass

from bot.core.edits import Edit
from bot.core.errors import PhotoRefused, Reason
from bot.core.pictures import Size
from bot.core.ports import Ports
from bot.core.provider import PublicUrl
from bot.core.shapes import SQUARE, Ratio, Shape
from bot.core.stages import Delivered

_ANOTHER_RATIO = 1.03
"""A shape whose ratio is so many times the photo's is another one."""


@dataclass(frozen=True, slots=True)
class Published:
    """Where the provider can fetch the photos for one create call, and what is to be made of them.

    `shape` is the result's, `pixels` how many it is to have: 0 for as many as are painted. `is_reshaped`: the
    photo has another ratio.
    """

    urls: tuple[PublicUrl, ...]
    shape: Shape
    pixels: int
    is_reshaped: bool


def photo_name(secret: str, attempt: int, number: int = 0) -> str:
    """What the photo `number` of an edit is hosted as: nobody guesses it, and each create call has its own.

    A cache that could not fetch the first attempt's photo knows nothing of the second's; and a task whose
    record names a photo is a task of that attempt.
    """
    return "-".join((secret, *([f"a{attempt}"] if attempt > 1 else []), *([str(number)] if number else [])))


def photo_names(secret: str, attempts: int, count: int) -> list[str]:
    """Everything that may be hosted after so many attempts for a request of `count` photos."""
    return [photo_name(secret, attempt, n) for attempt in range(1, attempts + 1) for n in range(count)]


def kept_names(edit_id: str, count: int) -> list[str]:
    """What the originals of a request of `count` photos are kept as."""
    return [edit_id, *(f"{edit_id}-{number}" for number in range(1, count))]


class Photos:
    """Keeps the originals by the edit's id, and hosts what is prepared of them under unguessable names."""

    def __init__(self, ports: Ports) -> None:
        self._files, self._chat = ports.files, ports.chat
        self._images, self._host = ports.images, ports.photo_host
        self._store, self._model = ports.store, ports.model

    async def original(self, edit: Edit, number: int = 0) -> bytes:
        """The person's bytes, from our side where they are still kept. Raises PhotoRefused, TryLater."""
        name = kept_names(edit.id, len(edit.request.photos))[number]
        kept = await self._files.get(name, "photo")
        if kept is None:
            kept = await self._fetched(edit, number)
            await self._files.put(name, "photo", kept)
        return kept

    async def _fetched(self, edit: Edit, number: int) -> bytes:
        """From Telegram; a result that is changed further, in full quality while that is kept."""
        parent, photo = edit.request.parent, edit.request.photos[number]
        if parent is None or number:
            return await self._chat.download(photo)
        if (result := await self._files.get(parent, "result")) is not None:
            return result
        try:
            return await self._chat.download(photo)
        except PhotoRefused as error:
            raise PhotoRefused(Reason.RESULT_GONE) from error

    async def wanted(self, edit: Edit) -> Shape | None:
        """The shape of the result to be, where it is not simply the photo's size.

        Telegram's copy of a parent's result may be smaller than that was. A new picture is a square.
        """
        shape = edit.request.shape
        if isinstance(shape, Size) or not edit.request.photos:
            return shape or SQUARE
        parent = await self._store.get(edit.request.parent) if edit.request.parent else None
        if parent is None or parent.result is None:
            return shape
        size = parent.result.size
        return shape.of_area(size.pixels) if isinstance(shape, Ratio) else size

    async def publish(self, edit: Edit) -> Published:
        """Host what is prepared of the photos, for the next create call."""
        urls, sizes = list[PublicUrl](), list[Size]()
        for number in range(len(edit.request.photos)):
            jpeg, size = await self._prepared(edit, number)
            urls.append(await self._host.publish(photo_name(edit.secret, edit.submits + 1, number), jpeg))
            sizes.append(size)
        wanted, photo = await self.wanted(edit), sizes[0] if sizes else SQUARE
        shape = wanted or photo
        sized = next((each for each in (shape, photo) if isinstance(each, Size)), None)
        ratios = sorted((shape.ratio, photo.ratio))
        is_reshaped = bool(sizes) and ratios[1] > _ANOTHER_RATIO * ratios[0]
        return Published(tuple(urls), shape, sized.pixels if sized else 0, is_reshaped)

    async def _prepared(self, edit: Edit, number: int) -> tuple[bytes, Size]:
        """The result has the shape of the first photo. PhotoRefused says which one of several it is."""
        is_first, request = number == 0, edit.request
        try:
            return await self._images.prepare(
                await self.original(edit, number),
                self._model.shapes if is_first else (),
                wanted=request.shape if is_first else None,
                longest=self._model.photo_side(edit.operation),
            )
        except PhotoRefused as error:
            if len(request.photos) == 1:
                raise
            raise PhotoRefused(error.reason, number + 1) from error

    async def forget(self, edit: Edit) -> None:
        """Nobody needs them any more, nor a result that was not delivered. Repeating it is harmless.

        Raises TryLater.
        """
        if not isinstance(edit.stage, Delivered):
            await self._files.remove(edit.id, "result")
        count = len(edit.request.photos)
        for name in kept_names(edit.id, count):
            await self._files.remove(name, "photo")
        # What has not been delivered may have been published for one more attempt.
        attempts = max(edit.submits, 1) if isinstance(edit.stage, Delivered) else edit.submits + 1
        for name in photo_names(edit.secret, attempts, count):
            await self._host.withdraw(name)
