"""Reads what create calls and the credit call answer: every shape seen or documented."""

from bot.http.answers import Envelope, as_object, number

_LONGEST_TASK_ID = 200


def task_id(envelope: Envelope) -> str | None:
    """The new task's id: an opaque word."""
    data = as_object(envelope.data)
    for value in (data.get("taskId"), data.get("task_id"), (envelope.body or {}).get("taskId")):
        if (
            isinstance(value, str)
            and value.isascii()
            and value.isprintable()
            and " " not in value
            and 0 < len(value) <= _LONGEST_TASK_ID
            and value not in ("null", "undefined")
        ):
            return value
    return None


def credits_left(envelope: Envelope) -> float | None:
    """The account's balance: a bare number, perhaps a fraction, perhaps wrapped in an object."""
    data = envelope.data
    if isinstance(data, dict):
        data = data.get("credits", data.get("credit"))
    return number(data)
