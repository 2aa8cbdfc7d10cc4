"""The Makefile, as somebody meets it who has just cloned the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.sandbox.demo.bot_process import PROJECT

ECHO = '#!/bin/sh\nfor each in "$@"; do echo "<$each>"; done\n'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the Makefile, and nothing to install."""
    shutil.copy(PROJECT / "Makefile", tmp_path)
    for name in ("requirements.lock", "requirements-demo.lock"):
        (tmp_path / name).touch()
    return tmp_path


def make(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["make", *arguments], check=False, cwd=folder, capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"], **environment},
    )  # fmt: skip


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_quotes_dollars_and_spaces_reach_the_demo_as_they_were_typed(clone: Path, by: str) -> None:
    program(clone / ".venv/bin/python", ECHO)
    (clone / ".venv/demo").touch()
    photo, command = "my \"best\" $5 'photo'.jpg", '/edit `a` "$HOME" $(b) it\'s -- x\\y'
    given = {"PHOTO": photo, "COMMAND": command}
    if by == "argument":
        done = make(clone, "demo", *(f"{name}={value}" for name, value in given.items()))
    else:
        done = make(clone, "demo", **given)
    assert done.stdout.splitlines() == [
        "<-m>",
        "<bot>",
        "<demo>",
        f"<--photo={photo}>",
        f"<--command={command}>",
    ]


def test_the_demo_without_wishes_has_none(clone: Path) -> None:
    program(clone / ".venv/bin/python", ECHO)
    (clone / ".venv/demo").touch()
    assert make(clone, "demo").stdout.split() == ["<-m>", "<bot>", "<demo>"]


def test_a_venv_that_cannot_be_made_is_a_sentence_and_leaves_nothing(clone: Path) -> None:
    """Debian without python3-venv: half of it is there when the module gives up."""
    half = "case $2 in venv) mkdir -p .venv/bin; cp $0 .venv/bin/python; exit 1;; pip) exit 1;; esac\n"
    python = program(clone / "debians-python", f"#!/bin/sh\n{half}")
    done = make(clone, ".venv/runtime", f"PYTHON={python}")
    assert done.returncode != 0
    assert "sudo apt install python3-venv" in done.stderr
    assert not (clone / ".venv").exists()


def test_half_a_venv_is_made_whole(clone: Path) -> None:
    program(clone / ".venv/bin/python", "#!/bin/sh\nexit 1\n")
    done = make(clone, ".venv/runtime", f"PYTHON={sys.executable}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "installing (about a minute)\n", "")
    assert (clone / ".venv/runtime").exists()
    assert subprocess.run([clone / ".venv/bin/python", "-m", "pip", "--version"], check=False).returncode == 0


def pinned(name: str) -> set[str]:
    """Packages with their versions."""
    return set(re.findall(r"^[\w.\[\]-]+==\S+", (PROJECT / name).read_text(), re.MULTILINE))


def test_who_has_installed_the_demo_has_all_that_the_bot_needs() -> None:
    assert pinned("requirements.lock") <= pinned("requirements-demo.lock") <= pinned("requirements-dev.lock")


def test_the_quick_tests_leave_postgresql_out() -> None:
    """The whole of them is timed by whoever runs them."""
    done = make(PROJECT, "--dry-run", "test-fast")
    assert "not postgres" in done.stdout
    assert all((PROJECT / folder).is_dir() for folder in done.stdout.split() if folder.startswith("tests/"))
