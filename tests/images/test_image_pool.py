"""Pictures in worker processes: what one of them does to its worker is no other's trouble."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PIL import Image

from bot.core.errors import PhotoRefused, Reason, ResultUnusable, TryLater
from bot.core.pictures import ImageFormat, Size
from bot.images import image_pool
from bot.images.allowance import Allowance
from bot.images.comparing import GAP
from bot.images.image_pool import ImagePool
from bot.images.messages import Message
from bot.images.worker_process import WorkerProcess
from tests.images.hostile_files import bmp_of_empty_rows
from tests.images.image_files import encoded, flat, four_corners, opened

PHOTO = encoded(four_corners(), "JPEG")


@pytest.fixture
async def pool() -> AsyncIterator[ImagePool]:
    async with ImagePool(workers=2) as pool:
        yield pool


def children() -> list[int]:
    """Processes that this one has started and that are not over."""
    task = Path(f"/proc/{os.getpid()}/task")
    return [int(pid) for each in task.iterdir() for pid in (each / "children").read_text().split()]


async def test_the_work_is_done_in_a_process_of_its_own(pool: ImagePool) -> None:
    jpeg, size = await pool.prepare(PHOTO)
    assert (size, opened(jpeg).size) == (Size(120, 80), (120, 80))
    reply = await pool.fit(jpeg, PHOTO, as_format=ImageFormat.PNG, keep_alpha=False)
    assert (reply.size, reply.format, reply.cropped) == (Size(120, 80), ImageFormat.PNG, 0)
    assert opened(reply.content).size == (120, 80)
    larger = await pool.fit(jpeg, PHOTO, size=Size(240, 160), as_format=None, keep_alpha=False)
    assert opened(larger.content).size == (240, 160)


async def test_the_process_is_kept_for_the_next_picture(pool: ImagePool) -> None:
    assert not pool._all
    await pool.prepare(PHOTO)
    first = set(pool._all)
    await pool.prepare(PHOTO)
    assert set(pool._all) == first


async def test_two_pictures_are_compared_in_it_too(pool: ImagePool) -> None:
    assert opened(await pool.compare(PHOTO, PHOTO)).size == (120 * 2 + GAP, 80)
    with pytest.raises(PhotoRefused):
        await pool.compare(b"text", PHOTO)


async def test_refusals_come_through_with_their_reason(pool: ImagePool) -> None:
    with pytest.raises(PhotoRefused) as caught:
        await pool.prepare(b"text")
    assert caught.value.reason is Reason.NOT_AN_IMAGE
    with pytest.raises(ResultUnusable):
        await pool.fit(b"text", PHOTO, as_format=None, keep_alpha=False)
    with pytest.raises(PhotoRefused):
        await pool.fit(PHOTO, b"text", as_format=None, keep_alpha=False)


async def test_a_fault_of_our_own_is_told_as_one(pool: ImagePool) -> None:
    with pytest.raises(RuntimeError, match="not a valid ImageFormat"):
        await pool.fit(PHOTO, PHOTO, as_format=ImageFormat.GIF + "?", keep_alpha=False)  # type: ignore[arg-type]


def send_signal_to_the_first(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals, count: int = 1
) -> list[int]:
    """The first `count` workers that are to decode get the signal before they can; their pids, as they do."""
    hit: list[int] = []
    ask = WorkerProcess.ask

    async def after_a_signal(worker: WorkerProcess, message: Message) -> Message:
        if "go" in message.words and len(hit) < count:
            hit.append(worker._process.pid)
            os.kill(hit[-1], number)
        return await ask(worker, message)

    monkeypatch.setattr(WorkerProcess, "ask", after_a_signal)
    return hit


async def test_a_photo_that_kills_its_worker_is_refused_once(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    hit = send_signal_to_the_first(monkeypatch, signal.SIGSEGV)
    with pytest.raises(PhotoRefused) as caught:
        await pool.prepare(PHOTO)
    assert caught.value.reason is Reason.UNREADABLE
    assert len(hit) == 1
    assert (await pool.prepare(PHOTO))[1] == Size(120, 80)


async def test_a_heic_that_crashes_the_decoder_is_refused_and_nothing_else_happens(pool: ImagePool) -> None:
    """A name that is no UTF-8 makes pi-heif 1.4.0 follow a null pointer."""
    whole = (Path(__file__).parent / "files" / "turned.heic").read_bytes()
    waiting = [asyncio.create_task(pool.prepare(PHOTO)) for _ in range(4)]
    with pytest.raises(PhotoRefused) as caught:
        await pool.prepare(whole.replace(b"Exif", b"\xffxif", 1))
    assert caught.value.reason is Reason.UNREADABLE
    assert [size for _, size in await asyncio.gather(*waiting)] == [Size(120, 80)] * 4


async def test_a_result_that_kills_its_worker_is_the_providers_fault(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_signal_to_the_first(monkeypatch, signal.SIGSEGV)
    with pytest.raises(ResultUnusable):
        await pool.fit(PHOTO, PHOTO, as_format=None, keep_alpha=False)


async def test_a_picture_that_takes_too_long_is_refused() -> None:
    slow = bmp_of_empty_rows(7_000)
    async with ImagePool(1, Allowance(base_seconds=1, seconds_for_ten_megapixels=0)) as pool:
        with pytest.raises(PhotoRefused) as caught:
            await pool.prepare(slow)
        assert caught.value.reason is Reason.UNREADABLE
        assert (await pool.prepare(PHOTO))[1] == Size(120, 80)


async def test_a_picture_that_takes_too_much_memory_is_refused() -> None:
    large = encoded(Image.new("RGB", (5000, 4000)), "PNG", compress_level=1)
    async with ImagePool(1, Allowance(base_bytes=30_000_000, bytes_per_pixel=1)) as pool:
        with pytest.raises(PhotoRefused) as caught:
            await pool.prepare(large)
        assert caught.value.reason is Reason.TOO_LARGE
        assert (await pool.prepare(PHOTO))[1] == Size(120, 80)


async def test_a_webp_takes_no_more_memory_than_three_copies_of_its_pixels() -> None:
    photo = encoded(Image.new("RGB", (5000, 3000), (1, 2, 3)), "WEBP", lossless=True, method=0)
    async with ImagePool(1, Allowance(base_bytes=30_000_000, bytes_per_pixel=12)) as pool:
        assert (await pool.prepare(photo))[1] == Size(5000, 3000)


async def hanging(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch, count: int
) -> list[asyncio.Task[tuple[bytes, Size]]]:
    """Pictures whose workers hang."""
    hit = send_signal_to_the_first(monkeypatch, signal.SIGSTOP, count)
    tasks = [asyncio.create_task(pool.prepare(PHOTO)) for _ in range(count)]
    async with asyncio.timeout(20):
        while len(hit) < count:
            await asyncio.sleep(0.01)
    return tasks


async def test_others_go_on_within_a_second_while_pictures_hang(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = await hanging(pool, monkeypatch, image_pool.MAX_SLOW)
    async with asyncio.timeout(5):
        for _ in range(3):
            assert (await pool.prepare(PHOTO))[1] == Size(120, 80)
    assert not any(task.done() for task in stuck)


async def test_no_more_processes_than_stated_are_started(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_pool, "SLOW_SECONDS", 0.0)
    tasks = [asyncio.create_task(pool.prepare(PHOTO)) for _ in range(12)]
    most = 0
    while not all(task.done() for task in tasks):
        most = max(most, len(pool._all))
        await asyncio.sleep(0.001)
    assert most <= 2 + image_pool.MAX_SLOW
    assert len(pool._idle) <= 2


async def test_large_pictures_are_worked_on_one_after_another(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_pool, "LARGE_PIXELS", 5_000)
    at_work, most = 0, 0
    ask = WorkerProcess.ask

    async def counted(worker: WorkerProcess, message: Message) -> Message:
        nonlocal at_work, most
        goes = bool(message.words.get("go"))
        at_work += goes
        most = max(most, at_work)
        try:
            return await ask(worker, message)
        finally:
            at_work -= goes

    monkeypatch.setattr(WorkerProcess, "ask", counted)
    sizes = await asyncio.gather(*(pool.prepare(PHOTO) for _ in range(6)))
    assert most == 1
    assert [size for _, size in sizes] == [Size(120, 80)] * 6


async def test_a_worker_that_died_in_its_sleep_is_nobodys_fault(pool: ImagePool) -> None:
    await pool.prepare(PHOTO)
    (worker,) = pool._all
    worker._process.kill()
    worker._process.wait()
    assert (await pool.prepare(PHOTO))[1] == Size(120, 80)


async def test_the_loop_goes_on_while_megabytes_come_and_go(pool: ImagePool) -> None:
    noise = encoded(Image.effect_noise((3000, 2000), 90).convert("RGB"), "BMP")
    task = asyncio.create_task(pool.fit(PHOTO, noise, as_format=ImageFormat.BMP, keep_alpha=False))
    turns = 0
    while not task.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert len(task.result().content) > 18_000_000
    assert turns > 20


async def test_closing_is_prompt_and_leaves_no_process_whatever_is_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with ImagePool(workers=2) as pool:
        stuck = await hanging(pool, monkeypatch, 2)
        pids = {worker._process.pid for worker in pool._all}
        assert pids <= set(children())
        closing = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - closing < 10  # what hangs is given two minutes
    assert not pids & set(children())
    results = await asyncio.gather(*stuck, return_exceptions=True)
    assert all(isinstance(result, TryLater) for result in results)
    with pytest.raises(TryLater):
        await pool.prepare(PHOTO)


async def test_a_cancelled_picture_leaves_no_process(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = set(children())  # of other tests, such as a PostgreSQL
    (task,) = await hanging(pool, monkeypatch, 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not pool._all
    assert set(children()) <= others


PARENT = """
import asyncio, sys
from pathlib import Path
from bot.images.comparing import GAP
from bot.images.image_pool import ImagePool

