"""Fetches the files that people sent, by our own capped client: the token stays in this module.

A Bot API server of one's own, run with `--local`, names a file by its path on the server's disk.
"""

import asyncio
import logging
from pathlib import Path

import httpx
from telegram import Bot, File
from telegram.error import BadRequest, Forbidden, NetworkError

from bot.core.errors import PhotoRefused, Reason, TryLater
from bot.http.answers import BodyTooLong, capped
from bot.telegram.outbox.errors import is_refusal, is_refused, translated

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = 20_000_000
"""Telegram's limit for bots (its own constant is a little larger; this is the safe side)."""
_PAUSES = (1.0, 2.0)
"""Telegram says the same for a wrong id and for a file that it cannot find right now."""
_LONGEST_SECONDS = 120.0


class FileDownloader:
    """Bytes of a Telegram file by its id. `files_url` is what `/bot<token>/<path>` is appended to; with the
    token in it, such a URL never leaves this class.
    """

    def __init__(self, bot: Bot, client: httpx.AsyncClient, files_url: str, token: str) -> None:
        self._bot, self._client, self._token = bot, client, token
        self._root = f"{files_url}/bot{token}/"
        self._has_warned = False

    async def download(self, file_id: str) -> bytes:
        """At most 20 MB. Raises PhotoRefused when the file is too big or gone, TryLater otherwise."""
        file = await self._get(file_id)
        if (file.file_size or 0) > MAX_FILE_BYTES:  # one's own server has no such limit
            raise PhotoRefused(Reason.FILE_TOO_BIG)
        # python-telegram-bot puts a URL before it, unless there is such a file on this machine.
        path = (file.file_path or "").removeprefix(f"{self._bot.base_file_url}/")
        if path.startswith("/"):  # only the server's own folder is read, which is named by the token
            path = path.partition(f"/{self._token}/")[2] and path
        if not path or ".." in path:
            raise PhotoRefused(Reason.PHOTO_GONE)
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):  # the client's own is for each piece of the body
                return await self._read(path)
        except BodyTooLong:
            raise PhotoRefused(Reason.FILE_TOO_BIG) from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise _away(type(error).__name__) from None  # its text may hold the URL

    async def _get(self, file_id: str) -> File:
        with translated(repeatable=True):
            try:
                return await self._ask(file_id)
            except (BadRequest, Forbidden) as error:
                too_big = is_refusal(error, "too big")
                raise PhotoRefused(Reason.FILE_TOO_BIG if too_big else Reason.PHOTO_GONE) from None
            except NetworkError as error:
                if is_refused(error):  # so small a call is not too large: something in between is mistaken
                    raise TryLater(2, "getFile: too large", Reason.TELEGRAM_AWAY) from None
                raise

    async def _ask(self, file_id: str) -> File:
        for pause in _PAUSES:
            try:
                return await self._bot.get_file(file_id)
            except BadRequest as error:
                if not is_refusal(error, "temporarily unavailable"):
                    raise
            await asyncio.sleep(pause)
        return await self._bot.get_file(file_id)

    async def _read(self, path: str) -> bytes:
        """From this machine's disk, where the server is here or its folder is shared; else by HTTP."""
        if path.startswith("/"):
            if (content := await asyncio.to_thread(_on_disk, Path(path))) is not None:
                return content
            path = path.partition(f"/{self._token}/")[2]
        async with self._client.stream("GET", self._root + path) as response:
            if response.status_code == httpx.codes.NOT_FOUND:
                self._warn()
            if response.status_code != httpx.codes.OK:
                raise _away(f"HTTP {response.status_code}")
            return await capped(response.aiter_bytes(), MAX_FILE_BYTES)

    def _warn(self) -> None:
        """Telegram itself has just named the file."""
        if not self._has_warned:
            logger.warning(
                "what people send cannot be fetched (HTTP 404). A Bot API server of your own shows its files "
                "only by another web server (TELEGRAM_FILES_URL), or in a folder that this machine shares"
            )
        self._has_warned = True


def _on_disk(path: Path) -> bytes | None:
    """None where it is not, or may not be read. Raises BodyTooLong."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BodyTooLong
        return path.read_bytes()
    except OSError:
        return None


def _away(detail: str) -> TryLater:
    return TryLater(2, f"file download: {detail}", Reason.TELEGRAM_AWAY)
