import os
import stat
from pathlib import Path

import pytest

from bot.disk import sweep, write_whole


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_is_written_whole_for_nobody_else(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "new" / "x.jpg"
    write_whole(path, b"one", durable=durable)
    write_whole(path, b"two", durable=durable)
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(("durable", "expected"), [(False, 0), (True, 2)])
def test_only_what_is_to_be_durable_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool, expected: int
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    write_whole(tmp_path / "x.jpg", b"one", durable=durable)
    assert len(synced) == expected, "the file and its folder"


def test_a_write_that_fails_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "x.jpg" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match=r"x\.jpg"):
        write_whole(tmp_path / "x.jpg", b"one", durable=True)
    assert list(tmp_path.iterdir()) == [tmp_path / "x.jpg"]


def test_old_files_that_nobody_needs_are_swept_away_and_no_others(tmp_path: Path) -> None:
    for name in ("kept.jpg", "old.jpg", "new.jpg", ".x.jpg.half.tmp", "id", "old.photo"):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (3000, 3000) if name == "new.jpg" else (1000, 1000))
    assert sweep(tmp_path, {".jpg"}, keep={"kept.jpg"}, before=2000) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"kept.jpg", "new.jpg", "id", "old.photo"}
    assert sweep(tmp_path / "nowhere", {".jpg"}, keep=(), before=2000) == 0
