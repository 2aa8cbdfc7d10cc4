"""Reads `.env`, whatever an editor made of it, and finds names in it that nearly are a setting's."""

import difflib
import io
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values

_NEARLY = 0.9
"""How much of a name in the environment has to be a setting's for it to be taken for a slip."""


class EnvFileUnreadable(Exception):
    """The file is there, and cannot be read; the text is a sentence about it."""


def read_env_file(path: Path) -> Mapping[str, str]:
    """Names and values; nothing where there is no file. Raises EnvFileUnreadable."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise EnvFileUnreadable(f"{path} cannot be read: {error.strerror}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise EnvFileUnreadable(_other_encoding(path, content, line)) from None
    if "\0" in text:
        raise EnvFileUnreadable(_other_encoding(path, content, 1))
    values = dotenv_values(stream=io.StringIO(text))
    return {name: value for name, value in values.items() if value is not None}


def find_misspelled(
    in_file: Iterable[str], in_environment: Iterable[str], known: Collection[str]
) -> dict[str, str]:
    """Names that are no setting, each with the setting that it is most like (empty for none).

    All of the file's, and those of the environment that can hardly mean anything else.
    """
    found = {name: _nearest(name, known, 0.6) for name in in_file if name.upper() not in known}
    for name in in_environment:
        if name.upper() not in known and (nearest := _nearest(name, known, _NEARLY)):
            found[name] = nearest
    return found


def _nearest(name: str, known: Collection[str], at_least: float) -> str:
    return next(iter(difflib.get_close_matches(name.upper(), known, 1, at_least)), "")


def _other_encoding(path: Path, content: bytes, line: int) -> str:
    if b"\0" in content or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return f"{path} is saved as UTF-16 (“Unicode”); save it as UTF-8"
    return f"{path} is not saved as UTF-8: line {line} has a letter in another encoding; save it as UTF-8"
