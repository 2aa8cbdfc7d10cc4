import json
from http import HTTPStatus

import pytest
from sqlalchemy.exc import InterfaceError

from bot.core.edits import Edit
from bot.core.errors import TryLater
from bot.core.stages import Processing, Submitting
from bot.web.callbacks import Callbacks, task_id_of
from tests.factories import TASK, edit

SECRET = "secret-of-a-cut-create-call"
CUT = edit(callback_secret=SECRET, stage=Submitting())
NAMED = json.dumps({"code": 200, "data": {"taskId": TASK.id}}).encode()


class Bot:
    """The parts of the bot that a callback reaches; the database may be away."""

    def __init__(self, away: Exception | None = None) -> None:
        self.away = away
        self.told: list[tuple[str, str | None]] = []
        self.woken: list[Edit] = []

    async def by_callback_secret(self, secret: str) -> Edit | None:
        if self.away is not None:
            raise self.away
        return CUT if secret == SECRET else None

    async def called_back(self, edit: Edit, task_id: str | None) -> Edit:
        self.told.append((edit.id, task_id))
        return edit

    async def wake(self, edit: Edit) -> None:
        self.woken.append(edit)

    def callbacks(self) -> Callbacks:
        return Callbacks(self, self, self.wake)


async def test_the_core_is_told_of_the_task_that_a_callback_names_and_its_edit_looked_at() -> None:
    bot = Bot()
    assert await bot.callbacks().take(SECRET, NAMED) == HTTPStatus.OK
    assert bot.told == [(CUT.id, TASK.id)]
    assert bot.woken == [CUT]


async def test_the_edit_is_looked_at_as_it_is_after_the_adoption() -> None:
    running = edit(stage=Processing(TASK))

    class Adopting(Bot):
        async def called_back(self, edit: Edit, task_id: str | None) -> Edit:  # noqa: ARG002
            return running

    bot = Adopting()
    await bot.callbacks().take(SECRET, NAMED)
    assert bot.woken == [running]


async def test_a_callback_that_names_no_task_still_makes_the_bot_look() -> None:
    bot = Bot()
    assert await bot.callbacks().take(SECRET, b"not even JSON") == HTTPStatus.OK
    assert bot.told == [(CUT.id, None)]
    assert bot.woken == [CUT]


async def test_a_secret_that_nobody_has_is_not_found_and_changes_nothing() -> None:
    bot = Bot()
    assert await bot.callbacks().take("nobodys-secret-of-an-edit", NAMED) == HTTPStatus.NOT_FOUND
    assert (bot.told, bot.woken) == ([], [])


@pytest.mark.parametrize(
    "away", [OSError("refused"), InterfaceError("SELECT 1", None, Exception()), TryLater(1)]
)
async def test_while_the_database_or_the_task_record_is_away_the_callback_is_to_come_again(
    away: Exception,
) -> None:
    bot = Bot(away)
    assert await bot.callbacks().take(SECRET, NAMED) == HTTPStatus.SERVICE_UNAVAILABLE
    assert bot.woken == []


@pytest.mark.parametrize(
    ("body", "task_id"),
    [
        (b'{"data": {"taskId": "abc-1"}}', "abc-1"),
        (b'{"data": {"taskId": "' + b"x" * 200 + b'"}}', "x" * 200),
        (b'{"data": {"taskId": "' + b"x" * 201 + b'"}}', None),
        (b'{"data": {"taskId": "null"}}', None),
        (b'{"data": {"taskId": "two words"}}', None),
        (b'{"data": {"taskId": ""}}', None),
        (b'{"data": {"taskId": 7}}', None),
        (b'{"data": {}}', None),
        (b'{"data": null}', None),
        (b'{"data": []}', None),
        (b"[]", None),
        (b'"data"', None),
        (b"\xff\xfe", None),
        (b"", None),
        (b"[" * 60_000, None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_nothing_but_a_plausible_task_id_is_read_from_a_callback(body: bytes, task_id: str | None) -> None:
    assert task_id_of(body) == task_id
