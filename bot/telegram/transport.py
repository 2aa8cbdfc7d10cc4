"""python-telegram-bot's HTTP transport, with a timeout for every call and a hook for every answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from telegram._utils.types import ODVInput
from telegram.error import TimedOut
from telegram.request import HTTPXRequest, RequestData

_LONGEST_SECONDS, _LONGEST_UPLOAD_SECONDS = 90.0, 300.0
"""Longer than a long poll, and longer for files, which may be slow."""

OnResponse: TypeAlias = Callable[[str, int, bytes], Awaitable[bytes]]
"""Called with each answer (method, HTTP status, body); returns the body that the library gets."""


class BoundedRequest(HTTPXRequest):
    """Bounds whole calls: the library's own timeouts are per chunk, so a slow body would pass them."""

    def __init__(self, on_response: OnResponse, **options: Any) -> None:
        super().__init__(**options)
        self._on_response = on_response

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = HTTPXRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = HTTPXRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = HTTPXRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = HTTPXRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make a call. Raises TimedOut if it takes too long as a whole."""
        uploads = request_data is not None and request_data.contains_files
        try:
            async with asyncio.timeout(_LONGEST_UPLOAD_SECONDS if uploads else _LONGEST_SECONDS):
                code, body = await super().do_request(
                    url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
                )
        except TimeoutError as error:
            raise TimedOut from error
        return code, await self._on_response(url.rpartition("/")[2], code, body)
