import json
from typing import Any

import pytest

from tests.tools.audit import verdict

SOUND = {"name": "h11", "version": "0.16.0", "vulns": []}
WEAK = {"name": "idna", "version": "3.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.7", "4.0"]}]}
SKIPPED = {"name": "mako", "skip_reason": "Dependency not found"}
NOBODY = "The database of known weaknesses cannot be reached from here: nothing was checked."


@pytest.mark.parametrize(
    ("packages", "text", "code"),
    [
        ([SOUND], "1 packages of requirements.lock: no known weakness.", 0),
        ([SOUND, WEAK], "idna 3.1: PYSEC-1, mended in 3.7 4.0", 1),
        ([SOUND, SKIPPED], "mako: not in the database, so not checked", 1),
        ([SKIPPED, SKIPPED], NOBODY, 0),
    ],
)
def test_the_exit_code_says_whether_something_is_known(
    packages: list[dict[str, Any]], text: str, code: int
) -> None:
    assert verdict(json.dumps({"dependencies": packages, "fixes": []}), "") == (text, code)


def test_only_an_unreachable_database_is_no_failure() -> None:
    assert verdict("", "requests.exceptions.ConnectionError: Failed to resolve") == (NOBODY, 0)
    assert verdict("", "No module named pip_audit")[1] == 1
