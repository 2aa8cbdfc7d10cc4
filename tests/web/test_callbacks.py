import json
from http import HTTPStatus

import pytest
from sqlalchemy.exc import InterfaceError

from bot.core.edits import Edit, Processing, Submitting
from bot.web.callbacks import Callbacks, task_id_of
from tests.factories import TASK, edit

CUT = edit(secret="secret-of-a-cut-create-call", stage=Submitting())
NAMED = json.dumps({"code": 200, "data": {"taskId": TASK.id}}).encode()


class Bot:
    """The parts of the bot that a callback reaches; the database may be away."""

    def __init__(self, away: Exception | None = None) -> None:
        self.away = away
        self.adopted: list[tuple[str, str]] = []
        self.woken: list[Edit] = []

    async def by_secret(self, secret: str) -> Edit | None:
        if self.away is not None:
            raise self.away
        return CUT if secret == CUT.secret else None

    async def adopt(self, edit: Edit, task_id: str) -> Edit:
        self.adopted.append((edit.id, task_id))
        return edit

    async def wake(self, edit: Edit) -> None:
        self.woken.append(edit)

    def callbacks(self) -> Callbacks:
        return Callbacks(self, self, self.wake)


async def test_a_callback_that_names_a_task_has_it_adopted_and_its_edit_looked_at() -> None:
    bot = Bot()
    assert await bot.callbacks().take(CUT.secret, NAMED) == HTTPStatus.OK
    assert bot.adopted == [(CUT.id, TASK.id)]
    assert bot.woken == [CUT]


async def test_the_edit_is_looked_at_as_it_is_after_the_adoption() -> None:
    running = edit(stage=Processing(TASK))

    class Adopting(Bot):
        async def adopt(self, edit: Edit, task_id: str) -> Edit:  # noqa: ARG002
            return running

    bot = Adopting()
    await bot.callbacks().take(CUT.secret, NAMED)
    assert bot.woken == [running]


async def test_a_callback_that_names_no_task_still_makes_the_bot_look() -> None:
    bot = Bot()
    assert await bot.callbacks().take(CUT.secret, b"not even JSON") == HTTPStatus.OK
    assert bot.adopted == []
    assert bot.woken == [CUT]


async def test_a_secret_that_nobody_has_is_not_found_and_changes_nothing() -> None:
    bot = Bot()
    assert await bot.callbacks().take("nobodys-secret-of-an-edit", NAMED) == HTTPStatus.NOT_FOUND
    assert (bot.adopted, bot.woken) == ([], [])


@pytest.mark.parametrize("away", [OSError("refused"), InterfaceError("SELECT 1", None, Exception())])
async def test_while_the_database_is_away_the_callback_is_to_come_again(away: Exception) -> None:
    bot = Bot(away)
    assert await bot.callbacks().take(CUT.secret, NAMED) == HTTPStatus.SERVICE_UNAVAILABLE
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
