"""What compose makes of its file: the settings that a service's process starts with.

Lowest first: the image's ENV, `env_file`, `environment`. `${NAME:-default}` and `${NAME:?message}` are
filled from the `.env` beside the file. A test compares all of this with docker compose itself where that is
installed.
"""

import re
import shlex
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = ROOT / "Dockerfile"
EXAMPLE = ROOT / ".env.example"
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def instructions(path: Path = DOCKERFILE) -> list[tuple[str, str]]:
    """The Dockerfile's instructions in their order: name and arguments."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in joined.splitlines())]


def last_stage() -> list[tuple[str, str]]:
    """The instructions of the image itself, without those of the stage that builds for it."""
    found = instructions()
    start = max(number for number, (name, _) in enumerate(found) if name == "FROM")
    return found[start + 1 :]


def image_environment() -> dict[str, str]:
    """The image's ENV; PATH as the base has it."""
    made = {"PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"}
    for name, rest in last_stage():
        if name == "ENV":
            for word in shlex.split(rest):
                key, _, value = word.partition("=")
                made[key] = value.replace("$PATH", made["PATH"])
    return made


def services(name: str, dotenv: Path) -> dict[str, dict[str, Any]]:
    """A compose file's services, with every variable filled in."""
    content = yaml.safe_load((DEPLOY / name).read_text())
    known = _values(dotenv)
    return {service: _filled(body, known) for service, body in content["services"].items()}


def process_environment(service: dict[str, Any], dotenv: Path) -> dict[str, str]:
    """What the process of a service of ours sees."""
    named = {dotenv.name} if service["env_file"] == ".env" else set()
    assert named, "the service takes its settings from the .env beside the compose file"
    return {**image_environment(), **_values(dotenv), **service["environment"]}


def _values(dotenv: Path) -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(dotenv, interpolate=False).items()}


def _filled(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, known) for item in value]
    return _VARIABLE.sub(lambda found: _one(found, known), value) if isinstance(value, str) else value


def _one(found: re.Match[str], known: dict[str, str]) -> str:
    name, kind, rest = found.groups()
    value = known.get(name, "")
    if not value and kind == "?":
        raise KeyError(rest)
    return value or (rest if kind == "-" else "")
