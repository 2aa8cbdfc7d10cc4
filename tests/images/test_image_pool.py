"""Pictures in worker processes: what one of them does to its worker is no other's trouble."""

import asyncio
import signal
from pathlib import Path

import pytest
from PIL import Image

from bot.core.errors import PhotoRefused, Reason, ResultUnusable
from bot.core.pictures import ImageFormat, Size
from bot.core.shapes import Ratio
from bot.images import image_pool
from bot.images.allowance import Allowance
from bot.images.comparing import GAP
from bot.images.image_pool import ImagePool
from bot.images.messages import Message
from bot.images.worker_process import WorkerProcess
from tests.images.hostile_files import bmp_of_empty_rows
from tests.images.image_files import encoded, opened
from tests.images.pools import PHOTO, hanging, send_signal_to_the_first

LABELS = ("Before", "After")


async def test_the_work_is_done_in_a_process_of_its_own(pool: ImagePool) -> None:
    jpeg, size = await pool.prepare(PHOTO)
    assert (size, opened(jpeg).size) == (Size(120, 80), (120, 80))
    reply = await pool.fit(jpeg, PHOTO, as_format=ImageFormat.PNG, keep_alpha=False)
    assert (reply.size, reply.format, reply.cropped) == (Size(120, 80), ImageFormat.PNG, 0)
    assert opened(reply.content).size == (120, 80)
    larger = await pool.fit(jpeg, PHOTO, wanted=Size(240, 160), as_format=None, keep_alpha=False)
    assert opened(larger.content).size == (240, 160)
    wide, _ = await pool.prepare(PHOTO, [2.0], wanted=Ratio(2, 1), longest=100)
    assert opened(wide).size == (100, 50)
    new = await pool.fit(wide, None, wanted=Ratio(4, 3), as_format=None, keep_alpha=False)
    assert (opened(new.content).size, new.format) == ((64, 48), ImageFormat.JPEG)


async def test_the_process_is_kept_for_the_next_picture(pool: ImagePool) -> None:
    assert not pool._all
    await pool.prepare(PHOTO)
    first = set(pool._all)
    await pool.prepare(PHOTO)
    assert set(pool._all) == first


async def test_two_pictures_are_compared_in_it_too(pool: ImagePool) -> None:
    assert opened(await pool.compare(PHOTO, PHOTO, LABELS)).size == (120 * 2 + GAP, 80)
    with pytest.raises(PhotoRefused):
        await pool.compare(b"text", PHOTO, LABELS)


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


async def test_the_loop_goes_on_while_megabytes_come_and_go(pool: ImagePool) -> None:
    noise = encoded(Image.effect_noise((3000, 2000), 90).convert("RGB"), "BMP")
    task = asyncio.create_task(pool.fit(PHOTO, noise, as_format=ImageFormat.BMP, keep_alpha=False))
    turns = 0
    while not task.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert len(task.result().content) > 18_000_000
    assert turns > 20
