"""The other side of the page: the tasks at the image service, its switches, the bot's process and its log."""

import asyncio
from pathlib import Path

from bot.sandbox.nanobanana import wire
from bot.sandbox.nanobanana.tasks import RUNNING, SUCCEEDED, SandboxTask
from bot.sandbox.play.pages import Pages
from bot.sandbox.play.stage import Stage
from bot.sandbox.telegram.values import Json

_LOOKS = 0.3
_LOG_BYTES = 64 << 10
_STATES = {RUNNING: "running", SUCCEEDED: "done"}


class OtherSide:
    """Looks at what has no event of its own, and tells the pages what has changed."""

    def __init__(self, stage: Stage, pages: Pages) -> None:
        self._stage = stage
        self._pages = pages
        self._tasks: dict[str, Json] = {}
        self._facts: Json = {}
        self._log = _Log(stage.keeper.home.log)

    def everything(self) -> Json:
        """For a page that has just opened."""
        tasks = [_task(each) for each in self._stage.nanobanana.tasks.values()]
        return {"tasks": tasks, "service": self._service(), "log": self._log.latest()}

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            self._look()
            await asyncio.sleep(_LOOKS)

    def _look(self) -> None:
        stage = self._stage
        if stage.armed and len(stage.nanobanana.creates) > stage.armed_after:
            stage.armed = ""
        for task_id, task in stage.nanobanana.tasks.items():
            now = _task(task)
            if self._tasks.get(task_id) != now:
                self._tasks[task_id] = now
                self._pages.say("task", task=now)
        facts = self._service()
        if facts != self._facts:
            self._facts = facts
            self._pages.say("service", service=facts)
        if lines := self._log.new():
            self._pages.say("log", lines=lines)

    def _service(self) -> Json:
        stage = self._stage
        return {
            "bot": stage.keeper.state,
            "updates": len(stage.world.updates),
            "credits": stage.nanobanana.credits,
            "armed": stage.armed,
            "is_down": stage.is_down,
            "is_slow": stage.is_slow,
        }


def _task(task: SandboxTask) -> Json:
    prompt = task.params.get("prompt")
    known = {"prompt", "imageUrls", "callBackUrl", "type"}
    return {
        "id": task.task_id,
        "state": _STATES.get(task.flag, "failed"),
        "model": task.endpoint,
        "prompt": prompt if isinstance(prompt, str) else "",
        "options": {name: value for name, value in task.params.items() if name not in known},
        "photos": len(task.photos),
        "has_result": task.result is not None and task.flag == SUCCEEDED,
        "problem": task.failure.text if task.failure else "",
        "credits": wire.price(task.endpoint, task.params),
        "started_at": task.created_wall,
        "ended_at": task.finished_wall,
        "polls": task.polls,
    }


class _Log:
    """The end of the bot's log file, and what is added to it, in whole lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_to = 0

    def latest(self) -> list[str]:
        """The last lines of those that were told already."""
        start = max(0, self._read_to - _LOG_BYTES)
        lines = self._lines(start, self._read_to)
        return lines[1:] if start else lines

    def new(self) -> list[str]:
        return self._lines(self._read_to, None)

    def _lines(self, start: int, end: int | None) -> list[str]:
        """Whole lines between two places of the file; without an end, also remembers where they end."""
        try:
            with self._path.open("rb") as file:
                file.seek(start)
                content = file.read(_LOG_BYTES if end is None else end - start)
        except FileNotFoundError:
            return []
        if end is None:
            content = content[: content.rfind(b"\n") + 1]
            self._read_to = start + len(content)
        return content.decode(errors="replace").splitlines()
