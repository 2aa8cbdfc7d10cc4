"""Telegram in the place of HTTP: notes each call and answers it as told, or as if all went well."""

import itertools
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from telegram.ext import BaseRateLimiter, ExtBot
from telegram.request import BaseRequest, RequestData

from bot.telegram.outbox.turns import Priority

ME = {"id": 1, "is_bot": True, "first_name": "Banana", "username": "nanobanana_bot"}
NEW_MESSAGES = ("sendMessage", "sendPhoto", "sendDocument")
Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Call:
    method: str
    data: dict[str, Any]


class NoLimits(BaseRateLimiter[Priority]):
    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def process_request(
        self, callback: Callable[..., Any], args: Any, kwargs: dict[str, Any], *_: Any, **__: Any
    ) -> Any:
        return await callback(*args, **kwargs)


class FakeTelegram(BaseRequest):
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.before: Callable[[Call], Awaitable[None]] | None = None
        self._answers: defaultdict[str, deque[Answer | Exception]] = defaultdict(deque)
        self._ids = itertools.count(501)

    def bot(self, flood_control: BaseRateLimiter[Priority] | None = None) -> ExtBot[Priority]:
        return ExtBot("1:a", request=self, get_updates_request=self, rate_limiter=flood_control or NoLimits())

    def will_refuse(self, method: str, code: int, words: str, **parameters: Any) -> None:
        refusal = {"ok": False, "error_code": code, "description": words, "parameters": parameters}
        self._answers[method].append((code, refusal))

    def will_raise(self, method: str, error: Exception) -> None:
        self._answers[method].append(error)

    def will_return(self, method: str, result: object) -> None:
        self._answers[method].append((200, {"ok": True, "result": result}))

    def of(self, method: str) -> list[dict[str, Any]]:
        return [call.data for call in self.calls if call.method == method]

    @property
    def methods(self) -> list[str]:
        return [call.method for call in self.calls if call.method != "getMe"]

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self,
        url: str,
        method: str,  # noqa: ARG002 - named so by the library
        request_data: RequestData | None = None,
        *_: Any,
        **__: Any,
    ) -> tuple[int, bytes]:
        call = Call(url.rpartition("/")[2], dict(request_data.parameters) if request_data else {})
        self.calls.append(call)
        if self.before is not None:
            await self.before(call)
        answers = self._answers[call.method]
        answer = answers.popleft() if answers else (200, {"ok": True, "result": self._result(call)})
        if isinstance(answer, Exception):
            raise answer
        return answer[0], json.dumps(answer[1]).encode()

    def _result(self, call: Call) -> object:
        if call.method == "getMe":
            return ME
        if call.method == "sendMediaGroup":
            return [self._message(call.data["chat_id"]) for _ in call.data["media"]]
        return self._message(call.data["chat_id"]) if call.method in NEW_MESSAGES else True

    def _message(self, chat_id: int) -> dict[str, Any]:
        chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}
        return {"message_id": next(self._ids), "date": 1, "chat": chat}
