"""The project's pages, as tests read them."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.compose import ROOT

FOR_HOSTS = [
    "README.md",
    "SECURITY.md",
    *(
        f"docs/{name}.md"
        for name in ("hosting", "backup", "faq", "retention", "settings", "operations", "performance")
    ),
]
PAGES = sorted(str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
NOT_RUN = "# not run here\n"


@dataclass(frozen=True)
class Block:
    """Commands that a page shows, and the headings that they stand under."""

    page: str
    headings: tuple[str, ...]
    commands: str

    @property
    def is_run(self) -> bool:
        return not self.commands.startswith(NOT_RUN)


def text_of(page: str) -> str:
    return (ROOT / page).read_text()


def blocks(page: str) -> list[Block]:
    """Every block of shell commands, in order."""
    found: list[Block] = []
    headings: dict[int, str] = {}
    parts = re.split(r"^```(\w*)\n(.*?)^```$", text_of(page), flags=re.MULTILINE | re.DOTALL)
    for number in range(0, len(parts), 3):
        for marks, title in re.findall(r"^(#+) (.*)$", parts[number], re.MULTILINE):
            headings = {depth: kept for depth, kept in headings.items() if depth < len(marks)}
            headings[len(marks)] = title
        if number + 2 < len(parts) and parts[number + 1] == "sh":
            found.append(Block(page, tuple(headings.values())[1:], parts[number + 2]))
    return found


def commands(page: str, *headings: str) -> list[str]:
    """The blocks under these headings (the page's own title left out) that a test can run."""
    found = [block.commands for block in blocks(page) if block.headings == headings and block.is_run]
    assert found, (page, headings)
    return found


def anchors(page: Path) -> set[str]:
    """What links can end in, as GitHub makes it of headings."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
