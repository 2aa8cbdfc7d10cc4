"""The core's `Images`, in worker processes, so that no picture can stop the bot or another picture."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self

from bot.core.errors import PhotoRefused, Reason, ResultUnusable, TryLater
from bot.core.money import Day
from bot.core.pictures import PREPARED_SIDE, Fitted, ImageFormat, Size
from bot.core.shapes import Shape
from bot.images.allowance import DEFAULT_ALLOWANCE, Allowance
from bot.images.messages import Message
from bot.images.worker_process import WorkerDied, WorkerProcess

logger = logging.getLogger(__name__)

LARGE_PIXELS = 20_000_000
"""Of photo and result together. Of larger ones one is in work at a time; a phone's 12 megapixels are not."""
SLOW_SECONDS = 0.15
"""A picture that takes longer goes on, but no longer counts: the next one starts beside it."""
MAX_SLOW = 4
"""So many slow ones besides those that count; a chat has five edits at most."""
_AGAIN_SECONDS = 1.0


class ImagePool:
    """`workers` pictures at once, and up to MAX_SLOW slow ones beside them; an async context manager.

    A process is started when there is a picture for it, which takes some 70 ms, and `workers` of them are
    kept for the next ones. At the end all are killed, whatever they are doing.
    """

    def __init__(self, workers: int, allowance: Allowance = DEFAULT_ALLOWANCE) -> None:
        self._workers = workers
        self._allowance = allowance
        self._processes = asyncio.Semaphore(workers + MAX_SLOW)
        self._turns = asyncio.Semaphore(workers)
        self._large = asyncio.Lock()
        self._large_in_line = 0
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for worker in self._all:
            worker.kill()
        for _ in range(self._workers + MAX_SLOW):
            await self._processes.acquire()  # until nobody is in the middle of a picture
        for _ in range(self._workers + MAX_SLOW):
            self._processes.release()  # for who asks too late
        await asyncio.gather(*(worker.end() for worker in self._idle))

    async def prepare(
        self,
        photo: bytes,
        shapes: Sequence[float] = (),
        *,
        wanted: Shape | None = None,
        longest: int = PREPARED_SIDE,
    ) -> tuple[bytes, Size]:
        """The JPEG for the provider, and the photo's exact size. Raises PhotoRefused."""
        words = {"do": "prepare", "shapes": shapes, "wanted": wanted and str(wanted), "longest": longest}
        try:
            answer = await self._ask(Message(words, (photo,)))
        except WorkerDied as error:
            logger.warning("a photo of %d bytes ended its worker: %s", len(photo), error)
            raise PhotoRefused(Reason.UNREADABLE) from error
        return answer.contents[0], _size(answer)

    async def fit(
        self,
        result: bytes,
        photo: bytes | None,
        *,
        wanted: Shape | None = None,
        as_format: ImageFormat | None,
        keep_alpha: bool,
        shapes: Sequence[float] = (),
    ) -> Fitted:
        """The result in the `wanted` shape, or else the photo's exact size.

        Raises ResultUnusable; PhotoRefused for the photo's bytes.
        """
        words = {
            "do": "fit",
            "wanted": wanted and str(wanted),
            "as_format": as_format,
            "keep_alpha": keep_alpha,
            "shapes": shapes,
        }
        try:
            answer = await self._ask(Message(words, (result,) if photo is None else (result, photo)))
        except WorkerDied as error:
            logger.warning("a result of %d bytes ended its worker: %s", len(result), error)
            raise ResultUnusable(f"the result ended its worker: {error}") from error
        return Fitted(
            content=answer.contents[0],
            size=_size(answer),
            format=ImageFormat(answer.words["format"]),
            cropped=answer.words["cropped"],
            enlarged=answer.words["enlarged"],
        )

    async def compare(self, before: bytes, after: bytes, labels: tuple[str, str]) -> bytes:
        """A JPEG of both, side by side or one above the other. Raises PhotoRefused, ResultUnusable."""
        try:
            answer = await self._ask(Message({"do": "compare", "labels": labels}, (before, after)))
        except WorkerDied as error:
            logger.warning("a comparison ended its worker: %s", error)
            raise ResultUnusable(f"the comparison ended its worker: {error}") from error
        return answer.contents[0]

    async def chart(self, days: Sequence[Day], credit: float) -> bytes:
        """A JPEG of what each day cost, and how its edits ended. `credit`: what one is worth in dollars."""
        rows = [(day.date.isoformat(), day.delivered, day.failed, day.cancelled, day.credits) for day in days]
        try:
            answer = await self._ask(Message({"do": "chart", "days": rows, "credit": credit}))
        except WorkerDied as error:
            raise TryLater(_AGAIN_SECONDS, f"the chart ended its worker: {error}") from error
        return answer.contents[0]

    async def _ask(self, request: Message) -> Message:
        answer = await self._attempt(request)
        if "not_now" in answer.words:
            self._large_in_line += 1
            try:
                async with self._large:
                    answer = await self._attempt(request, its_turn=True)
            finally:
                self._large_in_line -= 1
        words = answer.words
        if "refused" in words:
            raise PhotoRefused(Reason(words["refused"]))
        if "unusable" in words:
            raise ResultUnusable(words["unusable"])
        if "fault" in words:
            raise RuntimeError(f"in a worker for pictures:\n{words['fault']}")
        return answer

    async def _attempt(self, request: Message, *, its_turn: bool = False) -> Message:
        """The answer: `not_now` for a large picture, unless it is its turn or no other is in work."""
        async with contextlib.AsyncExitStack() as stack, self._worker() as worker:
            answer = await worker.ask(request)
            if "pixels" not in answer.words:
                return answer
            if answer.words["pixels"] > LARGE_PIXELS:
                if not its_turn:
                    if self._large_in_line or self._large.locked():
                        return await worker.ask(Message({"go": False}))
                    await stack.enter_async_context(self._large)
                worker.is_spent = True  # its heap may stay large
            return await worker.ask(Message({"go": True}))

    @contextlib.asynccontextmanager
    async def _worker(self) -> AsyncIterator[WorkerProcess]:
        """A worker for one picture. TryLater when the pool closes meanwhile."""
        async with self._processes, self._turn() as turn:
            worker = await self._started()
            timer = asyncio.get_running_loop().call_later(SLOW_SECONDS, turn.close)
            try:
                yield worker
            except BaseException as error:
                worker.is_spent = True
                if self._closed and isinstance(error, WorkerDied):
                    raise TryLater(_AGAIN_SECONDS, "no pictures are taken any more") from error
                raise
            finally:
                timer.cancel()
                if worker.is_spent or self._closed or len(self._idle) >= self._workers:
                    self._all.discard(worker)
                    await worker.end()
                else:
                    self._idle.append(worker)

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[contextlib.ExitStack]:
        """One of `workers`; closing what is yielded gives it back early."""
        await self._turns.acquire()
        with contextlib.ExitStack() as turn:
            turn.callback(self._turns.release)
            yield turn

    async def _started(self) -> WorkerProcess:
        while self._idle and not self._closed:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            self._all.discard(worker)
            await worker.end()
        if not self._closed:
            worker = await WorkerProcess.start(self._allowance)
            if not self._closed:
                self._all.add(worker)
                return worker
            await worker.end()
        raise TryLater(_AGAIN_SECONDS, "no pictures are taken any more")


def _size(answer: Message) -> Size:
    return Size(answer.words["width"], answer.words["height"])
