"""`python -m bot play` as a process: it starts, serves its page, and goes when it is told."""

import asyncio
import signal
import sys
from pathlib import Path

import httpx

from bot.sandbox.demo.bot_process import PROJECT


async def play(folder: Path, port: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "play", "--no-browser", "--port", port,
        cwd=folder, env={"PYTHONPATH": str(PROJECT), "TMPDIR": str(folder)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_play_says_its_address_and_ends_cleanly_with_an_open_page(tmp_path: Path) -> None:
    process = await play(tmp_path, "0")
    assert process.stdout is not None
    said = (await process.stdout.readline()).decode()
    address = said.removeprefix("The bot is at ").strip()
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        assert "<title>" in (await http.get("/")).text
        async with http.stream("GET", "/events") as page:
            assert (await anext(page.aiter_lines())).startswith("data: ")
            other = await play(tmp_path, address.rpartition(":")[2])
            told, _ = await other.communicate()
            assert "Address already in use. Choose another with --port." in told.decode()
            assert other.returncode == 1
            process.send_signal(signal.SIGINT)
            out, err = await process.communicate()
    assert (process.returncode, out.decode(), err.decode()) == (
        0,
        "Ctrl-C ends it; nothing is kept.\n\nstopping\n",
        "",
    )
    assert list(tmp_path.iterdir()) == []
