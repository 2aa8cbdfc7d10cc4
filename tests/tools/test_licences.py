from pathlib import Path

import pytest

from tests.tools.licences import LOCK, PAGE, page


def test_the_page_has_every_package_that_the_bot_runs_with() -> None:
    assert PAGE.read_text() == page(LOCK.read_text()), "make audit writes it anew"
    assert "| python-telegram-bot | LGPL-3.0-only |" in PAGE.read_text()


def test_a_package_of_another_system_is_left_out_and_a_missing_one_is_not() -> None:
    lines = page("h11==0.16.0 \\\n    --hash=sha256:0\nno-such-thing==1 ; sys_platform == 'win32' \\\n")
    assert "| h11 | MIT License |" in lines
    assert "no-such-thing" not in lines
    with pytest.raises(ModuleNotFoundError):
        page("no-such-thing==1 \\\n")


def test_what_copyleft_asks_for_is_said_of_every_package_that_has_it() -> None:
    stated, _, explained = PAGE.read_text().partition("What the LGPL")
    for line in stated.splitlines():
        if "GPL" in line or "Mozilla" in line:
            assert f"({line.split(' | ')[0].strip('| ')})" in explained, line
    assert Path("LICENSE").read_text().startswith("MIT License")
