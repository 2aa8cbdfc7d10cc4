"""Calls of one kind: how many at once, how long each may take, and when the API wants none."""

from asyncio import timeout
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import httpx

from bot.core.errors import BotError, TryLater
from bot.http.answers import BodyTooLong, Envelope, read_answer
from bot.http.client import Lines, bearer
from bot.nanobanana.account import Account

OnCall: TypeAlias = Callable[[str], None]
"""Told how a call ended: the API's own code, or a kind of error."""


@dataclass(frozen=True, slots=True)
class Kind:
    """So many at once, each for so long, and what it means that one had no readable answer."""

    in_flight: int
    seconds: float
    when_cut: Callable[[Exception], BotError]


class Calls:
    """Each kind has connections of its own, so that one that hangs does not hold up another."""

    def __init__(self, account: Account, kind: Kind, on_call: OnCall) -> None:
        self._account, self._kind, self._on_call = account, kind, on_call
        self._lines = Lines(
            timeout_seconds=kind.seconds,
            in_flight=kind.in_flight,
            proxy=account.proxies.of(account.api_url),
        )
        self._not_before = 0.0

    async def answer(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        json: bytes | None = None,
    ) -> Envelope:
        """Send, and read what comes back. Errors keep nothing of the call but their kind.

        TryLater without a call while the API has asked for none of this kind. May be cancelled at any moment.
        """
        wait = self._not_before - self._account.clock()
        if wait > 0:
            raise TryLater(wait, "the API asked for a pause")
        headers = bearer(self._account.api_key)
        if json is not None:
            headers[b"Content-Type"] = b"application/json; charset=utf-8"
        try:
            async with self._lines.line() as http, timeout(self._kind.seconds):
                request = http.build_request(
                    method, self._account.api_url + path, params=parameters, content=json, headers=headers
                )
                envelope = await read_answer(
                    await http.send(request, stream=True), hide=self._account.api_key
                )
        except (httpx.RequestError, BodyTooLong, TimeoutError) as error:
            self._on_call(type(error).__name__)
            raise self._kind.when_cut(error) from error
        self._on_call(str(envelope.code))
        if envelope.retry_after is not None and not envelope.is_success:
            self._not_before = self._account.clock() + envelope.retry_after
        return envelope

    async def aclose(self) -> None:
        await self._lines.aclose()
