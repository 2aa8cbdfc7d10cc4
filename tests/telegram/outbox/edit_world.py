# ruff: noqa: ARG002 - a fake takes what the real one takes
"""An edit's chat, and cards that say what they were asked to show."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import httpx
from telegram.ext import BaseRateLimiter, ExtBot

from bot.conversation.cards import Card, Cards
from bot.conversation.outgoing import Button
from bot.core.edits import Edit, Extra
from bot.core.errors import Reason
from bot.core.pacing import Estimate
from bot.core.pictures import ImageFormat, Size
from bot.core.ports import FileKind, Reply
from bot.core.provider import ITS_TURN, Place
from bot.core.requests import PhotoKind, PhotoRef, Request
from bot.core.stages import Delivered, Failed, Processing, Ready, Result, Task
from bot.telegram.files import FileDownloader
from bot.telegram.outbox.admins import Admins
from bot.telegram.outbox.albums import AlbumSender
from bot.telegram.outbox.cards import CardBoard
from bot.telegram.outbox.chat import TelegramChat
from bot.telegram.outbox.destination import Nearby
from bot.telegram.outbox.outbox import Outbox
from bot.telegram.outbox.pictures import PictureSender
from bot.telegram.outbox.results import ResultSender
from bot.telegram.outbox.turns import Priority
from tests.telegram.fake_telegram import FakeTelegram

NOW = datetime(2026, 3, 29, tzinfo=UTC)
ADA, GROUP, ADMIN = 11, -100_1, 7
TASK = Task("t1", NOW)
RESULT = Result(12.0, Size(96, 64), ImageFormat.JPEG, 0.0)
REPLY = Reply(b"jpeg", Size(96, 64), ImageFormat.JPEG)
PROCESSING, READY = Processing(TASK), Ready(TASK, RESULT)
DELIVERED, FAILED = Delivered(TASK, RESULT, 900, NOW), Failed(Reason.POLICY, NOW, TASK)


def an_edit(chat_id: int = ADA, photo: PhotoRef | None = None, **changes: Any) -> Edit:
    request = Request(
        update_id=1,
        chat_id=chat_id,
        thread_id=3,
        request_message_id=70,
        photo_message_id=60,
        requester_id=ADA,
        language="en",
        command="sketch",
        words="",
        photos=(photo or PhotoRef("f1", PhotoKind.PHOTO),),
    )
    edit = Edit(
        id=f"e{chat_id}", request=request, operation="o", secret="s", created_at=NOW, due_at=NOW, owner="me"
    )
    return replace(edit, **changes)


class PlainCards(Cards):
    def __init__(self) -> None:
        super().__init__([])

    def status(
        self,
        edit: Edit,
        now: datetime,
        estimate: Estimate,
        place: Place = ITS_TURN,
        *,
        admins_told: bool = False,
    ) -> Card:
        if edit.failure is not None and edit.failure.consequences.is_operators:
            return Card(f"{edit.failure}, {'told' if admins_told else 'not told'}")
        minutes = (now - NOW) // timedelta(seconds=30)
        return Card(f"{edit.state} {minutes} {place.number}", ((Button("x", f"c:{edit.id}"),),))

    def result(self, edit: Edit) -> Card:
        return Card("caption", ((Button("Again", f"a:{edit.id}"),),))

    def series_caption(self, edits: Sequence[Edit]) -> str:
        return f"caption of {len(edits)}"

    def series_end(self, series: Sequence[Edit], *, admins_told: bool) -> Card:
        return Card("end: " + ", ".join(each.state for each in series))

    def series(
        self,
        series: Sequence[Edit],
        awaited: Edit,
        now: datetime,
        estimate: Estimate,
        place: Place = ITS_TURN,
    ) -> Card:
        return Card(f"{awaited.request.series_number} is {awaited.state}")

    def admin_alert(self, edit: Edit, reason: Reason) -> str:
        return f"alert: {reason}"


class PlainAlerts:
    def __init__(self) -> None:
        self.claimed: set[tuple[int, Reason]] = set()
        self.told: set[Reason] = set()

    async def claim(self, admin_id: int, reason: Reason, now: datetime) -> bool:
        claimed = (admin_id, reason) not in self.claimed
        self.claimed.add((admin_id, reason))
        return claimed

    async def give_back(self, admin_id: int, reason: Reason) -> None:
        self.claimed.discard((admin_id, reason))

    async def arrived(self, admin_id: int, reason: Reason) -> None:
        self.told.add(reason)

    async def has_arrived(self, reason: Reason) -> bool:
        return reason in self.told


class PlainRights:
    """What Telegram says of each group, and which of them refused a picture; and what groups want."""

    def __init__(self) -> None:
        self.takes = True
        self.quiet = False
        self.refusals: list[int] = []

    async def may_send(self, chat_id: int) -> bool:
        return self.takes

    async def is_quiet(self, chat_id: int) -> bool:
        return self.quiet

    async def refused(self, chat_id: int) -> None:
        self.refusals.append(chat_id)


class PlainSent:
    def __init__(self) -> None:
        self.refused: dict[tuple[int, str], int] = {}
        self.noted: dict[tuple[str, Extra], int] = {}
        self.forgotten: list[tuple[str, Extra]] = []
        self.questions: dict[int, int] = {}

    async def tell_refusal(self, chat_id: int, kind: str, message_id: int, now: datetime) -> bool:
        return self.refused.setdefault((chat_id, kind), message_id) == message_id

    async def note_extra(self, edit_id: str, extra: Extra, message_id: int) -> None:
        self.noted[edit_id, extra] = message_id

    async def forget_extra(self, edit_id: str, extra: Extra) -> None:
        self.forgotten.append((edit_id, extra))

    async def note_question(self, question_id: int, message_id: int) -> None:
        self.questions[question_id] = message_id


class PlainFiles:
    """Results by their edit's id."""

    def __init__(self) -> None:
        self.results: dict[str, bytes] = {}

    async def put(self, edit_id: str, kind: FileKind, content: bytes) -> None:
        self.results[edit_id] = content

    async def get(self, edit_id: str, kind: FileKind) -> bytes | None:
        return self.results.get(edit_id) if kind == "result" else None

    async def size(self, edit_id: str, kind: FileKind) -> int | None:
        content = await self.get(edit_id, kind)
        return None if content is None else len(content)

    async def open(self, edit_id: str, kind: FileKind) -> BinaryIO | None:
        content = await self.get(edit_id, kind)
        return None if content is None else io.BytesIO(content)

    async def remove(self, edit_id: str, kind: FileKind) -> None:
        self.results.pop(edit_id, None)


