"""kill -9 at each meeting point with the outside, one edit each, then a start: what became of the edit."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.sandbox.nanobanana.tasks import SUCCEEDED, SandboxTask
from bot.sandbox.telegram.people import Message
from tests.harness.chats import answers
from tests.harness.clock import until
from tests.harness.forked_bot import BotProcess
from tests.harness.pictures import picture, size_of
from tests.harness.processes import Processes, kill, processes
from tests.process.aftermath import Aftermath, aftermath

SIZE = (333, 208)
CARDED = "SELECT 1 FROM edits WHERE words = '{}' AND status_message_id IS NOT NULL"
SUBMITTED = "SELECT 1 FROM edits WHERE words = '{}' AND task_id IS NOT NULL"
DONE = (
    "SELECT 1 FROM edits WHERE words = '{0}' AND state = 'delivered' AND NOT EXISTS "
    "(SELECT 1 FROM edits WHERE words = '{0}' AND due_at IS NOT NULL)"
)
NOT_BEFORE = {"getFile": CARDED, "file": CARDED, "fetch-photo": SUBMITTED}
PHOTO_FETCHED = {
    ("create", "after"),
    ("create", "inside"),
    ("record-info", "before"),
    ("record-info", "after"),
}
"""Two things happen at the same time: what has to be noted or done before the kill, to make it certain."""
CALLED_BACK = {"create after", "create inside"}
"""The callback is to come when there is somebody again."""
NOBODY_CALLS = {"create before", "create after, no callback"}


@dataclass(frozen=True)
class Outcome:
    """What became of one edit.

    Pictures that the chat shows and how many of them rang, other answers that stay, create calls that were
    taken and how many of those made a picture.
    """

    shown: int = 1
    rang: int = 1
    cards_left: int = 0
    creates: int = 1
    painted: int = 1


EXPECTED = {
    "getUpdates after": Outcome(),
    "getUpdates before": Outcome(),  # the call that would confirm what the one before had brought
    "sendMessage before": Outcome(),
    "sendMessage after": Outcome(cards_left=1),  # its number died with the process
    "getFile before": Outcome(),
    "getFile after": Outcome(),
    "file before": Outcome(),
    "file inside": Outcome(),
    "file after": Outcome(),
    "create before": Outcome(),
    "create inside": Outcome(),  # the callback names the task
    "create after": Outcome(),
    "create after, no callback": Outcome(creates=2, painted=2),
    "fetch-photo before": Outcome(creates=2),  # nobody there to give the photo: the first task fails
    "fetch-photo after": Outcome(),
    "record-info before": Outcome(),
    "record-info after": Outcome(),
    "result before": Outcome(),
    "result inside": Outcome(),
    "result after": Outcome(),
    "sendPhoto before": Outcome(rang=0),  # for all that is known it rang: the card becomes the result
    "sendPhoto inside": Outcome(shown=2),  # the same, and the second picture does not ring
    "sendPhoto after": Outcome(shown=2),
    "deleteMessage before": Outcome(),
    "deleteMessage after": Outcome(),
    "sendMediaGroup before": Outcome(shown=2, rang=0, cards_left=1, creates=2, painted=2),
    "sendMediaGroup inside": Outcome(shown=4, cards_left=1, creates=2, painted=2),
    "sendMediaGroup after": Outcome(shown=4, cards_left=1, creates=2, painted=2),
    "deleteMessage before, album": Outcome(shown=2, cards_left=1, creates=2, painted=2),
    "deleteMessage after, album": Outcome(shown=2, cards_left=1, creates=2, painted=2),
}
"""`before`: the call has arrived and done nothing; `after`: it has had its effect, and nobody was told;
`inside`: half of the answer had come. In the order of an edit's life. Of an album of two, the card stays.
"""


def photos_in(name: str) -> int:
    """How many edits are asked for: an album's, where the point is one of theirs."""
    return 2 if "sendMediaGroup" in name or "album" in name else 1


async def life(
    folder: Path, names: Sequence[str], settings: Mapping[str, str], *, patient: bool = False
) -> tuple[dict[str, Outcome], Aftermath]:
    """One bot's: killed at one point after the other, and started again each time.

    `patient`: the lease of a killed process runs out by itself.
    """
    outcomes = {}
    settings = {"PERSON_LIMIT_EDITS": "0", **settings}  # a life has more edits than an hour
    async with processes(folder, task_seconds=0.3, nanobanana={"callback_pause": 5.0}, **settings) as world:
        process = await world.start()
        try:
            for name in names:
                world.nanobanana.task_seconds = 4 if name in CALLED_BACK else 0.3
                asked = await killed(world, process, name)
                if not patient:
                    world.lease_runs_out()
                process = await world.start()
                with contextlib.suppress(TimeoutError):
                    await until(lambda name=name: world.rows(DONE.format(name)), 90)  # type: ignore[misc]
                outcomes[name] = outcome(world, asked, name)
        finally:
            await kill(process)
        return outcomes, await aftermath(world, {world.ada.private.id: sum(map(photos_in, names))})


async def killed(world: Processes, process: BotProcess, name: str) -> Message:
    """Ask for an edit and let the bot die of it at the named point."""
    point, phase = name.partition(",")[0].split()

    async def half_an_answer() -> AsyncIterator[bytes]:
        yield b'{"ok": true, "code": 200, "data": {"taskId'
        await kill(process)

    async def die(_: Request) -> Response | None:
        if point in NOT_BEFORE:
            await until(lambda: world.rows(NOT_BEFORE[point].format(name)))
        if (point, phase) in PHOTO_FETCHED:
            await until(lambda: all(task.photo for task in tasks_of(world, name)))
        if phase == "inside":
            return StreamingResponse(half_an_answer())
        await kill(process)
        return Response(status_code=500) if phase == "before" else None

    for service in (world.telegram, world.nanobanana):
        service.faults.clear()
        service.faults.at(point, die, phase="before" if phase == "before" else "after", times=1)
    photos = [picture(*SIZE, quality=90 + number) for number in range(photos_in(name))]
    if len(photos) > 1:
        asked = world.ada.sends_album(photos, f"/edit {name}")[0]
    else:
        asked = world.ada.sends_photo(photos[0], f"/edit {name}")
    if "no callback" in name:
        world.nanobanana.play("callback-never")
    await until(lambda: process.returncode is not None)
    if name in NOBODY_CALLS:
        world.writes("UPDATE edits SET due_at = created_at WHERE due_at IS NOT NULL")  # a minute passes
    return asked


def outcome(world: Processes, asked: Message, name: str) -> Outcome:
    shown = answers(world.ada.private.messages(), asked)
    pictures = [message for message in shown if message.file_id is not None]
    assert all(size_of(message.content()) == SIZE for message in pictures)
    tasks = tasks_of(world, name)
    rings = {
        event.message.raw.get("media_group_id", event.message.message_id)
        for event in world.telegram.events
        if event.kind == "sent" and event.message and is_loud_answer(event.message, asked)
    }
    return Outcome(
        shown=len(pictures),
        rang=len(rings),
        cards_left=len(shown) - len(pictures),
        creates=len(tasks),
        painted=sum(task.flag == SUCCEEDED for task in tasks),
    )


def tasks_of(world: Processes, name: str) -> list[SandboxTask]:
    return [task for task in world.nanobanana.tasks.values() if task.prompt == name]


def is_loud_answer(message: Message, asked: Message) -> bool:
    return message.by_bot and not message.is_silent and message.reply_to_message_id == asked.message_id
