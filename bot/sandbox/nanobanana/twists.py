"""What scenarios are made of: ready answers for the next call, and changes to the next task."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.faults import Faults, Phase
from bot.sandbox.nanobanana import wire
from bot.sandbox.nanobanana.tasks import RUNNING, Download, Failure, Look, Script

Scenario = Callable[[Faults, Script], None]
"""Sets switches for the next call, or writes into the script of the next task."""


class CutOff(Response):
    """Promises more than it sends; the server then drops the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        kind = self.media_type or "application/json"
        headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % (len(self.body) + 4096))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": bytes(self.body), "more_body": True})


def answers(point: str, response: Callable[[], Response], phase: Phase = "before") -> Scenario:
    """The next call at `point` gets this answer; with `after` it has had its effect all the same."""
    return lambda faults, _: faults.answer(point, response(), phase=phase)


def says(point: str, code: int, text: str, *, status: int = 200) -> Scenario:
    """The next call at `point` gets an envelope with this code."""
    return answers(point, lambda: wire.envelope(code, text, status=status))


def late(point: str, seconds: float) -> Scenario:
    """The next call at `point` has its effect, and its answer comes when the caller has given up."""

    async def wait(_: Request) -> None:
        await asyncio.sleep(seconds)

    return lambda faults, _: faults.at(point, wait, phase="after", times=1)


def created(change: Callable[[wire.JsonObject], None]) -> Scenario:
    """The create call succeeds and its answer looks otherwise."""
    return lambda _, script: script.created.append(change)


def fails(text: str, code: int = 500, *, not_created: bool = False, callback: int | None = None) -> Scenario:
    """The task ends in this failure: flag 3, or 2 if it was never created."""
    failure = Failure(text, code, 2 if not_created else 3, callback)

    def scenario(_: Faults, script: Script) -> None:
        script.failure = failure

    return scenario


def script(change: Callable[[Script], None]) -> Scenario:
    """Anything else about the task."""
    return lambda _, next_script: change(next_script)


def polls(twist: Callable[[Look], Response | None]) -> Scenario:
    """Every poll of the task goes through `twist`."""
    return lambda _, script: script.polls.append(twist)


def poll_says(applies: Callable[[Look], bool], answer: Callable[[], Response]) -> Scenario:
    """Polls get `answer` as long as it applies."""
    return polls(lambda look: answer() if applies(look) else None)


def record(**fields: object) -> Scenario:
    """Every answer to a poll has these fields in its record."""
    return polls(lambda look: look.data.update(fields))


def running(**fields: object) -> Scenario:
    """Answers to polls have these fields while the task runs."""
    return polls(lambda look: look.data.update(fields) if look.task.flag == RUNNING else None)


def done(reshape: Callable[[wire.JsonObject, str], None]) -> Scenario:
    """The finished record is reshaped: `reshape` gets it with a null `response`, and the address."""

    def twist(look: Look) -> None:
        if look.url:
            look.data["response"] = None
            reshape(look.data, look.url)

    return polls(twist)


def no_url_for(lacking: int | None) -> Scenario:
    """Finished without an address: for so many polls, or for good."""

    def scenario(_: Faults, script: Script) -> None:
        left = lacking

        def twist(look: Look) -> None:
            nonlocal left
            if look.url and left != 0:
                left = None if left is None else left - 1
                look.data["response"] = {"originImageUrl": None, "resultImageUrl": None}

        script.polls.append(twist)

    return scenario


def downloads(twist: Callable[[Download], Response | None]) -> Scenario:
    """Downloads of the task's result go through `twist`."""
    return lambda _, script: script.downloads.append(twist)
