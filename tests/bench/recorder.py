"""Addresses of both services for one replica alone, and a record of every call that comes there."""

import contextlib
import time
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.serve import serving
from bot.sandbox.telegram.api import TelegramSandbox


@dataclass(frozen=True)
class Passed:
    """One call: its time, its method's or endpoint's name, and all that it said."""

    at: float
    name: str
    said: bytes


@dataclass
class Recorder:
    """`settings` lead a replica here."""

    settings: dict[str, str] = field(default_factory=dict)
    passed: list[Passed] = field(default_factory=list)

    def before(self, app: ASGIApp) -> ASGIApp:
        """The service, with every call noted."""

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            at, said = time.monotonic(), bytearray(scope.get("query_string", b""))

            async def heard() -> Message:
                message = await receive()
                said.extend(message.get("body", b""))
                return message

            try:
                await app(scope, heard, send)
            finally:
                self.passed.append(Passed(at, scope["path"].rpartition("/")[2], bytes(said)))

        return recorded

    def since(self, at: float, words: Collection[str]) -> list[str]:
        """The names of the calls from a moment on that speak of any of these."""
        sought = [word.encode() for word in words]
        return [
            call.name for call in self.passed if call.at >= at and any(each in call.said for each in sought)
        ]


@contextlib.asynccontextmanager
async def recorder(telegram: TelegramSandbox, nanobanana: NanoBananaSandbox) -> AsyncIterator[Recorder]:
    """Both are there until the block ends."""
    made = Recorder()
    async with (
        serving(made.before(telegram.app)) as telegram_url,
        serving(made.before(nanobanana.app)) as nanobanana_url,
    ):
        made.settings |= {"TELEGRAM_API_URL": telegram_url, "NANOBANANA_API_URL": nanobanana_url}
        yield made
