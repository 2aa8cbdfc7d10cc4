"""The other side of the page: the image service's switches and tasks, the bot's process and log."""

from typing import Any

import httpx

from bot.sandbox.nanobanana.faults import HOSTILE, SCENARIOS
from bot.sandbox.telegram.photos import Rendition
from tests.sandbox.play.harness import Play
from tests.sandbox.play.test_events import until
from tests.sandbox.telegram.harness import picture


async def creates(play: Play) -> dict[str, Any]:
    """What the bot would ask of the image service, with a photo that the page itself serves."""
    photo = play.stage.world.files.add_photo([Rendition(60, 40, picture(60, 40, "JPEG"))])["photo"][0]
    body = {
        "prompt": "make it a watercolor",
        "type": "IMAGETOIAMGE",
        "imageUrls": [f"{play.http.base_url}/file/{photo['file_id']}"],
    }
    transport = httpx.ASGITransport(play.stage.nanobanana.app)
    headers = {"Authorization": f"Bearer {play.stage.nanobanana.api_key}", "User-Agent": "bot"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as http:
        answer = await http.post("/api/v1/nanobanana/generate", json=body)
    if answer.headers["content-type"] != "application/json":
        return {"code": answer.status_code}
    told: dict[str, Any] = answer.json()
    return told


async def test_a_task_is_told_from_its_beginning_to_its_end(play: Play) -> None:
    async with play.listening() as events:
        await anext(events)
        task_id = (await creates(play))["data"]["taskId"]
        task = (await until(events, "task"))[-1]["task"]
        assert (task["id"], task["state"], task["credits"]) == (task_id, "running", 4)
        assert task["prompt"] == "make it a watercolor"
        play.stage.nanobanana.tasks[task_id].seconds = 0
        while task["state"] == "running":
            task = (await until(events, "task"))[-1]["task"]
        assert task["state"] == "done"
        assert (task["photos"], task["has_result"]) == (1, True)
    for which, kind in (("photo/0", "image/jpeg"), ("result", "image/png")):
        assert (await play.http.get(f"/task/{task_id}/{which}")).headers["content-type"] == kind
    assert (await play.http.get(f"/task/{task_id}/photo/1")).status_code == 404


async def test_the_next_task_fails_and_the_one_after_it_does_not(play: Play) -> None:
    await play.does("next_task", fault="flag-3-policy")
    first, second = (await creates(play))["data"]["taskId"], (await creates(play))["data"]["taskId"]
    tasks = play.stage.nanobanana.tasks
    assert tasks[first].script.failure is not None
    assert tasks[second].script.failure is None


async def test_a_fault_can_be_taken_back_and_has_to_be_of_the_catalogue(play: Play) -> None:
    await play.does("next_task", fault="create-500")
    await play.does("next_task", fault="")
    assert (await creates(play))["code"] == 200
    await play.refusal("next_task", fault="rm -rf")
    assert set((await play.everything())["faults"]) == {*SCENARIOS, *HOSTILE}


async def test_a_service_that_is_down_answers_503_until_it_is_up(play: Play) -> None:
    await play.does("down", on=True)
    assert (await creates(play))["code"] == 503
    await play.does("next_task", fault="flag-3-generic")
    assert (await creates(play))["code"] == 503
    await play.does("down", on=False)
    assert (await creates(play))["code"] == 200


async def test_slow_tasks_take_a_minute_unless_they_are_finished_by_hand(play: Play) -> None:
    await play.does("slow", on=True)
    task = play.stage.nanobanana.tasks[(await creates(play))["data"]["taskId"]]
    assert task.seconds == 60
    await play.does("finish", task=task.task_id)
    assert task.seconds == 0
    assert "ended" in await play.refusal("finish", task="other")
    await play.does("slow", on=False)
    assert play.stage.nanobanana.task_seconds == 1


async def test_the_bots_log_is_told_in_whole_lines(play: Play) -> None:
    log = play.stage.keeper.home.log
    async with play.listening() as events:
        await anext(events)
        log.write_text("first\nsec")
        assert (await until(events, "log"))[-1]["lines"] == ["first"]
        with log.open("a") as file:
            file.write("ond\n")
        assert (await until(events, "log"))[-1]["lines"] == ["second"]
    assert (await play.everything())["log"] == ["first", "second"]


async def test_the_armed_fault_is_shown_until_a_task_has_met_it(play: Play) -> None:
    async with play.listening() as events:
        await anext(events)
        await play.does("next_task", fault="stuck")
        told: dict[str, Any] = {}
        while told.get("armed") != "stuck":
            told = (await until(events, "service"))[-1]["service"]
        await creates(play)
        while told["armed"]:
            told = (await until(events, "service"))[-1]["service"]
    assert told["bot"] == "stopped"
