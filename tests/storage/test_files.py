import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.ports import Files
from bot.storage.files import DiskFiles

LONG_AGO, CUT, LATER = 1_700_000_000, 1_700_000_500, 1_700_001_000
BEFORE = datetime.fromtimestamp(CUT, UTC)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data" / "files"


@pytest.fixture
def files(directory: Path) -> DiskFiles:
    return DiskFiles(directory)


def age(directory: Path, *names: str, at: int = LONG_AGO) -> None:
    for name in names:
        os.utime(directory / name, (at, at))


async def test_bytes_come_back_per_edit_and_kind(files: DiskFiles) -> None:
    as_port: Files = files
    await as_port.put("edit-1", "photo", b"photo\x00")
    await as_port.put("edit-1", "result", b"result")
    await as_port.put("edit-2", "photo", b"")
    assert await as_port.get("edit-1", "photo") == b"photo\x00"
    assert await as_port.get("edit-1", "result") == b"result"
    assert await as_port.get("edit-2", "photo") == b""
    assert await as_port.get("edit-2", "result") is None


async def test_what_is_put_again_replaces_what_was_there(files: DiskFiles, directory: Path) -> None:
    await asyncio.gather(*(files.put("edit-1", "photo", bytes([n]) * 100_000) for n in range(8)))
    kept = await files.get("edit-1", "photo")
    assert kept is not None
    assert len(kept) == 100_000
    assert len(set(kept)) == 1
    assert [path.name for path in directory.iterdir()] == ["edit-1.photo"]


async def test_removing_twice_is_harmless(files: DiskFiles) -> None:
    await files.put("edit-1", "photo", b"x")
    await files.put("edit-1", "result", b"y")
    await files.remove("edit-1", "photo")
    await files.remove("edit-1", "photo")
    assert await files.get("edit-1", "photo") is None
    assert await files.get("edit-1", "result") == b"y"


async def test_nobody_else_on_the_machine_can_read_them(files: DiskFiles, directory: Path) -> None:
    mask = os.umask(0)
    try:
        await files.put("edit-1", "photo", b"x")
    finally:
        os.umask(mask)
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "edit-1.photo").stat().st_mode & 0o777 == 0o600


async def test_a_file_is_on_disk_whole_before_it_has_its_name(
    files: DiskFiles, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each fsync: first the content under another name, then the directory with the final one."""
    seen: list[list[tuple[str, int]]] = []
    real = os.fsync

    def look(descriptor: int) -> None:
        seen.append([(path.suffix, path.stat().st_size) for path in directory.iterdir()])
        real(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    await files.put("edit-1", "photo", b"12345")
    assert seen == [[(".tmp", 5)], [(".photo", 5)]]


async def test_a_full_disk_leaves_the_old_file_and_no_rest(
    files: DiskFiles, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files.put("edit-1", "photo", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        await files.put("edit-1", "photo", b"new")
    assert await files.get("edit-1", "photo") == b"old"
    assert [path.name for path in directory.iterdir()] == ["edit-1.photo"]


@pytest.mark.parametrize(
    "edit_id",
    ["", "short", "../../etc/passwd", "a/b/c/d", "edit.1", "edit-1\n", "édit-1", "x" * 65],
)
async def test_an_id_that_could_be_a_path_is_refused(files: DiskFiles, edit_id: str) -> None:
    for call in (files.get, files.remove):
        with pytest.raises(ValueError, match="edit's id"):
            await call(edit_id, "photo")
    with pytest.raises(ValueError, match="edit's id"):
        await files.put(edit_id, "photo", b"x")


async def test_a_sweep_takes_old_files_that_nobody_needs(files: DiskFiles, directory: Path) -> None:
    for edit_id in ("needed-1", "done-99", "gone-99", "newest-1"):
        await files.put(edit_id, "photo", b"x")
        await files.put(edit_id, "result", b"x")
    (directory / "crash-1.photo.a1b2.tmp").write_bytes(b"half")
    (directory / "busy-1.photo.c3d4.tmp").write_bytes(b"half")
    (directory / "README").write_bytes(b"not ours")
    age(directory, *(path.name for path in directory.iterdir()))
    age(directory, "newest-1.photo", "newest-1.result", "busy-1.photo.c3d4.tmp", at=LATER)

    removed = await files.sweep({"photo": {"needed-1"}, "result": {"needed-1", "done-99"}}, BEFORE)

    assert sorted(path.name for path in directory.iterdir()) == [
        "README",
        "busy-1.photo.c3d4.tmp",
        "done-99.result",
        "needed-1.photo",
        "needed-1.result",
        "newest-1.photo",
        "newest-1.result",
    ]
    assert removed == 4


async def test_a_sweep_before_the_first_file_finds_nothing(files: DiskFiles) -> None:
    assert await files.sweep({}, BEFORE) == 0


async def test_a_file_that_goes_by_itself_does_not_end_the_sweep(files: DiskFiles, directory: Path) -> None:
    for edit_id in ("gone-01", "gone-02", "gone-03"):
        await files.put(edit_id, "photo", b"x")
    age(directory, "gone-01.photo", "gone-03.photo")
    (directory / "gone-02.photo").unlink()
    (directory / "gone-02.photo").symlink_to("nowhere")  # listed, but not there any more when looked at
    assert await files.sweep({}, BEFORE) == 2
