"""Who listens on a port of this machine, as far as this user may see it (Linux)."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

_LISTENS = "0A"


def listener(port: int, proc: Path = Path("/proc")) -> str:
    """`nginx (process 123)`; empty where it is another user's, or cannot be found out."""
    wanted = {f"socket:[{inode}]" for inode in _sockets(port, proc)}
    for folder in proc.glob("[0-9]*") if wanted else ():
        with contextlib.suppress(OSError):  # another user's, or gone meanwhile
            if any(str(link.readlink()) in wanted for link in (folder / "fd").iterdir()):
                return f"{(folder / 'comm').read_text().strip()} (process {folder.name})"
    return ""


def _sockets(port: int, proc: Path) -> Iterator[str]:
    """The inodes of sockets that listen there."""
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (proc / "net" / table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == _LISTENS and int(columns[1].rpartition(":")[2], 16) == port:
                    yield columns[9]
