"""`python -m bot move-database`: with edits on their way, and where it does not."""

from pathlib import Path

from tests.harness.clock import until
from tests.harness.pictures import picture, size_of
from tests.harness.postgres import Postgres
from tests.harness.processes import ended, processes


async def test_an_unfinished_edit_goes_on_in_the_new_database_and_is_paid_once(
    tmp_path: Path, postgres: Postgres
) -> None:
    async with postgres.empty() as url, processes(tmp_path, task_seconds=2) as world:
        async with world.bot():
            world.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: "-> processing" in world.log)
            await until(lambda: any(task.photo for task in world.nanobanana.tasks.values()))
        code, said = await ended(world.home, "move-database", url)
        assert code == 0, said
        assert "edits: 1\n" in said
        assert "next: set DATABASE_URL to the new one" in said
        world.home = world.with_settings(DATABASE_URL=url)
        async with world.bot():
            (reply,) = await world.ada.private.wait_for(
                lambda messages: [m for m in messages if m.by_bot and m.photo_size]
            )
        assert size_of(reply.content()) == (320, 200)
        assert set(world.creates_per_prompt().values()) == {1}


async def test_nothing_is_moved_while_the_bot_runs(tmp_path: Path) -> None:
    target = f"sqlite+aiosqlite:///{tmp_path}/other.db"
    async with processes(tmp_path) as world, world.bot():
        code, said = await ended(world.home, "move-database", target)
    assert (code, "Traceback" in said) == (1, False), said
    assert f"nothing was moved: another process of the bot works with {world.home.data}/bot.db" in said


async def test_where_there_is_no_database_nothing_is_made_and_no_password_shown(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        target = "postgresql+asyncpg://me:hunter22@127.0.0.1:1/bot"
        code, said = await ended(world.home, "move-database", target)
        assert (code, "Traceback" in said, "hunter22" in said) == (1, False, False), said
        assert f"nothing was moved: there is no database at {world.home.settings['DATABASE_URL']}" in said
        assert list(world.home.data.iterdir()) == []
