"""`python -m bot demo`: what a newcomer runs first."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bot.sandbox.demo.bot_process import PROJECT
from bot.sandbox.pixels import on_checks
from tests.harness.pictures import encoded


async def played(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bot", "demo", "--seconds", "1", *arguments]
    return await asyncio.to_thread(
        subprocess.run, command, cwd=folder, capture_output=True, text=True, timeout=120, check=False,
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
        "conversation.html",
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


async def test_a_photo_that_is_not_there_or_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("not a picture")
    (tmp_path / "cut.png").write_bytes(encoded(Image.new("L", (9, 9)), "PNG")[:40])
    for name, said in (
        ("nowhere.jpg", "cannot be read: No such file or directory"),
        ("text.jpg", "is not a picture (JPEG, PNG, WebP, HEIC …)"),
        ("cut.png", "is not a picture (JPEG, PNG, WebP, HEIC …)"),
    ):
        done = await played(tmp_path, "--photo", name)
        assert (done.returncode, done.stdout, done.stderr) == (1, f"{name} {said}\n", "")


@pytest.mark.parametrize("command", ["/edit", "/nonsense", "/help", ""])
async def test_words_for_an_answer_end_the_demo(tmp_path: Path, command: str) -> None:
    output = tmp_path / "demo-output"
    output.mkdir()
    for name in ("original.png", "result.webp", "conversation.html", "result.txt", "holiday.jpg"):
        (output / name).write_text("of an earlier one")
    done = await played(tmp_path, "--command", command)
    assert (done.returncode, done.stderr) == (1, ""), done.stdout + done.stderr
    assert "\n\nThe bot answered: " in done.stdout
    assert {path.name for path in output.iterdir()} == {"result.txt", "holiday.jpg"}


async def test_the_demo_reads_no_settings_of_the_operators(tmp_path: Path) -> None:
    """The project itself, with an `.env` in it that would keep the demo's person out."""
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("bot", "alembic"):
        (clone / name).symlink_to(PROJECT / name)
    (clone / ".env").write_text("ALLOWED_CHATS=1\nRATE_LIMIT_EDITS=nonsense\n")
    command = [sys.executable, "-m", "bot", "demo", "--seconds", "1"]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=clone, capture_output=True, text=True, timeout=60, check=False,
        env={"PYTHONPATH": str(clone), "ALLOWED_CHATS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_transparent_shows_a_checkerboard() -> None:
    clear = Image.new("RGBA", (640, 320), (255, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 320, 320))
    drawn = on_checks(clear)
    assert (drawn.mode, drawn.size, drawn.getpixel((100, 100))) == ("RGB", (640, 320), (255, 0, 0))
    right = drawn.crop((320, 0, 640, 320)).getcolors()
    assert right is not None
    assert {colour for _, colour in right} == {(255, 255, 255), (204, 204, 204)}
    assert on_checks(Image.new("L", (3, 3), 7)).getpixel((0, 0)) == (7, 7, 7)
