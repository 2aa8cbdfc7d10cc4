"""`python -m bot`: what it says without doing anything, and what it says when it cannot."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot import cli
from bot.sandbox.demo.bot_process import PROJECT, Home
from bot.settings import Settings
from tests.harness.clock import PATIENCE
from tests.harness.processes import ended

HEAVY = {"telegram", "sqlalchemy", "sqlmodel", "PIL", "httpx", "pydantic", "starlette", "apscheduler"}
ASK_FOR_HELP = """
import sys
from bot.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(*sys.modules, sep="\\n", file=sys.stderr)
    raise
"""
START_ON_SQLITE = """
import sys, bot.run
from bot.storage.database import Database
Database.open("sqlite+aiosqlite:///bot.db")
print(*sys.modules, sep="\\n")
"""


def run(*arguments: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments], check=False, cwd=folder, capture_output=True, text=True,
        timeout=PATIENCE, env={"PYTHONPATH": str(PROJECT), **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["demo", "--help"],
        ["doctor", "--help"],
        ["migrate", "--help"],
        ["move-database", "--help"],
    ],
)
def test_help_is_quick_because_it_loads_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    done = run("-c", ASK_FOR_HELP, *arguments, folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("usage: python -m bot")
    assert HEAVY.isdisjoint(done.stderr.splitlines())


def test_a_start_loads_nothing_that_few_starts_need(tmp_path: Path) -> None:
    done = run("-c", START_ON_SQLITE, folder=tmp_path)
    seldom_or_elsewhere = {"alembic", "asyncpg", "obstore", "PIL", "isal"}  # workers read the pictures
    assert (seldom_or_elsewhere | {"bot.storage.tables"}) & set(done.stdout.splitlines()) == {
        "bot.storage.tables"
    }


@pytest.mark.parametrize("command", [[], ["run"], ["demo"], ["doctor"], ["migrate"], ["move-database"]])
def test_the_version_is_told_everywhere_and_is_the_projects(tmp_path: Path, command: list[str]) -> None:
    done = run("-c", ASK_FOR_HELP, *command, "--version", folder=tmp_path)
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    assert (done.returncode, done.stdout) == (0, f"nanobanana-bot {version}\n")
    assert HEAVY.isdisjoint(done.stderr.splitlines())


def test_no_command_is_a_usage_error_without_a_traceback(tmp_path: Path) -> None:
    done = run("-m", "bot", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")


@pytest.mark.parametrize("command", ["run", "doctor", "migrate"])
def test_what_is_wrong_with_the_settings_is_told_all_at_once(tmp_path: Path, command: str) -> None:
    done = run("-m", "bot", command, folder=tmp_path, RATE_LIMIT_EDITS="many", WEB_PORT="70000")
    first, *problems = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert "settings need your attention" in first
    assert [line.split()[1] for line in problems] == [
        "TELEGRAM_BOT_TOKEN",
        "NANOBANANA_API_KEY",
        "WEB_PORT",
        "IMAGE_HOST",
        "RATE_LIMIT_EDITS",
    ]
    assert set(Settings.model_fields) >= {line.split()[1].lower() for line in problems}


def home(folder: Path, **settings: str) -> Home:
    """A home that needs neither service."""
    made = Home.of(folder, "http://127.0.0.1:1", "123456789:" + "A" * 35, "http://127.0.0.1:1", "0f" * 16)
    return Home({**made.settings, **settings}, made.data, made.log)


async def test_migrate_makes_the_database_and_can_be_repeated(tmp_path: Path) -> None:
    where = home(tmp_path)
    assert (await ended(where, "migrate"))[0] == 0
    made = (where.data / "bot.db").read_bytes()[:16]
    assert made == b"SQLite format 3\0"
    assert (await ended(where, "migrate"))[0] == 0


@pytest.mark.parametrize(
    ("command", "url", "told"),
    [
        (
            "run",
            "sqlite+aiosqlite:////proc/nowhere/bot.db",
            "/proc/nowhere/bot.db: No such file or directory",
        ),
        (
            "migrate",
            "sqlite+aiosqlite:////proc/nowhere/bot.db",
            "/proc/nowhere/bot.db: the file cannot be opened",
        ),
        (
            "migrate",
            "postgresql+asyncpg://bot:hunter2@127.0.0.1:1/bot",
            "127.0.0.1:1/bot: nothing answers at",
        ),
        (
            "run",
            "postgresql+asyncpg://bot:hunter2@db.invalid/bot",
            "db.invalid/bot: there is no host of that",
        ),
        ("run", "sqlite+aiosqlite:///{DATA_DIR}/broken.db", "broken.db: the file is not a database"),
    ],
)
async def test_a_database_that_cannot_be_had_is_a_sentence_with_its_setting(
    tmp_path: Path, command: str, url: str, told: str
) -> None:
    where = home(tmp_path, DATABASE_URL=url)
    where.data.mkdir()
    (where.data / "broken.db").write_bytes(b"nothing of the kind" * 100)
    code, said = await ended(where, command)
    assert (code, "Traceback" in said) == (1, False), said
    assert "could not start: DATABASE_URL " in said
    assert told in said
    assert "hunter2" not in said


@pytest.mark.parametrize("command", ["run", "migrate"])
async def test_a_database_of_a_later_version_is_a_sentence(tmp_path: Path, command: str) -> None:
    where = home(tmp_path)
    assert (await ended(where, "migrate"))[0] == 0
    with contextlib.closing(sqlite3.connect(where.data / "bot.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    code, said = await ended(where, command)
    assert (code, "Traceback" in said) == (1, False), said
    assert "bot.db was used by a later version of the bot" in said


async def test_a_folder_that_cannot_be_made_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("a file")
    code, said = await ended(home(tmp_path, DATA_DIR=str(tmp_path / "plain" / "data")), "run")
    assert (code, "Traceback" in said) == (1, False), said
    assert f"could not start: DATA_DIR {tmp_path}/plain/data cannot be made: Not a directory" in said


async def test_a_name_that_is_no_setting_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ALOWED_CHATS=1\n")
    _, said = await ended(home(tmp_path), "migrate")
    assert "WARNING" in said
    assert "ALOWED_CHATS is no setting, so it has no effect; ALLOWED_CHATS is one" in said


def test_a_reader_that_has_seen_enough_ends_the_doctor_without_a_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "bot", "doctor"], check=False, cwd=tmp_path, timeout=PATIENCE, text=True,
        stdout=writing, stderr=subprocess.PIPE, env={"PYTHONPATH": str(PROJECT), **home(tmp_path).settings},
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_windows_is_told_what_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert cli.main(["run"]) == 1
    assert capsys.readouterr().err.startswith("Windows is not supported. WSL works")


@pytest.mark.parametrize(
    "url", ["sqlite+aiosqlite:///", "sqlite+aiosqlite:///:memory:", "postgresql+asyncpg://u:p@host:port/db"]
)
def test_an_impossible_database_url_is_a_problem_of_the_settings(tmp_path: Path, url: str) -> None:
    known = {name.lower(): value for name, value in home(tmp_path, DATABASE_URL=url).settings.items()}
    with pytest.raises(ValueError, match="database_url"):
        Settings.model_validate(known)