async def main():
    async with ImagePool(workers=1) as pool:
        await pool.prepare(Path(sys.argv[1]).read_bytes())
        print(*(worker._process.pid for worker in pool._all), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def is_over(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_the_bot_however_that_ends(tmp_path: Path, end: signal.Signals) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(PHOTO)
    command = [sys.executable, "-c", PARENT, str(photo)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as bot:
        assert bot.stdout is not None
        worker = int(bot.stdout.readline())
        os.kill(worker, signal.SIGSTOP)  # busy, so to say: it reads nothing
        bot.send_signal(end)
        bot.wait(10)
    wait_until(lambda: is_over(worker))


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(200):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError


async def test_a_worker_knows_nothing_of_the_bots_environment(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:secret")
    await pool.prepare(PHOTO)
    (worker,) = pool._all
    assert b"secret" not in Path(f"/proc/{worker._process.pid}/environ").read_bytes()


async def test_a_signal_to_the_whole_group_does_not_cost_a_picture(pool: ImagePool) -> None:
    await pool.prepare(PHOTO)
    (worker,) = pool._all
    for end in (signal.SIGTERM, signal.SIGINT):
        os.kill(worker._process.pid, end)
    await pool.prepare(encoded(flat((64, 48)), "PNG"))
    assert set(pool._all) == {worker}