class PlainImages:
    def __init__(self) -> None:
        self.compared: list[tuple[bytes, bytes]] = []
        self.labels = ("", "")

    async def compare(self, before: bytes, after: bytes, labels: tuple[str, str]) -> bytes:
        self.compared.append((before, after))
        self.labels = labels
        return b"both"


async def plain_download(file_id: str) -> bytes:
    return f"bytes of {file_id}".encode()


def plain_pictures(
    bot: ExtBot[Priority], nearby: Nearby, files: PlainFiles | None = None, images: PlainImages | None = None
) -> PictureSender:
    return PictureSender(bot, nearby, plain_download, files or PlainFiles(), images or PlainImages())


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


class EditWorld:
    def __init__(
        self,
        settle: Callable[[], Awaitable[None]] = settle,
        limits: BaseRateLimiter[Priority] | None = None,
    ) -> None:
        self.telegram, self.cards, self.alerts = FakeTelegram(), PlainCards(), PlainAlerts()
        self.at, self.settle = NOW, settle
        bot = self.telegram.bot(limits)
        nearby = Nearby(lambda: self.at)
        results = ResultSender(bot, self.cards, nearby)
        pictures = plain_pictures(bot, nearby)
        self.rights, self.sent = PlainRights(), PlainSent()
        self.files = PlainFiles()
        albums = AlbumSender(bot, self.cards, nearby, results, self.files)
        self.outbox = Outbox(
            bot, results, pictures, nearby, self.sent, self.sent, lambda: self.at, albums=albums
        )
        self.board = CardBoard(
            self.outbox, self.cards, lambda _: Estimate(None, is_slow=False), lambda: self.at
        )
        downloader = FileDownloader(bot, httpx.AsyncClient(), "http://127.0.0.1", "1:a")
        self.chat = TelegramChat(
            self.outbox,
            results,
            self.board,
            self.cards,
            downloader,
            self.rights,
            Admins(self.outbox, self.cards, self.alerts, self._owners, lambda: self.at),
            albums=albums,
        )

    async def _owners(self) -> list[int]:
        return [ADMIN]

    async def aclose(self) -> None:
        await self.board.close()

    async def posted(self, edit: Edit) -> Edit:
        message_id = await self.chat.post_card(edit)
        assert message_id is not None
        return replace(edit, status_message_id=message_id)

    async def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        await self.board.tick()
        await self.settle()

    @property
    def texts(self) -> list[str]:
        return [sent["text"] for sent in self.telegram.of("editMessageText")]
