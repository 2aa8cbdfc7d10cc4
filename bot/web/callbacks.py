"""The provider's callbacks. They are hints: they make the bot look, or name a task. They prove nothing."""

import json
import logging
from http import HTTPStatus
from typing import Protocol

from bot.core.edits import Edit
from bot.core.errors import BotError
from bot.core.ports import Wake
from bot.nanobanana.responses import is_task_id
from bot.storage.database import DATABASE_ERRORS

logger = logging.getLogger(__name__)


class EditsBySecret(Protocol):
    """Where a callback's secret is looked up."""

    async def by_callback_secret(self, secret: str) -> Edit | None:
        """The edit whose last create call was given this secret to call back with."""


class Service(Protocol):
    """The core's `EditService`, as far as callbacks concern it."""

    async def called_back(self, edit: Edit, task_id: str | None) -> Edit:
        """The provider has called back for an edit's last create call; returns the edit as it stands then."""


class Callbacks:
    """Wakes the edit of a callback."""

    def __init__(self, edits: EditsBySecret, service: Service, wake: Wake) -> None:
        self._edits, self._service, self._wake = edits, service, wake

    async def take(self, secret: str, body: bytes) -> HTTPStatus:
        """The status to answer: NOT_FOUND for an unknown secret. The provider repeats all but OK."""
        try:
            edit = await self._edits.by_callback_secret(secret)
            if edit is None:
                return HTTPStatus.NOT_FOUND
            await self._wake(await self._service.called_back(edit, task_id_of(body)))
        except (BotError, *DATABASE_ERRORS) as error:
            logger.warning("a callback could not be taken: %s", type(error).__name__)
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK


def task_id_of(body: bytes) -> str | None:
    """`data.taskId`, which both shapes of callback have, or None. Nothing else is read."""
    try:
        task_id = json.loads(body)["data"]["taskId"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return task_id if is_task_id(task_id) else None
