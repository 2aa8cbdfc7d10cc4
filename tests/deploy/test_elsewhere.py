"""Commands for a container or for systemd, as they are shown, without a container and without systemd.

What stands before the program to run is taken away by a script of the same name, and the program is run.
"""

import os
import re
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.cli import _parser
from bot.storage.database import Database
from bot.storage.tables import EDITS
from tests.deploy.pages import blocks
from tests.deploy.test_backup import BACKUP, SQLITE, counts, database, folder, seed, told
from tests.harness.postgres import Postgres, _run

__all__ = ["database", "folder"]

DOCKER = """#!/bin/sh
shift
if [ "$1" = -f ]; then shift 2; fi
verb=$1; shift
while :; do
    case $1 in --env) export "$2"; shift 2;; -*) shift;; *) break;; esac
done
case $verb in
    cp) exec cp "${1#*:}" "$2";;
    exec) shift; exec "$@";;
    run) shift; exec .venv/bin/python -m bot "$@";;
esac
"""
SUDO = """#!/bin/sh
case $1 in
    -u) shift 2;;
    systemctl | chown) exit;;
esac
exec "$@"
"""
HOSTING = "docs/hosting.md"


@pytest.fixture
def around(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> dict[str, str]:
    """An environment in which both scripts are found, and PostgreSQL's programs find its server."""
    scripts = tmp_path_factory.mktemp("scripts")
    for name, script in {"docker": DOCKER, "sudo": SUDO}.items():
        written(scripts / name, script)
    path = os.pathsep.join((str(scripts), str(postgres._binaries), os.environ["PATH"]))
    return {"PATH": path, "PGHOST": str(postgres._folder)}


def written(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)


def shown(page: str, word: str, folder: Path) -> str:
    """The one block with this word, for folders of the test instead of those that it names."""
    (block,) = (each.commands for each in blocks(page) if word in each.commands)
    places = {"/data/": "data/", "/var/lib/nanobanana-bot": "of-the-unit", "/opt/nanobanana-bot": "."}
    return re.sub(
        r"(?<![\w.])(/data/|/var/lib/nanobanana-bot|/opt/nanobanana-bot)",
        lambda found: f"{folder}/{places[found[0]]}",
        block,
    )


async def test_a_backup_is_copied_out_of_the_container(
    folder: Path, database: Database, around: dict[str, str]
) -> None:
    before = await counts(database)
    told(folder, shown(BACKUP, "docker compose cp", folder), **around)
    assert not (folder / "data" / "backup.db").exists()
    (copy,) = folder.glob("backup-*.db")
    async with aclosing(Database.open(f"sqlite+aiosqlite:///{copy}")) as copied:
        assert await counts(copied) == before


async def test_the_containers_postgresql_is_dumped_and_restored(
    folder: Path, postgres: Postgres, around: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = postgres._url("postgres")
    monkeypatch.setenv("PGPASSWORD", "secret")  # asked for or not: another test changes the server's rules
    await _run(server, "CREATE ROLE bot LOGIN PASSWORD 'secret'", "CREATE DATABASE bot OWNER bot")
    try:
        url = postgres._url("bot").replace("postgres@", "bot@")
        async with aclosing(Database.open(url)) as database:
            await seed(database)
            before = await counts(database)
            told(folder, shown(BACKUP, "postgres pg_dump", folder), **around)
            async with database.writing() as connection:
                await connection.execute(EDITS.delete())
            told(folder, shown(BACKUP, "postgres pg_restore", folder), **around)
        async with aclosing(Database.open(url)) as restored:
            assert await counts(restored) == before
    finally:
        await _run(server, "DROP DATABASE bot WITH (FORCE)", "DROP ROLE bot")


@pytest.mark.parametrize(
    ("page", "word", "database_url", "data_dir", "arguments"),
    [
        (BACKUP, "systemctl stop", "", "of-the-unit", ["move-database", "URL"]),
        (BACKUP, "run --rm --env", SQLITE, "", ["move-database", "postgresql+asyncpg://bot@postgres/bot"]),
        (HOSTING, "sudo -u nanobanana-bot env", "", "of-the-unit", ["doctor"]),
        (HOSTING, "exec bot python -m bot doctor", "", "", ["doctor"]),
    ],
)
def test_the_bot_is_called_as_it_has_to_be(
    page: str,
    word: str,
    database_url: str,
    data_dir: str,
    arguments: list[str],
    folder: Path,
    around: dict[str, str],
) -> None:
    (folder / ".venv").unlink()
    (folder / ".venv" / "bin").mkdir(parents=True)
    called = folder / ".venv" / "bin" / "python"
    written(called, '#!/bin/sh\nprintf "%s\\n" "$DATABASE_URL" "$DATA_DIR" "$@"\n')
    path = f"{called.parent}{os.pathsep}{around['PATH']}"
    told_by_it = told(folder, shown(page, word, folder), **{**around, "PATH": path, "URL": "URL"})
    expected = [database_url.format(folder), f"{folder}/{data_dir}" if data_dir else "", "-m", "bot"]
    assert told_by_it.splitlines() == [*expected, *arguments]
    _parser().parse_args(arguments)  # it ends the process if it does not know them


def test_the_data_of_a_bot_that_ran_by_hand_goes_to_the_units_folder(
    folder: Path, around: dict[str, str]
) -> None:
    (folder / "of-the-unit").mkdir()
    told(folder, shown(HOSTING, "/opt/nanobanana-bot/data/.", folder), **around)
    assert (folder / "of-the-unit" / "files" / "edit-1.result").read_bytes() == b"a picture"
