"""API calls of one kind: how many at once, how long each may take, and the pauses that the API asks for."""

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
"""Called with how a call ended: the API's own code, or an error's class name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Calls in flight at most, seconds for each, and the error to raise for one without a readable answer."""

    in_flight: int
    seconds: float
    when_cut: Callable[[Exception], BotError]


class Calls:
    """Calls of one kind. Each kind has its own connections, so a kind that hangs does not block another."""

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
        """Make a call and return its answer. Errors tell their class name only, nothing of the call.

        Raises TryLater without a call during a pause that the API asked for. May be cancelled at any moment.
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
