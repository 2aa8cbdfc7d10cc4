"""Says which installed packages have known weaknesses, or that nobody could be asked."""

import json
import subprocess
import sys
from typing import Any

LOCK = "requirements.lock"
_COMMAND = ("-m", "pip_audit", "-r", LOCK, "--require-hashes", "--disable-pip", "--progress-spinner=off")
_AWAY = (
    "ConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "Failed to resolve",
    "ProxyError",
    "ServiceError",
)


def main() -> int:
    done = subprocess.run(
        [sys.executable, *_COMMAND, "--format=json"], capture_output=True, text=True, check=False
    )
    text, code = verdict(done.stdout, done.stderr)
    print(text)
    return code


def verdict(said: str, complained: str) -> tuple[str, int]:
    """What pip-audit's output means, in words, and the exit code: 1 where there is something to do."""
    packages: list[dict[str, Any]] = json.loads(said)["dependencies"] if said.strip() else []
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    weak = [
        f"{each['name']} {each['version']}: {known['id']}, mended in {' '.join(known['fix_versions']) or '-'}"
        for each in packages
        for known in each.get("vulns", ())
    ]
    if not packages and not any(word in complained for word in _AWAY):
        return f"pip-audit failed:\n{complained}", 1
    if len(unknown) == len(packages):
        return "The database of known weaknesses cannot be reached from here: nothing was checked.", 0
    lines = [*weak, *(f"{name}: not in the database, so not checked" for name in unknown)]
    if lines:
        return "\n".join(lines), 1
    return f"{len(packages)} packages of {LOCK}: no known weakness.", 0


if __name__ == "__main__":
    sys.exit(main())
