"""The change that CONTRIBUTING shows: applied to a copy of the project, and tried there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.compose import ROOT
from tests.deploy.pages import text_of
from tests.deploy.tools import needs

_NO_CACHE = shutil.ignore_patterns("__pycache__", ".*_cache")


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The project with the page's change in it."""
    for name in ("bot", "tests", "alembic"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=_NO_CACHE)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (diff,) = re.findall(r"^```diff\n(.*?)^```$", text_of("CONTRIBUTING.md"), re.MULTILINE | re.DOTALL)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, text=True, check=True)
    return tmp_path


def run(folder: Path, *arguments: str) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@needs("git")
def test_the_tour_of_contributing_adds_a_command_that_works(changed: Path) -> None:
    new = ["bot/conversation/features/ping.py", "tests/conversation/features/test_ping.py"]
    tried = [new[1], "tests/conversation/test_feature.py", "tests/conversation/texts/test_i18n.py"]
    run(changed, "pytest", "-o", "addopts=", "-p", "no:cacheprovider", "-q", *tried)
    run(changed, "ruff", "check", "--no-cache", *new)
    run(changed, "ruff", "format", "--no-cache", "--check", *new)
