"""python-telegram-bot's HTTP transport, with an end to every call and a look at every answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from telegram._utils.types import ODVInput
from telegram.error import TimedOut
from telegram.request import HTTPXRequest, RequestData

_LONGEST_SECONDS, _LONGEST_UPLOAD_SECONDS = 90.0, 300.0
"""Longer than a long poll; a file may take its time on a narrow line."""

OnResponse: TypeAlias = Callable[[str, int, bytes], Awaitable[bytes]]
"""Sees an answer first (method's name, HTTP status, body) and returns the body that the library sees."""


class BoundedRequest(HTTPXRequest):
    """The library's own timeouts are for each piece of an answer: a body that trickles would pass them."""

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
        """TimedOut when it takes too long, as if nothing had come at all."""
        uploads = request_data is not None and request_data.contains_files
        try:
            async with asyncio.timeout(_LONGEST_UPLOAD_SECONDS if uploads else _LONGEST_SECONDS):
                code, body = await super().do_request(
                    url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
                )
        except TimeoutError as error:
            raise TimedOut from error
        return code, await self._on_response(url.rpartition("/")[2], code, body)
