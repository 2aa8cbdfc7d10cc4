"""What the catalogue of faults is made of: answers for the next call, and changes to the next task."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.faults import Faults, Phase
from bot.sandbox.nanobanana import wire
from bot.sandbox.nanobanana.tasks import RUNNING, Download, Failure, Look, Script
from bot.sandbox.nanobanana.wire import JsonObject

Scenario = Callable[[Faults, Script], None]
"""Sets a fault for the next call, or writes into the script of the next task."""
NO_ADDRESS: JsonObject = {"originImageUrl": None, "resultImageUrl": None}


def answers(point: str, response: Callable[[], Response], phase: Phase = "before") -> Scenario:
    """The next call at `point` gets this answer; with `after` it has had its effect all the same."""
    return lambda faults, _: faults.answer(point, response(), phase=phase)


def says(point: str, code: int, text: str, *, status: int = 200) -> Scenario:
    """The next call at `point` gets an envelope with this code."""
    return answers(point, lambda: wire.envelope(code, text, status=status))


def late(point: str, seconds: float) -> Scenario:
    """The next call at `point` has its effect, and is answered so much later."""

    async def wait(_: Request) -> None:
        await asyncio.sleep(seconds)

    return lambda faults, _: faults.at(point, wait, phase="after", times=1)


def task(**changes: object) -> Scenario:
    """The next task's script has these values."""

    def scenario(_: Faults, script: Script) -> None:
        for name, value in changes.items():
            setattr(script, name, value)

    return scenario


def fails(text: str, code: int = 500, **more: object) -> Scenario:
    return task(failure=Failure(text, code, **more))  # type: ignore[arg-type]


def created(change: Callable[[JsonObject], None]) -> Scenario:
    """The create call succeeds and its answer looks different."""
    return lambda _, script: script.created.append(change)


def polls(twist: Callable[[Look], Response | None]) -> Scenario:
    """Every poll of the task goes through `twist`."""
    return lambda _, script: script.polls.append(twist)


def poll(applies: Callable[[Look], bool], answer: Callable[[], Response]) -> Scenario:
    """Polls get `answer` as long as it applies."""
    return polls(lambda look: answer() if applies(look) else None)


def young(look: Look) -> bool:
    return look.age < 2


def first(look: Look | Download) -> bool:
    return look.number == 1


def always(_: object) -> bool:
    return True


def record(**fields: object) -> Scenario:
    """Every answer to a poll has these fields in its record."""
    return polls(lambda look: look.data.update(fields))


def running(**fields: object) -> Scenario:
    """Answers to polls have these fields while the task runs."""
    return polls(lambda look: look.data.update(fields) if look.task.flag == RUNNING else None)


def done(place: Callable[[str], JsonObject]) -> Scenario:
    """The finished record has no `response` but these fields, made of the picture's address."""
    return polls(lambda look: look.data.update({"response": None, **place(look.url)}) if look.url else None)


def downloads(answer: Callable[[Download], Response | None]) -> Scenario:
    """Downloads of the task's result get this answer."""
    return lambda _, script: script.downloads.append(answer)


def once(answer: Callable[[Download], Response]) -> Scenario:
    return downloads(lambda visit: answer(visit) if first(visit) else None)


def found_at(url: str) -> Scenario:
    """The finished record names this address."""
    return done(lambda _: {"response": {"originImageUrl": None, "resultImageUrl": url}})


def renamed(body: JsonObject, old: str, new: str) -> None:
    body[new] = body.pop(old)


def flat(body: JsonObject) -> None:
    body.update(body.pop("data"))  # type: ignore[call-overload]


def as_text(*names: str) -> Scenario:
    """These fields of the record come as text."""
    return polls(
        lambda look: look.data.update(
            {n: str(v) for n, v in look.data.items() if n in names and v is not None}
        )
    )


def no_flag(look: Look) -> None:
    if look.data["successFlag"] == RUNNING:
        del look.data["successFlag"]


def epoch_times(look: Look) -> None:
    finished = look.task.finished_wall
    look.data["createTime"] = round(look.task.created_wall * 1000)
    look.data["completeTime"] = None if finished is None else round(finished * 1000)


def half(visit: Download) -> bytes:
    return visit.content[: len(visit.content) // 2]
