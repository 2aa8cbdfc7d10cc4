"""Reads the answers of create calls and of the credit call, in every shape seen or documented."""

from typing import TypeGuard

from bot.http.answers import Envelope, as_object, number

_LONGEST_TASK_ID = 200


def is_task_id(value: object) -> TypeGuard[str]:
    """Whether a value can be a task's id: one printable ASCII word. A callback can contain anything."""
    return (
        isinstance(value, str)
        and value.isascii()
        and value.isprintable()
        and " " not in value
        and 0 < len(value) <= _LONGEST_TASK_ID
        and value not in ("null", "undefined")
    )


def task_id(envelope: Envelope) -> str | None:
    """The new task's id, or None."""
    data = as_object(envelope.data)
    places = (data.get("taskId"), data.get("task_id"), (envelope.body or {}).get("taskId"))
    return next((value for value in places if is_task_id(value)), None)


def credits_left(envelope: Envelope) -> float | None:
    """The account's balance in credits: a number, maybe with a fraction, maybe inside an object; or None."""
    data = envelope.data
    if isinstance(data, dict):
        data = data.get("credits", data.get("credit"))
    return number(data)
