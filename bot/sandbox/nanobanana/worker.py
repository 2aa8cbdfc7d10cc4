"""What happens between a create call and its callback: fetch the photo, paint, call back."""

import asyncio
import io
import ipaddress
import logging
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

import httpx
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.faults import Faults
from bot.sandbox.nanobanana import wire
from bot.sandbox.nanobanana.tasks import SUCCEEDED, CallbackAttempt, Failure, SandboxTask
from bot.sandbox.scene import paint_scene

logger = logging.getLogger(__name__)

Paint = Callable[[Image.Image, str, tuple[int, int]], Image.Image]
_LARGEST_PHOTO = 10 * 1024 * 1024
_PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")
_USER_AGENT = "Mozilla/5.0 (compatible; image-fetcher/1.0)"


class PhotoUnreadable(Exception):
    """The provider could not get the photo from its address."""


def on_loopback(url: str) -> bool:
    """Whether an address is on this machine; the sandbox calls no other."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https"):
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _client(timeout: float) -> httpx.AsyncClient:
    # An empty TLS context is enough on loopback, and saves loading the certificates.
    verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    headers = {"User-Agent": _USER_AGENT}
    return httpx.AsyncClient(timeout=timeout, trust_env=False, verify=verify, headers=headers)


@dataclass
class Worker:
    """Runs a task from its create call to its callback."""

    faults: Faults
    paint: Paint
    clock: Callable[[], float]
    wall: Callable[[], float]
    publish: Callable[[SandboxTask, str], None]
    send_callbacks: bool
    callback_pause: float

    def __post_init__(self) -> None:
        self._painters = asyncio.Semaphore(os.cpu_count() or 1)

    async def run(self, task: SandboxTask, request: Request) -> None:
        """The whole life of one task; `request` is the create call."""
        failure = task.script.failure
        text = wire.out_of_range(task.endpoint, task.params)
        if text and not failure:
            failure = Failure(text)
        try:
            if not failure:
                await self._make(task, request)
        except PhotoUnreadable:
            failure = Failure(wire.FETCH_FAILED, 400)
        except Exception:
            logger.exception("The sandbox could not paint a task")
            failure = Failure(wire.INTERNAL_ERROR)
        if task.script.stuck:
            return
        await self._pass_time(task)
        task.failure = failure
        task.finished_at, task.finished_wall = self.clock(), self.wall()
        task.flag = failure.flag if failure else SUCCEEDED
        await self._announce(task)

    async def _pass_time(self, task: SandboxTask) -> None:
        """Sleeps in short steps, because a test may change the clock or the length meanwhile."""
        while (left := task.created_at + task.seconds - self.clock()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, 0.5))

    async def _make(self, task: SandboxTask, request: Request) -> None:
        for url in wire.photo_urls(task.endpoint, task.params):
            task.photos.append(await self._fetch(url, request))
        kind = wire.file_format(task.endpoint, task.params)
        async with self._painters:
            task.result = await asyncio.to_thread(_painted, self.paint, task, kind)
        self.publish(task, task.script.file_name or kind)

    async def _fetch(self, url: str, request: Request) -> bytes:
        """The photo, by one plain GET without cookies or redirects."""
        played = await self.faults.play("fetch-photo", "before", request)
        if played is None:
            if not on_loopback(url):
                raise PhotoUnreadable("the sandbox fetches from loopback only")
            try:
                async with _client(30) as client, client.stream("GET", url) as answer:
                    data = await _body(answer)
            except httpx.HTTPError as error:
                raise PhotoUnreadable(type(error).__name__) from error
            played = await self.faults.play("fetch-photo", "after", request) or Response(data)
        if played.status_code != 200:
            raise PhotoUnreadable(f"HTTP {played.status_code}")
        return bytes(played.body)

    async def _announce(self, task: SandboxTask) -> None:
        url = task.params.get("callBackUrl")
        if not self.send_callbacks or not isinstance(url, str) or not on_loopback(url):
            return
        async with _client(15) as client:
            for _ in range(task.script.callbacks):
                await self._post(task, client, url)

    async def _post(self, task: SandboxTask, client: httpx.AsyncClient, url: str) -> None:
        """Up to three tries, until one is answered with 2xx."""
        body = task.announcement()
        for attempt in range(3):
            if attempt:
                await asyncio.sleep(self.callback_pause)
            try:
                status: int | None = (await client.post(url, json=body)).status_code
            except httpx.HTTPError:
                status = None
            task.callbacks.append(CallbackAttempt(self.clock(), body, status))
            if status is not None and 200 <= status < 300:
                return


async def _body(answer: httpx.Response) -> bytes:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status_code != 200 or kind not in _PHOTO_TYPES:
        raise PhotoUnreadable(f"HTTP {answer.status_code}, {kind or 'no type'}")
    data = bytearray()
    async for chunk in answer.aiter_bytes():
        data += chunk
        if len(data) > _LARGEST_PHOTO:
            raise PhotoUnreadable("larger than 10 MB")
    return bytes(data)


def _painted(paint: Paint, task: SandboxTask, kind: Literal["png", "jpeg"]) -> bytes:
    photo = _opened(task.photo) if task.photo is not None else None
    size = task.script.size or wire.pixel_size(task.endpoint, task.params, photo.size if photo else None)
    return _file(paint, task.photo, task.prompt, size, kind)


def _opened(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data))
    except (OSError, Image.DecompressionBombError) as error:
        raise PhotoUnreadable("no image") from error


@lru_cache(maxsize=8)
def _file(
    paint: Paint, photo: bytes | None, prompt: str, size: tuple[int, int], kind: Literal["png", "jpeg"]
) -> bytes:
    """The finished file; cached, so that the same task is painted once."""
    if photo is None:
        source = paint_scene(1280, 853)
    else:
        source = _opened(photo)
        if source.format == "JPEG":
            # A camera's picture is decoded no larger than needed.
            source.draft("RGB", (size[0] * 2, size[1] * 2))
        try:
            source.load()
        except OSError as error:
            raise PhotoUnreadable("a damaged image") from error
    # The EXIF orientation is ignored, as the real service does.
    target = io.BytesIO()
    paint(source, prompt, size).save(target, kind, quality=92, compress_level=1)
    return target.getvalue()
