"""Writes docs/licences.md: the licence of every package that the bot runs with, as the package states it."""

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

LOCK, PAGE = Path("requirements.lock"), Path("docs/licences.md")

_HEAD = """\
# Licences

The bot itself is under the [MIT licence](../LICENSE). These are the packages of `requirements.lock` with the
licences that they state; `make audit` writes this page anew.

| package | licence |
|---|---|
"""
_TAIL = """
What the LGPL and the MPL ask for concerns who passes these packages on, in a container image for instance:

- **LGPL** (python-telegram-bot): its licence and the offer of its source go with it, and whoever gets it may
  replace it by a version of their own. The bot uses it as a library, unmodified, and as a package of its own
  that `pip` can replace.
- **LGPL, in the wheel** (pi-heif): it carries libheif and libde265, shared libraries that only decode. The
  same holds for them.
- **MPL** (certifi): changed files of it stay under the MPL. The bot changes none.

Wheels with compiled parts, such as Pillow's, carry libraries under licences of their own; the texts are in
each package's `.dist-info` folder.
"""


def page(lock: str) -> str:
    """The page for a lock file's text."""
    return _HEAD + "".join(f"| {name} | {licence} |\n" for name, licence in _licences(lock)) + _TAIL


def _licences(lock: str) -> Iterable[tuple[str, str]]:
    for name, marker in re.findall(r"^([a-z0-9.-]+)==\S+( ;.*)?", lock, re.MULTILINE):
        try:
            yield name, _stated(name)
        except PackageNotFoundError:
            if not marker:  # it is for another system
                raise


def _stated(name: str) -> str:
    """As an SPDX expression where there is one, or else in the words of its classifiers."""
    about = metadata(name)
    classifiers = about.get_all("Classifier") or []
    classified = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License")]
    stated = about.get_all("License-Expression") or classified or about.get_all("License") or ["not stated"]
    return " or ".join(stated)


if __name__ == "__main__":
    PAGE.write_text(page(LOCK.read_text()))
