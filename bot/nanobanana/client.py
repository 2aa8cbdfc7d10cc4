"""The NanoBanana API's client: starts tasks, asks how they are doing, fetches what they made."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from bot.core.errors import BotError, ResultUnusable, TryLater
from bot.core.ports import Order, TaskStatus
from bot.http.answers import BodyTooLong, Envelope, read_answer
from bot.http.client import Lines, bearer
from bot.nanobanana.download import Downloader
from bot.nanobanana.errors import cut_create, cut_question, refused_create, refused_question
from bot.nanobanana.requests import CHECK_PATH, CREDIT_PATH, Operation, create_call
from bot.nanobanana.responses import credits_left, task_id, task_status

_CREATES_IN_FLIGHT, _QUESTIONS_IN_FLIGHT = 10, 64
"""Apart: a photo's create call does not stand in line behind thousands of looks."""
_MOST_URLS_TRIED = 4


@dataclass(frozen=True, slots=True)
class Account:
    """Where the API is, and the key to it."""

    api_url: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until a call counts as cut."""

    create_seconds: float = 60
    check_seconds: float = 20


class NanoBananaClient:
    """An ImageModel. The key goes to the account's URL and nowhere else: results come without it."""

    def __init__(
        self,
        account: Account,
        operation: Operation,
        downloader: Downloader,
        *,
        on_call: Callable[[str], None] = lambda _: None,
        patience: Patience = Patience(),
    ) -> None:
        self._api_url, self._key = account.api_url.rstrip("/"), account.api_key.strip()
        self._operation, self._downloader = operation, downloader
        self._on_call, self._patience = on_call, patience
        self._creates = Lines(timeout_seconds=patience.create_seconds, in_flight=_CREATES_IN_FLIGHT)
        self._questions = Lines(timeout_seconds=patience.check_seconds, in_flight=_QUESTIONS_IN_FLIGHT)

    @property
    def operation(self) -> str:
        return str(self._operation)

    async def create(self, order: Order) -> str:
        """Start a task. OutcomeUnknown wherever the provider may have made one without our knowing its id."""
        call = create_call(self._operation, order)
        content = json.dumps(call.body, ensure_ascii=False).encode(errors="replace")
        async with self._creates.line() as http:
            request = http.build_request(
                "POST",
                self._api_url + call.path,
                content=content,
                headers={**bearer(self._key), b"Content-Type": b"application/json; charset=utf-8"},
            )
            envelope = await self._answer(http, request, self._patience.create_seconds, cut_create)
        new = task_id(envelope) if envelope.is_success else None
        if new is None:
            raise refused_create(envelope)
        return new

    async def check(self, task_id: str) -> TaskStatus:
        """How the task is doing, by a single look."""
        envelope = await self._ask(CHECK_PATH, {"taskId": task_id})
        status = task_status(envelope)
        if status is None:
            raise refused_question(envelope)
        return status

    async def fetch(self, urls: Sequence[str]) -> bytes:
        """The bytes behind the first URL that has an image. Any that may work later is worth coming back."""
        worth_waiting: TryLater | None = None
        useless = ResultUnusable("no URL")
        for url in urls[:_MOST_URLS_TRIED]:
            try:
                return await self._downloader.fetch(url)
            except TryLater as error:
                worth_waiting = worth_waiting or error
            except ResultUnusable as error:
                useless = error
        raise worth_waiting or useless

    async def credits(self) -> float:
        """The account's balance; also the cheapest way to see whether the key is good."""
        envelope = await self._ask(CREDIT_PATH, {})
        balance = credits_left(envelope) if envelope.is_success else None
        if balance is None:
            raise refused_question(envelope)
        return balance

    async def aclose(self) -> None:
        await self._creates.aclose()
        await self._questions.aclose()

    async def _ask(self, path: str, parameters: dict[str, str]) -> Envelope:
        async with self._questions.line() as http:
            request = http.build_request(
                "GET", self._api_url + path, params=parameters, headers=bearer(self._key)
            )
            return await self._answer(http, request, self._patience.check_seconds, cut_question)

    async def _answer(
        self,
        http: httpx.AsyncClient,
        request: httpx.Request,
        seconds: float,
        when_cut: Callable[[Exception], BotError],
    ) -> Envelope:
        """Send, and read what comes back. Errors keep nothing of the call but their kind."""
        try:
            async with asyncio.timeout(seconds):
                envelope = await read_answer(await http.send(request, stream=True), hide=self._key)
        except (httpx.RequestError, BodyTooLong, TimeoutError) as error:
            self._on_call(type(error).__name__)
            raise when_cut(error) from error
        self._on_call(str(envelope.code))
        return envelope
