"""`python -m bot demo`: what a newcomer runs first."""

import asyncio
import subprocess
import sys
from pathlib import Path

from PIL import Image

from bot.sandbox.demo.bot_process import PROJECT
from tests.harness.pictures import encoded


async def played(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bot", "demo", "--seconds", "1", *arguments]
    return await asyncio.to_thread(
        subprocess.run, command, cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env={"PYTHONPATH": str(PROJECT)},
    )  # fmt: skip


async def test_the_demo_needs_nothing_and_returns_its_picture_at_the_exact_size(tmp_path: Path) -> None:
    done = await played(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "exactly the same size" in done.stdout
    output = tmp_path / "demo-output"
    assert {path.name for path in output.iterdir()} == {
        "original.jpg",
        "result.jpg",
        "before-after.png",
        "conversation.png",
    }
    with Image.open(output / "original.jpg") as original, Image.open(output / "result.jpg") as result:
        assert original.size == result.size


async def test_the_demo_takes_a_photo_of_ones_own(tmp_path: Path) -> None:
    photo = Image.linear_gradient("L").resize((417, 301)).convert("RGB")
    photo.putalpha(Image.radial_gradient("L").resize((417, 301)))
    (tmp_path / "mine.png").write_bytes(encoded(photo, "PNG"))
    done = await played(tmp_path, "--photo", "mine.png", "--command", "/sketch", "--output", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    with Image.open(tmp_path / "out" / "result.png") as result:
        assert (result.size, result.mode) == ((417, 301), "RGBA")
        assert result.getchannel("A").tobytes() == photo.getchannel("A").tobytes()


async def test_a_photo_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a picture")
    for name in ("nowhere.jpg", "notes.txt"):
        done = await played(tmp_path, "--photo", name)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert name in done.stdout + done.stderr
