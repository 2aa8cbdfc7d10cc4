"""The table of all edits for a spreadsheet."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from bot.core.edits import Waste
from bot.core.errors import Reason
from bot.core.guests import Guest
from bot.core.money import Table
from bot.core.stages import Delivered, EditState, Failed
from bot.storage import edits_table as module
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.edits_table import HEAD, EditsTable
from bot.storage.guests import SqlGuests
from tests.factories import NO_LIMITS, NOW, RESULT, STAGES, TASK, edit

CANARY = "zanzibarwort"


async def having(store: SqlEditStore, **changes: object) -> None:
    made = edit(**{"words": CANARY, "due_at": None, "credits": 4.0, "created_at": NOW, **changes})
    await store.admit(made, NO_LIMITS, NOW)


def rows_of(table: Table) -> list[dict[str, str]]:
    text = table.content.decode("utf-8-sig")
    assert table.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(text, newline="")))


async def test_each_edit_is_a_row_the_newest_first(store: SqlEditStore, database: Database) -> None:
    await SqlGuests(database).ask(Guest(-7, "Zoé, and cats", 1, NOW))
    later = NOW + timedelta(minutes=1)
    await having(store, chat_id=-7, requester_id=7, stage=Delivered(TASK, RESULT, 9, later))
    failed = Failed(Reason.POLICY, later, TASK)
    await having(store, chat_id=7, requester_id=7, created_at=later, stage=failed, waste=Waste.FORGIVEN)
    table = await EditsTable(database).csv()
    newer, older = rows_of(table)
    assert (table.edits, table.is_whole) == (2, True)
    assert tuple(newer) == HEAD
    assert (newer["outcome"], newer["reason"], newer["waste"], newer["chat"]) == (
        *("failed", "policy", "forgiven", ""),
    )
    assert older == {
        "asked_at_utc": f"{NOW:%Y-%m-%d %H:%M:%S}",
        "ended_at_utc": f"{later:%Y-%m-%d %H:%M:%S}",
        "chat_id": "-7",
        "chat": "Zoé, and cats",
        "person_id": "7",
        "person": "",
        "command": "watercolor",
        "operation": "nano-banana@1K",
        "outcome": "delivered",
        "reason": "",
        "waste": "",
        "credits": "4.0",
    }


async def test_no_words_and_no_photos_of_people_are_in_it(store: SqlEditStore, database: Database) -> None:
    await having(store, stage=STAGES[EditState.DELIVERED])
    table = await EditsTable(database).csv()
    assert CANARY.encode() not in table.content
    assert "file_id" not in table.content.decode()


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "=cmd|' /C calc'!A0"]
)
async def test_a_name_that_a_spreadsheet_would_calculate_is_text(
    store: SqlEditStore, database: Database, name: str
) -> None:
    await SqlGuests(database).ask(Guest(-7, name, 1, NOW))
    await having(store, chat_id=-7)
    [row] = rows_of(await EditsTable(database).csv())
    assert row["chat"] == f"'{name}"
    assert row["chat_id"] == "-7"


@pytest.mark.parametrize(
    ("name", "cell"),
    [("a;=1+1;b", "a;'=1+1;b"), (";;＝1", ";;'＝1"), ("=1; -1", "'=1;' -1"), ("a; b", "a; b")],
)
async def test_a_name_is_no_formula_where_cells_end_at_semicolons(
    database: Database, store: SqlEditStore, name: str, cell: str
) -> None:
    """As in a French or German spreadsheet, which does not heed the quotes either."""
    await SqlGuests(database).decide(Guest(-7, name), allowed=True, now=NOW)
    await having(store, chat_id=-7)
    [row] = rows_of(await EditsTable(database).csv())
    assert row["chat"] == cell


@pytest.mark.parametrize(("limit", "value"), [("MOST_ROWS", 2), ("MOST_BYTES", 200)])
async def test_what_would_be_too_long_ends_and_says_so(
    store: SqlEditStore, database: Database, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 1)
    for ago in range(3):
        await having(store, chat_id=-ago, created_at=NOW - timedelta(minutes=ago))
    whole = await EditsTable(database).csv()
    assert (whole.edits, whole.is_whole) == (3, True)
    monkeypatch.setattr(module, limit, value)
    table = await EditsTable(database).csv()
    assert (table.is_whole, table.edits) in {(False, 2), (False, 1)}
    assert [row["chat_id"] for row in rows_of(table)] == ["0", "-1"][: table.edits]
