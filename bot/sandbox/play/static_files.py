"""The files of the page, as they are packaged with the project."""

from importlib.resources import files

_FOLDER = files("bot.sandbox.play") / "static"


def static(name: str) -> str:
    """The text of one; KeyError if there is none of that name."""
    file = _FOLDER / name
    if name.startswith(".") or not file.is_file():
        raise KeyError(name)
    return file.read_text(encoding="utf-8")
