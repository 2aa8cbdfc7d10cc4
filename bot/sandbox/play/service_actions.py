"""What the image service does next, and whether the bot runs: the switches of the page's other side."""

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.faults import page
from bot.sandbox.nanobanana.faults import HOSTILE, SCENARIOS
from bot.sandbox.nanobanana.tasks import RUNNING
from bot.sandbox.play.asked import Action, Asked, NotPossible
from bot.sandbox.telegram.values import Json

SLOW_SECONDS = 60.0
FAULTS = sorted({*SCENARIOS, *HOSTILE})
_POINTS = ("create", "record-info", "credit", "result")


async def next_task(asked: Asked) -> Json:
    """Arms a fault of the sandbox's catalogue, the same that tests use; an empty name disarms them all."""
    name, stage = asked.text("fault"), asked.stage
    if name and name not in FAULTS:
        raise NotPossible("There is no such fault")
    stage.nanobanana.forget_faults()
    if name:
        stage.nanobanana.play(name)
    stage.armed, stage.armed_after = name, len(stage.nanobanana.creates)
    _keep_down(asked)
    return {}


async def down(asked: Asked) -> Json:
    """The whole service answers 503, or everything works again."""
    asked.stage.is_down = asked.flag("on")
    asked.stage.armed = ""
    asked.stage.nanobanana.forget_faults()
    _keep_down(asked)
    return {}


def _keep_down(asked: Asked) -> None:
    async def unavailable(_: Request) -> Response:
        return page(503, "503 Service Unavailable")

    if asked.stage.is_down:
        for point in _POINTS:
            asked.stage.nanobanana.faults.at(point, unavailable)


async def slow(asked: Asked) -> Json:
    """New tasks take a minute."""
    stage = asked.stage
    stage.is_slow = asked.flag("on")
    stage.nanobanana.task_seconds = SLOW_SECONDS if stage.is_slow else stage.usual_seconds
    return {}


async def finish(asked: Asked) -> Json:
    """A task's time is over."""
    task = asked.stage.nanobanana.tasks.get(asked.text("task"))
    if task is None or task.flag != RUNNING:
        raise NotPossible("This task has ended")
    task.seconds = 0
    return {}


async def bot(asked: Asked) -> Json:
    """Starts, stops, kills or restarts the bot's process."""
    keeper, what = asked.stage.keeper, asked.text("do")
    if what in {"stop", "restart"}:
        await keeper.stop()
    if what == "kill":
        await keeper.kill()
    if what in {"start", "restart"}:
        await keeper.start()
    return {}


SERVICE_ACTIONS: dict[str, Action] = {
    "next_task": next_task,
    "down": down,
    "slow": slow,
    "finish": finish,
    "bot": bot,
}
