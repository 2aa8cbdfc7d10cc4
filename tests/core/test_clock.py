import re

from bot.core.clock import random_id
from tests.factories import edit


def test_a_code_can_be_pronounced() -> None:
    ids = [random_id() for _ in range(500)]
    assert len(set(ids)) == 500
    assert not set("".join(ids)) & set("_-lI1O0")
    assert all(re.fullmatch("([b-z][aeiou]){3}", edit(id=each).code) for each in ids)
    assert "".join(ids).islower()
    assert all(each.startswith(edit(id=each).code) for each in ids)  # so a search of the log finds it
