"""The unit, as systemd's own tools read it. No systemd has run it: there was none."""

import re
import subprocess
import sys
from pathlib import Path

from tests.deploy.compose import DEPLOY
from tests.deploy.tools import needs

UNIT = DEPLOY / "nanobanana-bot.service"


def analyze(*arguments: str | Path) -> str:
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@needs("systemd-analyze")
def test_systemd_has_nothing_to_say_about_the_unit(tmp_path: Path) -> None:
    # The program has to be there for that, so that here it is this one.
    text = UNIT.read_text().replace("/opt/nanobanana-bot/.venv/bin/python", sys.executable)
    (tmp_path / UNIT.name).write_text(text)
    assert analyze("verify", tmp_path / UNIT.name) == ""


@needs("systemd-analyze")
def test_the_unit_is_well_shut_in() -> None:
    said = analyze("security", "--offline=yes", "--no-pager", UNIT)
    score = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert score is not None
    assert float(score.group(1)) <= 1.5


def test_it_gives_the_bot_longer_to_stop_than_it_takes() -> None:
    assert "TimeoutStopSec=15" in UNIT.read_text()


def test_wrong_settings_are_not_tried_again_and_again() -> None:
    from bot.cli import EXIT_SETTINGS  # noqa: PLC0415 - the one number that both have to agree on

    assert f"RestartPreventExitStatus={EXIT_SETTINGS}\n" in UNIT.read_text()
