"""Fetches the files that people sent, with a client that caps them. The token stays in this module."""

import asyncio

import httpx
from telegram import Bot, File
from telegram.error import BadRequest, Forbidden, NetworkError

from bot.core.errors import PhotoRefused, Reason, TryLater
from bot.telegram.outbox.errors import is_refusal, is_refused, translated

MAX_FILE_BYTES = 20_000_000
"""Telegram's limit for bots (its own constant is a little larger; this is the safe side)."""
_PAUSES = (1.0, 2.0)
"""Telegram says the same for a wrong id and for a file that it cannot find right now."""
_LONGEST_SECONDS = 120.0


class FileDownloader:
    """Fetches a file by its Telegram id. The file's URL holds the bot token and never leaves this class."""

    def __init__(self, bot: Bot, client: httpx.AsyncClient, api_url: str, token: str) -> None:
        self._bot, self._client = bot, client
        self._root = f"{api_url}/file/bot{token}/"

    async def download(self, file_id: str) -> bytes:
        """The bytes, at most 20 MB. Raises PhotoRefused if the file is too big or gone, else TryLater."""
        with translated():
            try:
                file = await self._ask(file_id)
            except (BadRequest, Forbidden) as error:
                too_big = is_refusal(error, "too big")
                raise PhotoRefused(Reason.FILE_TOO_BIG if too_big else Reason.PHOTO_GONE) from None
            except NetworkError as error:
                if is_refused(error):  # the call is tiny, so this comes from something in between
                    raise TryLater(2, "getFile: too large") from None
                raise
        # python-telegram-bot gives the whole URL. A local Bot API server gives the path of a file instead.
        path = (file.file_path or "").rpartition("/file/bot")[2].partition("/")[2]
        if not path or path.startswith("/") or ".." in path:
            raise PhotoRefused(Reason.PHOTO_GONE)
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):  # the client's own timeout is per chunk
                return await self._read(path)
        except (httpx.HTTPError, TimeoutError) as error:
            raise TryLater(2, f"file download: {type(error).__name__}") from None  # its text may hold the URL

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
        content = bytearray()
        async with self._client.stream("GET", self._root + path) as response:
            if response.status_code == httpx.codes.NOT_FOUND:
                raise PhotoRefused(Reason.PHOTO_GONE)
            if response.status_code != httpx.codes.OK:
                raise TryLater(2, f"file download: HTTP {response.status_code}")
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > MAX_FILE_BYTES:
                    raise PhotoRefused(Reason.FILE_TOO_BIG)
        return bytes(content)
