"""The page about faults: its tables are whole, and the tests that it names are there."""

import re

import pytest

from tests.deploy.compose import ROOT
from tests.deploy.pages import text_of

HEAD = ["fault", "what the person sees", "paid", "counted", "test"]
LINES = [line for line in text_of("docs/reliability.md").splitlines() if line.startswith("|")]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in LINES]
FAULTS = [row for row in ROWS if row != HEAD and set("".join(row)) != {"-"}]


def test_every_table_has_the_same_columns() -> None:
    assert [row for row in ROWS if len(row) != len(HEAD) or not all(row)] == []
    assert ROWS.count(HEAD) == text_of("docs/reliability.md").count("\n## ")


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row[0][:60])
def test_the_tests_that_are_named_exist(row: list[str]) -> None:
    parts = re.findall(r"`(tests/[\w/]+\.py)`((?: `\w+`)*)", row[-1])
    assert row[-1] == ", ".join(f"`{path}`{names}" for path, names in parts)
    for path, names in parts:
        there = re.findall(r"^(?:async )?def (test_\w+)", (ROOT / path).read_text(), re.MULTILINE)
        assert set(re.findall(r"\w+", names)) <= set(there)
        assert there
