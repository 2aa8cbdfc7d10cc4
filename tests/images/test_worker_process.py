"""How a worker process ends: with the bot, with its picture, or by itself."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.errors import TryLater
from bot.core.pictures import Size
from bot.images.allowance import DEFAULT_ALLOWANCE
from bot.images.image_pool import ImagePool
from bot.images.messages import Message, receive, send
from tests.images.image_files import encoded, flat
from tests.images.pools import PHOTO, hanging


def children() -> list[int]:
    """Processes that this one has started and that are not over."""
    task = Path(f"/proc/{os.getpid()}/task")
    return [int(pid) for each in task.iterdir() for pid in (each / "children").read_text().split()]


async def test_a_worker_that_died_in_its_sleep_is_nobodys_fault(pool: ImagePool) -> None:
    await pool.prepare(PHOTO)
    (worker,) = pool._all
    worker._process.kill()
    worker._process.wait()
    assert (await pool.prepare(PHOTO))[1] == Size(120, 80)


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


def test_a_worker_whose_bot_is_gone_has_nothing_to_complain_of() -> None:
    ours, theirs = socket.socketpair()
    words = [str(theirs.fileno()), str(os.getpid()), *DEFAULT_ALLOWANCE.words()]
    command = [sys.executable, "-m", "bot.images.worker", *words]
    with theirs, subprocess.Popen(command, stderr=subprocess.PIPE, pass_fds=[theirs.fileno()]) as worker:
        theirs.close()
        with ours:
            assert receive(ours).words == {"ready": True}
            send(ours, Message({"do": "prepare", "shapes": []}, (PHOTO,)))
        assert worker.communicate(timeout=30)[1] == b""
        assert worker.returncode == 0
