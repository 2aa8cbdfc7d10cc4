"""Callbacks are hints: they make the bot look or name a task, and decide nothing, whoever sends them."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from bot.app import running
from bot.settings import Settings
from tests.harness.chats import answers
from tests.harness.clock import until
from tests.harness.pictures import picture, size_of
from tests.harness.processes import Processes, processes

DONE = "SELECT 1 FROM edits WHERE state = 'delivered' AND due_at IS NULL"
PAINTING = "SELECT secret, task_id FROM edits WHERE state = 'processing'"


def settings(world: Processes, **changed: object) -> Settings:
    known = {name.lower(): value for name, value in world.home.settings.items()}
    return Settings.model_validate({**known, **changed})


def notice(code: int, task_id: str) -> dict[str, Any]:
    """What the basic model's callback says."""
    return {
        "code": code,
        "msg": "",
        "data": {"taskId": task_id, "info": {"resultImageUrl": "http://x/y.jpg"}},
    }


async def test_a_callback_makes_the_bot_look_and_is_not_believed(tmp_path: Path) -> None:
    async with processes(tmp_path, task_seconds=3, nanobanana={"send_callbacks": False}) as world:
        rare = settings(world, poll_interval_seconds=60)
        async with running(rare), httpx.AsyncClient(base_url=rare.public_url) as client:
            asked = world.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: world.rows(PAINTING))
            ((secret, task_id),) = world.rows(PAINTING)
            for code, said in [(200, task_id), (501, task_id), (400, "another-task"), (200, "x" * 500)]:
                looks = len(world.nanobanana.polls)
                answer = await client.post(f"/callback/{secret}", json=notice(code, said))
                assert (answer.status_code, answer.text) == (200, "ok")
                await until(lambda looks=looks: len(world.nanobanana.polls) > looks)  # type: ignore[misc]
                assert world.rows(PAINTING) == [(secret, task_id)]
            await asyncio.sleep(3)
            await client.post(f"/callback/{secret}", json=notice(200, task_id))
            await until(lambda: world.rows(DONE))
            await asyncio.gather(
                *(client.post(f"/callback/{secret}", json=notice(200, task_id)) for _ in range(20))
            )
        assert [size_of(message.content()) for message in answers(world.ada.private.messages(), asked)] == [
            (320, 200)
        ]
        assert len(world.nanobanana.creates) == 1


@pytest.mark.parametrize("model", ["nano-banana", "nano-banana-2"])
async def test_either_shape_of_callback_names_the_task_of_a_cut_create_call(
    tmp_path: Path, model: str
) -> None:
    async with processes(tmp_path, nanobanana={"callback_pause": 0.5}) as world:
        cut = PlainTextResponse("<html>Bad Gateway</html>", 502)
        world.nanobanana.faults.answer("create", cut, phase="after")
        async with running(settings(world, nanobanana_model=model)):
            asked = world.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: world.rows(DONE))
        assert [bool(message.photo_size) for message in answers(world.ada.private.messages(), asked)] == [
            True
        ]
        assert len(world.nanobanana.creates) == 1
