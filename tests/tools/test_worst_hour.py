from pathlib import Path

from tests.tools.worst_hour import DEFAULT, Hour, table

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def test_operations_has_the_table_as_it_is_computed() -> None:
    assert "\n".join(table()) in OPERATIONS.read_text(encoding="utf-8")


def test_no_hour_is_dearer_than_the_create_calls_allow() -> None:
    assert DEFAULT.of_everybody() == 3605
    assert DEFAULT.of(10_000, 1) == 3605
    assert Hour(chat=0, person=0).of(1, 1) == 3605


def test_the_lower_limit_counts() -> None:
    assert DEFAULT.of(1, 1) == 13
    assert DEFAULT.of(1, 2) == 26
    assert DEFAULT.of(1, 5) == 35
