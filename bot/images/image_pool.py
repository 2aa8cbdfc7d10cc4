"""The same work off the event loop: as many pictures at once as there are cores, each in a thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot.core.pictures import Fitted, ImageFormat, Size
from bot.images.fitting import fit
from bot.images.preparing import prepare
from bot.images.reading import inspect


class ThreadedDarkroom:
    """The core's `Darkroom`."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads

    async def prepare(self, photo: bytes) -> tuple[bytes, Size]:
        """The JPEG for the provider, and the photo's exact size."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _prepare, photo)

    async def fit(
        self, result: bytes, photo: bytes, *, as_format: ImageFormat | None, keep_alpha: bool
    ) -> Fitted:
        """The result at the photo's exact size."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, _fit, result, photo, as_format, keep_alpha
        )


def _prepare(photo: bytes) -> tuple[bytes, Size]:
    return prepare(photo), inspect(photo).size


def _fit(result: bytes, photo: bytes, as_format: ImageFormat | None, keep_alpha: bool) -> Fitted:  # noqa: FBT001
    return fit(result, photo, as_format=as_format or inspect(photo).format, keep_alpha=keep_alpha)
