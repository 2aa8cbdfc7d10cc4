"""What all tests share, and their order: what takes long first, and of each kind some at a time.

So no worker is left alone with a long test at the end, and tests that wait run beside tests that compute.
"""

import gc
import os
import sys
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.harness.postgres import postgres

__all__ = ["postgres"]  # one server for all that a worker runs

_LONG = ("browser", "replicas", "process", "people", "doctor", "deploy")
"""Rooms whose tests run the whole bot."""

# The workers and hundreds of processes compile the same modules: they are to find them compiled.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported stays: to search it for garbage is a tenth of what the tests cost."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rooms = [item.path.relative_to(Path(__file__).parent).parts[0] for item in items]
    counts, seen = Counter(rooms), Counter[str]()
    turns = dict[pytest.Item, float]()
    for item, room in zip(items, rooms, strict=True):
        seen[room] += 1
        turns[item] = seen[room] / counts[room] if room in _LONG else 2
    items.sort(key=turns.__getitem__)
