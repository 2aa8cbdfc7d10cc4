"""Callbacks are hints: they make the bot look or name a task, and decide nothing, whoever sends them."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from bot.app import running
from bot.settings import Settings
from tests.ground import picture, size_of
from tests.process.process_ground import Town, answers, town, until

DONE = "SELECT 1 FROM edits WHERE state = 'delivered' AND due_at IS NULL"
PAINTING = "SELECT callback_secret, task_id FROM edits WHERE state = 'processing'"


def settings(ground: Town, **changed: object) -> Settings:
    known = {name.lower(): value for name, value in ground.home.settings.items()}
    return Settings.model_validate({**known, **changed})


def notice(code: int, task_id: str) -> dict[str, Any]:
    """What the basic model's callback says."""
    return {
        "code": code,
        "msg": "",
        "data": {"taskId": task_id, "info": {"resultImageUrl": "http://x/y.jpg"}},
    }


async def test_a_callback_makes_the_bot_look_and_is_not_believed(tmp_path: Path) -> None:
    async with town(tmp_path, task_seconds=3, nanobanana={"send_callbacks": False}) as ground:
        rare = settings(ground, poll_interval_seconds=60)
        async with running(rare), httpx.AsyncClient(base_url=rare.public_url) as client:
            asked = ground.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: ground.rows(PAINTING))
            ((secret, task_id),) = ground.rows(PAINTING)
            for code, said in [(200, task_id), (501, task_id), (400, "another-task"), (200, "x" * 500)]:
                looks = len(ground.nanobanana.polls)
                answer = await client.post(f"/callback/{secret}", json=notice(code, said))
                assert (answer.status_code, answer.text) == (200, "ok")
                await until(lambda looks=looks: len(ground.nanobanana.polls) > looks)  # type: ignore[misc]
                assert ground.rows(PAINTING) == [(secret, task_id)]
            await asyncio.sleep(3)
            await client.post(f"/callback/{secret}", json=notice(200, task_id))
            await until(lambda: ground.rows(DONE))
            await asyncio.gather(
                *(client.post(f"/callback/{secret}", json=notice(200, task_id)) for _ in range(20))
            )
        assert [size_of(message.content()) for message in answers(ground.ada.private, asked)] == [(320, 200)]
        assert len(ground.nanobanana.creates) == 1


@pytest.mark.parametrize("model", ["nano-banana", "nano-banana-2"])
async def test_either_shape_of_callback_names_the_task_of_a_cut_create_call(
    tmp_path: Path, model: str
) -> None:
    async with town(tmp_path, nanobanana={"callback_pause": 0.5}) as ground:
        cut = PlainTextResponse("<html>Bad Gateway</html>", 502)
        ground.nanobanana.faults.answer("create", cut, phase="after")
        async with running(settings(ground, nanobanana_model=model)):
            asked = ground.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: ground.rows(DONE))
        assert [bool(message.photo_size) for message in answers(ground.ada.private, asked)] == [True]
        assert len(ground.nanobanana.creates) == 1
