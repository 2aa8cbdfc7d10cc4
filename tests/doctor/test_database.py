"""The doctor on the database: where it is not there, is behind, or is a server with other replicas."""

from pathlib import Path

from sqlalchemy import make_url

from bot.storage import migrations
from tests.doctor.test_doctor import advice, examined, place, said
from tests.harness.postgres import Postgres
from tests.harness.processes import ended, processes


async def test_postgresql_and_its_replicas_are_examined(tmp_path: Path, postgres: Postgres) -> None:
    async with postgres.empty() as url, place(tmp_path, DATABASE_URL=url) as world:
        commits = f"ALTER DATABASE {make_url(url).database} SET synchronous_commit = "
        world.writes(commits + "on")
        async with world.bot():
            found = await examined(world)
            assert advice(found) == {}
            assert said(found)["PostgreSQL"].startswith("version ")
            assert said(found)["replicas"] == "1 at work now"
            elsewhere = advice(await examined(world, data_dir=str(tmp_path / "elsewhere")))
            assert "replicas" in elsewhere
        world.writes(commits + "off")
        assert set(advice(await examined(world))) == {"PostgreSQL"}


async def test_a_database_that_can_only_be_read(tmp_path: Path, postgres: Postgres) -> None:
    async with postgres.empty() as url, place(tmp_path, DATABASE_URL=url) as world:
        world.writes(f"ALTER DATABASE {make_url(url).database} SET default_transaction_read_only = on")
        found = await examined(world)
    assert said(found)["database"].endswith(
        "but not written to: the server only lets it be read: it is a standby, or set to read-only"
    )
    assert advice(found) == {"database": "let this user write there, or correct DATABASE_URL"}


async def test_no_file_can_be_made_where_the_database_shall_be(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        found = await examined(world, database_url="sqlite+aiosqlite:////proc/bot.db")
    assert said(found)["database"].startswith("sqlite+aiosqlite:////proc/bot.db: ")
    assert "check DATABASE_URL" in advice(found)["database"]


async def test_the_database_is_behind(tmp_path: Path) -> None:
    first = migrations.revisions()[0]
    async with place(tmp_path) as world:
        world.writes(f"UPDATE alembic_version SET version_num = '{first}'")  # noqa: S608 - our own
        found = advice(await examined(world))
    assert found == {"database": "run `python -m bot migrate`"}


async def test_the_database_is_of_a_later_version(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        world.writes("UPDATE alembic_version SET version_num = '9999'")
        found = await examined(world)
    assert said(found)["database"] == "of a later version of the bot"
    assert "start that version, or restore a backup from before" in advice(found)["database"]


async def test_the_database_is_out_of_reach(tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        url = "postgresql+asyncpg://bot:hunter2@127.0.0.1:1/bot"
        found = await examined(world, database_url=url)
    assert "check DATABASE_URL" in advice(found)["database"]
    assert said(found)["database"] == "postgresql+asyncpg://127.0.0.1:1/bot: nothing answers at this address"
    assert "hunter2" not in str(found)


async def test_the_data_folder_cannot_be_made(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        (tmp_path / "plain").write_text("a file")
        home = world.with_settings(DATA_DIR=str(tmp_path / "plain" / "data"))
        code, printed = await ended(home, "doctor")
    told = subjects(printed)
    assert (code, "Traceback" in printed) == (1, False), printed
    assert told["!! folder"] == f"DATA_DIR {tmp_path}/plain/data cannot be made: Not a directory"
    assert "mend what is said about the folder first" in printed
    assert "mend what is said about folder and database first" in printed
    wrong = {"!! database", "!! updates", "!! photo host (web)"}
    assert {"ok Telegram", "ok NanoBanana", "ok callbacks", *wrong} <= set(told)


async def test_the_folder_of_the_database_is_not_there(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        home = world.with_settings(DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/nowhere/bot.db")
        code, printed = await ended(home, "doctor")
        assert not (tmp_path / "nowhere").exists()
    told = subjects(printed)
    assert (code, "Traceback" in printed) == (1, False), printed
    assert told["!! database"] == f"its folder {tmp_path}/nowhere is not there"
    assert "make that folder, or correct DATABASE_URL" in printed
    assert {"ok Telegram", "!! updates", "ok NanoBanana", "ok photo host (web)", "ok callbacks"} <= set(told)


def subjects(printed: str) -> dict[str, str]:
    """What was printed, by mark and subject."""
    lines = [line for line in printed.splitlines() if line.startswith(("ok", "!!"))]
    return {subject: text for subject, _, text in (line.partition(": ") for line in lines)}
