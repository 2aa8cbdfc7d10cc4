"""The NanoBanana API's client: starts tasks, asks how they are doing, fetches what they made."""

import asyncio
import json
from collections.abc import Callable, Sequence

import httpx

from bot.core.errors import BotError, ResultUnusable, TryLater
from bot.core.ports import Order, TaskStatus
from bot.http_client import AnswerTooLong, Lines, bearer, read_answer
from bot.nanobanana.download import Downloader
from bot.nanobanana.errors import cut_create, cut_question, refused_create, refused_question
from bot.nanobanana.requests import CHECK_PATH, CREDIT_PATH, Model, Resolution, create_call, operation
from bot.nanobanana.responses import Envelope, credits_left, read_envelope, task_id, task_status

_CREATE_SECONDS, _CHECK_SECONDS = 60.0, 20.0
_CREATES_IN_FLIGHT, _QUESTIONS_IN_FLIGHT = 10, 64
"""Apart: a photo's create call does not stand in line behind thousands of looks."""
_SHORTEST_KEY = 8
_MOST_URLS_TRIED = 4


class NanoBananaClient:
    """An ImageModel. The key goes to `api_url` and nowhere else: results come without it."""

    def __init__(
        self,
        *,
        api_url: str,
        api_key: str,
        model: Model,
        resolution: Resolution,
        downloader: Downloader,
        on_call: Callable[[str], None] = lambda _: None,
        create_seconds: float = _CREATE_SECONDS,
        check_seconds: float = _CHECK_SECONDS,
    ) -> None:
        self._api_url, self._key = api_url.rstrip("/"), api_key.strip()
        self._model, self._resolution = model, resolution
        self._downloader, self._on_call = downloader, on_call
        self._create_seconds, self._check_seconds = create_seconds, check_seconds
        self._creates = Lines(timeout_seconds=create_seconds, in_flight=_CREATES_IN_FLIGHT)
        self._questions = Lines(timeout_seconds=check_seconds, in_flight=_QUESTIONS_IN_FLIGHT)

    @property
    def operation(self) -> str:
        return operation(self._model, self._resolution)

    async def create(self, order: Order) -> str:
        """Start a task. OutcomeUnknown wherever the provider may have made one without our knowing its id."""
        call = create_call(self._model, self._resolution, order)
        content = json.dumps(call.body, ensure_ascii=False).encode(errors="replace")
        async with self._creates.line() as http:
            request = http.build_request(
                "POST",
                self._api_url + call.path,
                content=content,
                headers={**bearer(self._key), b"Content-Type": b"application/json; charset=utf-8"},
            )
            envelope = await self._answer(http, request, self._create_seconds, cut_create)
        new = task_id(envelope) if _is_success(envelope) else None
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
        balance = credits_left(envelope) if _is_success(envelope) else None
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
            return await self._answer(http, request, self._check_seconds, cut_question)

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
                response = await http.send(request, stream=True)
                try:
                    content = await read_answer(response)
                finally:
                    await response.aclose()
        except (httpx.RequestError, AnswerTooLong, TimeoutError) as error:
            self._on_call(type(error).__name__)
            raise when_cut(error) from error
        envelope = read_envelope(response.status_code, self._without_key(content))
        self._on_call(str(envelope.code))
        return envelope

    def _without_key(self, content: bytes) -> bytes:
        """A refusal may quote the key that it refuses, and its text goes to the log."""
        key = self._key.encode()
        return content.replace(key, b"<key>") if len(key) >= _SHORTEST_KEY else content


def _is_success(envelope: Envelope) -> bool:
    return envelope.code == httpx.codes.OK
