"""The image without a container engine: its layout in a folder, by the Dockerfile's own instructions.

Real are the files that COPY takes (through .dockerignore), the user, the environment, the read-only root,
the folder for data, a /tmp in memory where nothing can be executed, and that no privileges can be gained.
Not real are the base and what pip would install: they are this machine's own Python and packages, bound in.
There is no seccomp filter, and the network is the machine's.
"""

import asyncio
import json
import os
import shlex
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.compose import ROOT, instructions, last_stage

_PATH = os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/sbin"))
_PROGRAMS = ("unshare", "chroot", "setpriv", "mount")
POSSIBLE = os.geteuid() == 0 and all(shutil.which(name, path=_PATH) for name in _PROGRAMS)
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin")
_DEVICES = ("null", "zero", "random", "urandom")
_ENTER = """
mount --bind "$IMAGE" "$IMAGE"
for folder in $BOUND; do mount --rbind "$folder" "$IMAGE$folder"; done
mount --rbind "$PACKAGES" "$IMAGE/venv/lib/$VERSION/site-packages"
for name in $DEVICES; do mount --bind "/dev/$name" "$IMAGE/dev/$name"; done
mount -t proc proc "$IMAGE/proc"
mount -t tmpfs -o noexec,nosuid,nodev tmpfs "$IMAGE/tmp"
mount -t tmpfs tmpfs "$IMAGE/dev/shm"
mount --bind "$VOLUME" "$IMAGE/data"
mount -o remount,bind,ro "$IMAGE"
"""


@dataclass(frozen=True)
class Image:
    """A built layout. `user` is `uid:gid`."""

    root: Path
    user: str
    entrypoint: list[str]
    command: list[str]
    health_check: list[str]


def copied() -> dict[str, str]:
    """What the image takes from the project: source and target, by the COPY lines without `--from`."""
    pairs = [rest.split() for name, rest in last_stage() if name == "COPY" and not rest.startswith("--from")]
    return dict(pairs)


def sent_to_the_engine() -> list[str]:
    """What .dockerignore lets through: it shuts everything out and names the exceptions."""
    lines = (ROOT / ".dockerignore").read_text().split("\n")
    assert "*" in lines
    return [line[1:] for line in lines if line.startswith("!")]


def build(folder: Path) -> Image:
    """The image's files in `folder`."""
    for name in ("data", "tmp", "proc", "dev/shm", "etc", "app", "venv/bin"):
        (folder / name).mkdir(parents=True)
    for name in _DEVICES:
        (folder / "dev" / name).touch()
    for name in _bound():
        (folder / name.lstrip("/")).mkdir(parents=True, exist_ok=True)
    found = dict(last_stage())
    user = found["USER"]
    (folder / "etc" / "passwd").write_text(f"root:x:0:0::/:/bin/false\nbot:x:{user}::/data:/bin/false\n")
    for source, target in copied().items():
        ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(ROOT / source, folder / found["WORKDIR"].lstrip("/") / target, ignore=ignore)
    _virtual_environment(folder / "venv")
    _, _, check = found["HEALTHCHECK"].partition("CMD ")
    return Image(folder, user, json.loads(found["ENTRYPOINT"]), json.loads(found["CMD"]), json.loads(check))


async def start(
    image: Image, volume: Path, environment: dict[str, str], command: list[str], log: Path
) -> asyncio.subprocess.Process:
    """A process in the image, as its user."""
    inside = f"cd {dict(last_stage())['WORKDIR']} && exec setpriv --no-new-privs {shlex.join(command)}"
    variables = shlex.join(f"{name}={value}" for name, value in environment.items())
    become = f'exec env -i {variables} chroot --userspec={image.user} --groups= "$IMAGE" /bin/sh -c'
    outside = {
        "PATH": _PATH,
        "IMAGE": str(image.root),
        "VOLUME": str(volume),
        "BOUND": " ".join(_bound()),
        "DEVICES": " ".join(_DEVICES),
        "PACKAGES": sysconfig.get_path("purelib"),
        "VERSION": _VERSION,
    }
    script = f"{_ENTER}{become} {shlex.quote(inside)}"
    with log.open("ab") as file:
        return await asyncio.create_subprocess_exec(
            "unshare", "--mount", "--propagation", "private", "sh", "-ec", script,
            env=outside, stdout=file, stderr=file,
        )  # fmt: skip


def data_volume(folder: Path, image: Image) -> Path:
    """An empty volume, as the engine makes it from the image's own /data."""
    made = [rest for name, rest in instructions() if name == "RUN" and "install -d" in rest]
    assert made
    assert made[0].endswith("install -d -o bot -g bot -m 700 /data")
    folder.mkdir(mode=0o700)
    uid, _, gid = image.user.partition(":")
    os.chown(folder, int(uid), int(gid))
    return folder


_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


def _bound() -> list[str]:
    """This machine's folders that stand in for the base image: the system's, and Python's own."""
    real = [name for name in _SYSTEM if Path(name).is_dir()]
    return real if sys.base_prefix.startswith("/usr") else [*real, sys.base_prefix]


def _virtual_environment(folder: Path) -> None:
    (folder / "lib" / _VERSION / "site-packages").mkdir(parents=True)
    python = Path(sys.base_prefix) / "bin" / _VERSION
    (folder / "bin" / "python").symlink_to(python)
    (folder / "pyvenv.cfg").write_text(f"home = {python.parent}\ninclude-system-site-packages = false\n")
