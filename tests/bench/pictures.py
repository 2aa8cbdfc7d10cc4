"""Pictures in worker processes against threads; what large files take, and what others feel of slow ones."""

import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from bot.core.pictures import ImageFormat
from bot.images.allowance import DEFAULT_ALLOWANCE
from bot.images.fitting import fit
from bot.images.image_pool import ImagePool
from bot.images.preparing import prepare
from bot.images.worker_process import _ENVIRONMENT, WorkerProcess
from tests.bench.anchor import MADE, beside_sharp
from tests.images.hostile_files import bmp_of_empty_rows
from tests.images.image_files import encoded

ROUNDS = 15
_MEASURED = """
import sys, time
from pathlib import Path
from bot.core.pictures import ImageFormat
from bot.images.fitting import fit
from bot.images.preparing import prepare
from bot.images.readers import set_up_decoders
set_up_decoders()
photo, result = (Path(path).read_bytes() for path in sys.argv[1:3])
prepare(photo, lambda _: None) if sys.argv[3] == "prepare" else fit(
    result, photo, lambda _: None, as_format=ImageFormat(sys.argv[3]), keep_alpha=True)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(round(time.process_time(), 2), "s of processor time, at most", peak // 1024, "MB")
"""


def photo(width: int, height: int) -> Image.Image:
    """Clouds with grain: about as many bytes as a photograph."""
    clouds = Image.effect_noise((width // 4, height // 4), 50).resize((width, height)).convert("RGB")
    return Image.blend(clouds, Image.effect_noise((width, height), 18).convert("RGB"), 0.3)


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def against_threads(pool: ImagePool, name: str, content: bytes, result: bytes) -> AsyncIterator[str]:
    """Turn by turn, so that both feel the same machine."""
    loop, threads = asyncio.get_running_loop(), ThreadPoolExecutor(2)

    def ignore(_: int) -> None:
        pass

    steps: dict[str, tuple[Callable[[], Awaitable[object]], Callable[[], Awaitable[object]]]] = {
        "prepare": (
            lambda: loop.run_in_executor(threads, prepare, content, ignore),
            lambda: pool.prepare(content),
        ),
        "fit": (
            lambda: loop.run_in_executor(threads, fit, result, content, ignore),
            lambda: pool.fit(result, content, as_format=None, keep_alpha=False),
        ),
    }
    for step, (in_thread, in_process) in steps.items():
        times = [(await timed(in_thread), await timed(in_process)) for _ in range(ROUNDS)]
        thread, process = (1000 * statistics.median(column) for column in zip(*times, strict=True))
        more = 1000 * statistics.median(b - a for a, b in times)
        yield f"{name}, {step}: thread {thread:.0f} ms, process {process:.0f} ms, difference {more:+.0f} ms"
    threads.shutdown()


async def beside_hostile_files(pool: ImagePool, content: bytes) -> str:
    """One person's ordinary photos while four files that take seconds are in work."""
    slow = bmp_of_empty_rows(4_400)
    alone = [await timed(lambda: pool.prepare(content)) for _ in range(5)]
    hostile = [asyncio.create_task(pool.prepare(slow)) for _ in range(4)]
    beside = []
    while not all(task.done() for task in hostile):
        beside.append(await timed(lambda: pool.prepare(content)))
        await asyncio.sleep(0.05)
    await asyncio.gather(*hostile, return_exceptions=True)
    return (
        f"an ordinary photo alone {1000 * statistics.median(alone):.0f} ms; beside four slow files, "
        f"{1000 * statistics.median(beside):.0f} ms, at most {1000 * max(beside):.0f} ms"
    )


def large_files() -> dict[str, tuple[bytes, str]]:
    """Files of 50 megapixels, and what is made of them."""
    opaque = photo(7071, 7071)
    camera = photo(8000, 6000)
    outlined = opaque.copy()
    outlined.putalpha(opaque.getchannel("R"))
    lossless = {"lossless": True, "method": 0, "quality": 0}
    return {
        "48-megapixel JPEG, prepared": (encoded(camera, "JPEG", quality=90), "prepare"),
        "50-megapixel PNG with an outline, prepared": (encoded(outlined, "PNG", compress_level=1), "prepare"),
        "50-megapixel lossless WebP, prepared": (encoded(opaque, "WEBP", **lossless), "prepare"),
        "50-megapixel AVIF with an outline, prepared": (encoded(outlined, "AVIF", speed=10), "prepare"),
        "50-megapixel JPEG, fitted": (encoded(opaque, "JPEG"), ImageFormat.JPEG),
        "50-megapixel PNG with an outline, fitted": (
            encoded(outlined, "PNG", compress_level=1),
            ImageFormat.PNG,
        ),
        "50-megapixel WebP with an outline, fitted": (
            encoded(outlined, "WEBP", **lossless),
            ImageFormat.WEBP,
        ),
        "12-megapixel PNG with an outline, fitted": (
            encoded(outlined.crop((0, 0, 4000, 3000)), "PNG", compress_level=1),
            ImageFormat.PNG,
        ),
        "12-megapixel AVIF, fitted": (encoded(photo(4000, 3000), "AVIF", speed=10), ImageFormat.AVIF),
    }


async def large(folder: Path) -> AsyncIterator[str]:
    result = folder / "result"
    result.write_bytes(encoded(photo(2048, 2048), "JPEG"))
    for name, (content, made) in large_files().items():
        path = folder / "photo"
        path.write_bytes(content)
        command = [sys.executable, "-c", _MEASURED, str(path), str(result), made]
        told = await asyncio.to_thread(subprocess.check_output, command, env=_ENVIRONMENT, text=True)
        yield f"{name}: {told.strip()}"


async def idle() -> str:
    began = time.perf_counter()
    worker = await WorkerProcess.start(DEFAULT_ALLOWANCE)
    started = time.perf_counter() - began
    memory = Path(f"/proc/{worker._process.pid}/smaps_rollup").read_text().splitlines()
    own = next(int(line.split()[1]) for line in memory if line.startswith("Pss:"))
    await worker.end()
    return f"a worker is ready after {1000 * started:.0f} ms and takes {own // 1024} MB while it waits"


def results() -> dict[str, Image.Image]:
    """What a model might paint: much grain of one colour, much of all colours, and a drawing."""
    grain = Image.merge("RGB", [Image.effect_noise(MADE, 8) for _ in range(3)])
    clouds = [Image.effect_noise((148, 108), 60).resize(MADE, Image.Resampling.BICUBIC) for _ in range(3)]
    drawing = Image.new("RGB", MADE, "beige")
    pen, dice = ImageDraw.Draw(drawing), random.Random(3)
    for number in range(60):
        x, y, size = dice.randrange(MADE[0]), dice.randrange(MADE[1]), dice.randrange(20, 200)
        colour = (dice.randrange(256), dice.randrange(256), dice.randrange(256))
        pen.ellipse((x, y, x + size, y + size), fill=colour, outline="black", width=3)
        pen.text((x, y), f"Hello bananas {number}", fill="black")
    return {
        "grey grain": photo(*MADE),
        "clouds": Image.blend(Image.merge("RGB", clouds), grain, 0.2),
        "a drawing": drawing.filter(ImageFilter.GaussianBlur(0.7)),
    }


async def report() -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        async for line in beside_sharp(Path(folder), results()):
            yield line
    yield await idle()
    telegrams = encoded(photo(1280, 960), "JPEG", quality=87)
    phones = encoded(photo(4000, 3000), "JPEG", quality=92)
    result = encoded(photo(1152, 864), "JPEG", quality=92)
    async with ImagePool(workers=2) as pool:
        for name, content in (("Telegram's photo", telegrams), ("a phone's file", phones)):
            async for line in against_threads(pool, f"{name}, {len(content) // 1000} kB", content, result):
                yield line
        yield await beside_hostile_files(pool, telegrams)
    with tempfile.TemporaryDirectory() as folder:
        async for line in large(Path(folder)):
            yield line
