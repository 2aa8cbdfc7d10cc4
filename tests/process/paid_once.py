"""Stories in which a picture was paid for once, and the process was killed on the way to it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import httpx

from bot.sandbox.faults import page
from bot.sandbox.nanobanana.tasks import RUNNING, CreateCall
from tests.harness.clock import until
from tests.harness.forked_bot import BotProcess
from tests.harness.pictures import picture
from tests.harness.processes import Processes, kill, processes
from tests.process.kill_points import SIZE, Outcome, outcome

Settings: TypeAlias = Mapping[str, str]
Story: TypeAlias = Callable[[Path, Settings], Awaitable[Outcome]]

SILENT = {"send_callbacks": False}
AWAY = ("create", "record-info", "credit")
"""What is behind the provider's gateway."""
DELIVERED = "SELECT 1 FROM edits WHERE state = 'delivered' AND due_at IS NULL"
SUBMITTING = "SELECT 1 FROM edits WHERE state = 'submitting' AND attempts >= {}"
TOLD = "SELECT 1 FROM edits WHERE failure = 'timed_out' AND is_told"


async def late_task(folder: Path, settings: Settings) -> Outcome:
    """Killed once the person was told that it takes too long, and again while the late picture is fetched."""
    name = "late task"
    quick = {"EDIT_TIMEOUT_SECONDS": "1", **settings}
    async with processes(folder, task_seconds=3, nanobanana=SILENT, **quick) as world:
        process = await world.start()
        asked = world.ada.sends_photo(picture(*SIZE), f"/edit {name}")
        await until(lambda: world.rows(TOLD))
        process = await killed_and_started(world, process)
        await until(lambda: all(task.flag != RUNNING for task in world.nanobanana.tasks.values()))
        started, died = asyncio.Event(), asyncio.Event()

        async def die(_: object) -> None:
            await started.wait()
            await kill(process)
            died.set()

        world.nanobanana.faults.at("result", die, phase="after", times=1)
        process = await killed_and_started(world, process, "UPDATE edits SET due_at = ended_at")
        started.set()
        await died.wait()
        process = await killed_and_started(world, process)
        return await told(world, process, lambda: outcome(world, asked, name))


async def gateway_outage(folder: Path, settings: Settings) -> Outcome:
    """Killed in the middle of it; without a public address, so that nobody calls back."""
    name = "gateway outage"
    async with processes(folder, task_seconds=0.3, nanobanana=None, **settings) as world:
        world.hosts_elsewhere()
        for point in AWAY:
            world.nanobanana.faults.answer(point, page(502, "502 Bad Gateway"), times=None)
        process = await world.start()
        asked = world.ada.sends_photo(picture(*SIZE), f"/edit {name}")
        await until(lambda: world.rows(SUBMITTING.format(2)))
        process = await killed_and_started(world, process)
        await until(lambda: world.rows(SUBMITTING.format(3)))
        world.nanobanana.faults.clear()
        return await told(world, process, lambda: outcome(world, asked, name))


async def adoption_race(folder: Path, settings: Settings) -> Outcome:
    """Killed while the second create call is open; then both tasks call back, the failed first one first."""
    name = "adoption race"
    async with processes(folder, task_seconds=0.3, nanobanana=SILENT, **settings) as world:
        world.nanobanana.play("flag-3-generic")
        process = await world.start()
        calls = world.nanobanana.creates

        async def die_at_the_second(_: object) -> None:
            if len(calls) > 1:
                await until(lambda: world.nanobanana.tasks[str(calls[1].task_id)].photo)
                await kill(process)

        world.nanobanana.faults.at("create", die_at_the_second, phase="after", times=2)
        asked = world.ada.sends_photo(picture(*SIZE), f"/edit {name}")
        await until(lambda: process.returncode is not None)
        process = await killed_and_started(world, process)
        await until(lambda: all(task.flag != RUNNING for task in world.nanobanana.tasks.values()))
        for call in calls:
            await call_back(call)
        return await told(world, process, lambda: outcome(world, asked, name))


async def killed_and_started(world: Processes, process: BotProcess, meanwhile: str = "") -> BotProcess:
    """Another process on the same rows."""
    await kill(process)
    world.lease_runs_out()
    if meanwhile:
        world.writes(meanwhile)
    return await world.start()


async def told(world: Processes, process: BotProcess, outcome_of: Callable[[], Outcome]) -> Outcome:
    try:
        await until(lambda: world.rows(DELIVERED), 60)
    finally:
        await kill(process)
    return outcome_of()


async def call_back(call: CreateCall) -> int:
    """What the provider does when a task has ended."""
    assert call.body is not None
    body = {"code": 200, "msg": "success", "data": {"taskId": call.task_id}}
    async with httpx.AsyncClient() as client:
        return (await client.post(str(call.body["callBackUrl"]), json=body)).status_code


STORIES: dict[str, Story] = {
    "late task": late_task,
    "gateway outage": gateway_outage,
    "adoption race": adoption_race,
}
STORIES_END: dict[str, Outcome] = {
    "late task": Outcome(),
    "gateway outage": Outcome(),
    "adoption race": Outcome(creates=2),
}
"""The first task of the race failed by itself."""
