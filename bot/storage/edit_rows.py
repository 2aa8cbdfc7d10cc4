"""The mapping between an edit and its row, and the UPDATE of a move."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, RowMapping, Update, case, literal, null, update

from bot.core.edits import Edit
from bot.core.pictures import Size
from bot.core.requests import Request
from bot.core.stages import (
    Cancelled,
    Delivered,
    EditState,
    Failed,
    Held,
    Processing,
    Ready,
    Received,
    Result,
    Stage,
    Submitting,
    Task,
)
from bot.storage.tables import EDITS

Row: TypeAlias = Mapping[str, Any] | RowMapping

_OF_REQUEST = tuple(field.name for field in fields(Request))
_SENT = ("status_message_id", "result_message_id", "file_message_id")
_OF_EDIT = tuple(field.name for field in fields(Edit) if field.name not in {"request", "stage"})


def row_of(edit: Edit) -> dict[str, Any]:
    """The value of every column."""
    task, result = edit.task, edit.result
    return {
        **{name: getattr(edit.request, name) for name in _OF_REQUEST},
        **{name: getattr(edit, name) for name in _OF_EDIT},
        "state": edit.state,
        "place_at": edit.stage.place_at if isinstance(edit.stage, Held) else None,
        "task_id": task and task.id,
        "submitted_at": task and task.submitted_at,
        "task_seconds": result and result.task_seconds,
        "width": result and result.size.width,
        "height": result and result.size.height,
        "format": result and result.format,
        "cropped": result and result.cropped,
        "enlarged": result.enlarged if result else 1.0,
        "result_message_id": edit.result_message_id,
        "result_photo": edit.result_photo,
        "file_message_id": edit.file_message_id,
        "failure": edit.failure,
        "failed_photo": edit.stage.photo if isinstance(edit.stage, Failed) else None,
        "ended_at": edit.ended_at,
    }


def edit_of(row: Row) -> Edit:
    """The edit in a row. Columns that its state does not use are ignored."""
    return Edit(
        request=Request(**{name: row[name] for name in _OF_REQUEST}),
        stage=_stage(row),
        **{name: row[name] for name in _OF_EDIT},
    )


def guarded_update(before: Edit, after: Edit) -> Update:
    """An UPDATE of what differs, if the row still has the state and the owner of `before`."""
    if after.id != before.id:
        raise ValueError("a move is from one moment of an edit to another, not to another edit")
    old, new = row_of(before), row_of(after)
    changed = {name: value for name, value in new.items() if value != old[name]}
    sent = {
        name: sent_in(before.chat_id, name, changed[name]) for name in _SENT if changed.get(name) is not None
    }
    guarded = update(EDITS).where(
        EDITS.c.id == before.id,
        EDITS.c.state == before.state,
        EDITS.c.owner.is_not_distinct_from(before.owner),
    )
    if after.due_at is None or after.is_told:
        # A card that has come meanwhile is still to hear of the end, and a callback is to be followed.
        guarded = guarded.where(
            EDITS.c.status_message_id.is_not_distinct_from(before.status_message_id),
            EDITS.c.is_late == before.is_late,
        )
    return guarded.values({**changed, **sent} or {"state": after.state})


def sent_in(chat_id: int, name: str, message_id: int) -> ColumnElement[int | None]:
    """The number of a message that was sent to a chat, for a column, as `move_chat` would leave it.

    The chat may have become a supergroup since: there the number is another message's.
    """
    anew = literal(-message_id, BigInteger) if name == "result_message_id" else null()
    return case((EDITS.c.chat_id == chat_id, literal(message_id, BigInteger)), else_=anew)


def _stage(row: Row) -> Stage:
    state: EditState = row["state"]
    match state:
        case EditState.HELD:
            return Held(row["place_at"])
        case EditState.RECEIVED:
            return Received()
        case EditState.SUBMITTING:
            return Submitting()
        case EditState.PROCESSING:
            return Processing(_task(row))
        case EditState.READY:
            return Ready(_task(row), _result(row))
        case EditState.DELIVERED:
            arrived = row["result_message_id"], row["ended_at"], row["result_photo"], row["file_message_id"]
            return Delivered(_task(row), _result(row), *arrived)
        case EditState.FAILED:
            task = _task(row) if row["task_id"] else None
            return Failed(row["failure"], row["ended_at"], task, row["failed_photo"])
        case EditState.CANCELLED:
            return Cancelled(row["ended_at"], _task(row) if row["task_id"] else None)


def _task(row: Row) -> Task:
    return Task(row["task_id"], row["submitted_at"])


def _result(row: Row) -> Result:
    size = Size(row["width"], row["height"])
    return Result(row["task_seconds"], size, row["format"], row["cropped"], row["enlarged"])
