"""The doctor on the database: where it is not there, is behind, or is a server with other replicas."""

from pathlib import Path

from sqlalchemy import make_url

from bot.sandbox.demo.bot_process import PROJECT
from tests.harness.postgres import Postgres
from tests.harness.processes import ended, processes
from tests.process.test_doctor import advice, examined, place


async def test_postgresql_and_its_replicas_are_examined(tmp_path: Path, postgres: Postgres) -> None:
    async with postgres.empty() as url, place(tmp_path, DATABASE_URL=url) as world:
        commits = f"ALTER DATABASE {make_url(url).database} SET synchronous_commit = "
        world.writes(commits + "on")
        async with world.bot():
            found = await examined(world)
            said = {finding.subject: finding.text for finding in found}
            assert advice(found) == {}
            assert said["PostgreSQL"].startswith("version ")
            assert said["replicas"] == "1 at work now"
            elsewhere = advice(await examined(world, data_dir=str(tmp_path / "elsewhere")))
            assert "replicas" in elsewhere
        world.writes(commits + "off")
        assert set(advice(await examined(world))) == {"PostgreSQL"}


async def test_the_database_is_behind(tmp_path: Path) -> None:
    versions = sorted((PROJECT / "alembic" / "versions").glob("*.py"))
    assert versions
    async with place(tmp_path) as world:
        world.writes("UPDATE alembic_version SET version_num = 'an-older-one'")
        found = advice(await examined(world))
    assert found == {"database": "run `python -m bot migrate`"}


async def test_the_database_is_out_of_reach(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        url = "postgresql+asyncpg://bot:hunter2@127.0.0.1:1/bot"
        found = await examined(world, database_url=url)
    assert "check DATABASE_URL" in advice(found)["database"]
    assert "hunter2" not in str(found)


async def test_the_data_folder_cannot_be_made(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        (tmp_path / "plain").write_text("a file")
        home = world.with_settings(DATA_DIR=str(tmp_path / "plain" / "data"))
        code, printed = await ended(home, "doctor")
    said = subjects(printed)
    assert (code, "Traceback" in printed) == (1, False), printed
    assert "Not a directory" in said["!! database"]
    assert "check DATABASE_URL and DATA_DIR" in printed
    assert "mend what is said about the database first" in printed
    assert {"ok Telegram", "!! updates", "ok NanoBanana", "!! photo host (web)", "ok callbacks"} <= set(said)


async def test_the_folder_of_the_database_is_not_there(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        home = world.with_settings(DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/nowhere/bot.db")
        code, printed = await ended(home, "doctor")
        assert not (tmp_path / "nowhere").exists()
    said = subjects(printed)
    assert (code, "Traceback" in printed) == (1, False), printed
    assert said["!! database"] == f"its folder {tmp_path}/nowhere is not there"
    assert "make that folder, or correct DATABASE_URL" in printed
    assert {"ok Telegram", "!! updates", "ok NanoBanana", "ok photo host (web)", "ok callbacks"} <= set(said)


def subjects(printed: str) -> dict[str, str]:
    """What was printed, by mark and subject."""
    lines = [line for line in printed.splitlines() if line.startswith(("ok", "!!"))]
    return {subject: text for subject, _, text in (line.partition(": ") for line in lines)}
