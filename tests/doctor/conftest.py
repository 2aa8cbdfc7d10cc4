"""The doctor looks at a real PostgreSQL, and never at an `.env` of this machine's."""

from pathlib import Path

import pytest

from tests.harness.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture(autouse=True)
def no_env_file_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
