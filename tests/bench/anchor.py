"""What the fitting of a result takes, beside sharp, which is known to be fast; one thread of each.

sharp is not the bot's: `npm install sharp` in any folder, and NODE_PATH=<folder>/node_modules.
`python -m tests.bench.anchor FILE WIDTH HEIGHT` is our half.
"""

import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from PIL import Image

from bot.core.pictures import ImageFormat
from bot.images.fitting import fit
from bot.images.worker_process import _ENVIRONMENT
from bot.sandbox.demo.bot_process import PROJECT
from tests.images.image_files import encoded

MADE, WANTED = (1184, 864), (1280, 853)
ROUNDS = 15
Taken = tuple[float, float, float]
"""Milliseconds by the clock, milliseconds of processor time, bytes."""


async def beside_sharp(folder: Path, pictures: Mapping[str, Image.Image]) -> AsyncIterator[str]:
    """Turn by turn, so that both feel the same machine."""
    path = folder / "result.png"
    arguments = [str(path), *map(str, WANTED)]
    for name, picture in pictures.items():
        path.write_bytes(encoded(picture, "PNG"))
        ours = [sys.executable, "-m", "tests.bench.anchor", *arguments]
        theirs = ["node", str(PROJECT / "tests/bench/sharp.cjs"), *arguments]
        async with _running(ours, _ENVIRONMENT) as us, _running(theirs, os.environ) as sharp:
            for kind in (ImageFormat.JPEG, ImageFormat.PNG):
                try:
                    taken = await _by_turns(us, sharp, kind)
                except (OSError, ValueError):
                    yield "no anchor: sharp is not at hand"
                    return
                sizes = f"{MADE[0]}x{MADE[1]} PNG to {WANTED[0]}x{WANTED[1]}"
                yield f"{name}, {sizes} {kind}: {_compared(*taken)}"


@contextlib.asynccontextmanager
async def _running(command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=PROJECT, env=environment, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _by_turns(us: Process, sharp: Process, kind: ImageFormat) -> tuple[list[Taken], list[Taken]]:
    for process in (us, sharp):
        await _one(process, kind)  # warms up
    turns = [(await _one(us, kind), await _one(sharp, kind)) for _ in range(ROUNDS)]
    return [ours for ours, _ in turns], [theirs for _, theirs in turns]


async def _one(process: Process, kind: ImageFormat) -> Taken:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{kind.lower()}\n".encode())
    wall, cpu, size = json.loads(await process.stdout.readline())
    return wall, cpu, size


def _compared(ours: list[Taken], theirs: list[Taken]) -> str:
    (wall, cpu, size), (their_wall, their_cpu, their_size) = (
        [statistics.median(column) for column in zip(*each, strict=True)] for each in (ours, theirs)
    )
    return (
        f"{cpu:.0f} ms of processor time, {cpu / their_cpu:.2f} of sharp's "
        f"(by the clock {wall:.0f} ms, {wall / their_wall:.2f}), "
        f"{size / 1000:.0f} kB, {size / their_size:.2f} of sharp's"
    )


def _answer(path: str, width: str, height: str) -> None:
    """The same as sharp.cjs, for the reply to a photo of this size."""
    result, photo = Path(path).read_bytes(), encoded(Image.new("RGB", (int(width), int(height))), "PNG")
    for line in sys.stdin:
        began, used = time.perf_counter(), time.process_time()
        made = fit(result, photo, lambda _: None, as_format=ImageFormat[line.strip().upper()])
        taken = time.perf_counter() - began, time.process_time() - used
        print(json.dumps([*(1000 * each for each in taken), len(made.content)]), flush=True)


if __name__ == "__main__":
    _answer(*sys.argv[1:])
