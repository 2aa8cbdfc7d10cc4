"""What the pages say is so: commands run or are marked, links lead somewhere, tables are whole."""

import itertools
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import get_args

import pytest
from dotenv import dotenv_values

from bot import VERSION
from bot.cli import _parser
from bot.nanobanana.prices import price
from bot.nanobanana.requests import Model, Operation, Resolution
from bot.settings import Settings
from bot.storage import retention
from bot.storage.tables import METADATA
from tests.deploy.compose import EXAMPLE, ROOT
from tests.deploy.pages import FOR_HOSTS, PAGES, anchors, blocks, commands, text_of
from tests.deploy.tools import needs, tool

RUN = {
    # Here
    ("README.md", "Try it"),
    ("README.md", "Go live"),
    ("docs/hosting.md", "1. Try it"),
    ("docs/hosting.md", "4. Write the settings"),
    ("docs/hosting.md", "5. Choose how photos reach the image service", "C. Caddy"),
    ("docs/hosting.md", "6. Check"),
    ("docs/hosting.md", "7. Start"),
    # test_backup.py
    ("docs/backup.md", "SQLite", "Back up"),
    ("docs/backup.md", "SQLite", "Is the backup good?"),
    ("docs/backup.md", "SQLite", "Restore"),
    ("docs/backup.md", "PostgreSQL", "Back up"),
    ("docs/backup.md", "PostgreSQL", "Restore"),
    ("docs/backup.md", "From SQLite to PostgreSQL"),
    ("docs/backup.md", "Going back a version"),
    ("docs/retention.md", "Delete what somebody asks you to delete"),
    ("docs/faq.md", "How do I find the id of a chat or a person?"),
}
PRIVACY = (
    "Leave privacy mode on: in groups the bot then sees only commands that name it (`/edit@your_bot`), also "
    "in captions, and replies to its own messages."
)
S3 = ("5. Choose how photos reach the image service", "A. Storage (S3)")


def test_every_command_is_run_by_a_test_or_marked() -> None:
    shown = {(block.page, *block.headings) for page in PAGES for block in blocks(page) if block.is_run}
    assert shown == RUN


def test_every_command_is_one_that_a_shell_can_read() -> None:
    for block in (block for page in PAGES for block in blocks(page)):
        done = subprocess.run(["sh", "-n"], input=block.commands, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), block


@needs("docker-compose")
def test_compose_knows_the_commands_and_options_that_are_shown() -> None:
    """They are not run here: there is no engine."""
    shown = "\n".join(block.commands for page in PAGES for block in blocks(page)).replace("\\\n", " ")
    tried = set()
    for line in re.findall(r"^docker compose (.*)$", shown, re.MULTILINE):
        words = shlex.split(line.removeprefix("-f compose.scale.yaml "))
        called = [str(tool("docker-compose")), words[0], "--help"]
        told = subprocess.run(called, capture_output=True, text=True, check=True).stdout
        after = itertools.takewhile(lambda word: word not in {"bot", "bot-1", "postgres"}, words[1:])
        options = [word for word in after if word.startswith("-")]
        assert all(re.search(rf"(^|\s){option}\b", told) for option in options), line
        tried.add(words[0])
    assert tried >= {"run", "up", "down", "logs", "exec", "cp", "build"}


@pytest.mark.parametrize("page", PAGES)
def test_links_within_the_project_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)\s]+)\)", text_of(page)):
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", FOR_HOSTS)
def test_lines_of_prose_are_at_most_120_characters_long(page: str) -> None:
    prose = re.sub(r"^```.*?^```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    assert [line for line in prose.splitlines() if len(line) > 120 and not line.startswith("|")] == []


@pytest.mark.parametrize("page", ["README.md", "docs/hosting.md", "docs/faq.md"])
def test_privacy_mode_is_spoken_of_in_the_same_words_everywhere(page: str) -> None:
    assert PRIVACY in " ".join(text_of(page).split())


def test_the_page_of_settings_names_every_one_of_the_example_and_nothing_else() -> None:
    table = re.search(r"^\| setting.*?(?=^\s*$)", text_of("docs/settings.md"), re.MULTILINE | re.DOTALL)
    assert table is not None
    first_cells = "".join(row.split("|")[1] for row in table.group().splitlines())
    assert set(re.findall(r"`([A-Z0-9_]+)`", first_cells)) == set(dotenv_values(EXAMPLE))


def test_every_table_of_the_database_is_on_the_page_about_what_is_stored() -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", text_of("docs/retention.md"), re.MULTILINE)
    assert set(re.findall(r"\w+", " ".join(rows))) == set(METADATA.tables)


def test_what_is_stored_is_kept_as_long_as_the_page_says() -> None:
    page = text_of("docs/retention.md")
    assert f"{retention.KEEP_UPDATES.days} days after it was handled" in page
    assert f"{retention.KEEP_EDITS.days} days after the edit ended" in page
    assert f"{retention.KEEP_RESULTS.total_seconds() / 3600:.0f} hours after it was delivered" in page
    assert f"and whose they are | {retention.KEEP_WISHES.days} day |" in page


def shown(command: str) -> set[str]:
    """What comes after a command on any page, in a block or within a sentence."""
    said = "\n".join(text_of(page) for page in PAGES)
    return set(re.findall(rf"(?:^|`|\bsudo |/){command} (?!\.\.\.)([a-z][a-z-]*)", said, re.MULTILINE))


def test_make_knows_the_targets_that_are_shown() -> None:
    targets = shown("make")
    assert targets >= {"play", "demo", "test", "check", "doctor", "run", "migrate", "audit"}
    for target in targets:
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 0, (target, done.stderr)


def test_the_bot_knows_the_commands_that_are_shown() -> None:
    known = set(re.findall(r"^    ([a-z-]+)(?= |$)", _parser().format_help(), re.MULTILINE))
    assert known >= {"run", "demo", "doctor", "migrate", "move-database"}
    assert {"run", "doctor", "move-database"} <= shown("python -m bot") <= known


def test_the_changelog_tells_of_this_version() -> None:
    first, *earlier = re.findall(r"^## \[([^]]+)\](?: - (.*))?$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert first == ("Unreleased", "")
    assert earlier[0][0] == VERSION
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for _, day in earlier)


def test_the_page_has_the_prices_that_the_bot_counts_with() -> None:
    shape = r"^\| `(nano-banana[\w-]*)` \| (\d+)[^|]*\|([^|]*)\|([^|]*)\|$"
    rows = {model: cells for model, *cells in re.findall(shape, text_of("docs/faq.md"), re.MULTILINE)}
    resolutions: tuple[Resolution, ...] = get_args(Resolution)
    for model in Model:
        for resolution, cell in zip(resolutions, rows[model], strict=True):
            if cell.strip():
                assert price(str(Operation(model, resolution))) == float(cell.split()[0])
            else:
                assert (model, resolution) in {(Model.NANO_BANANA, "2K"), (Model.NANO_BANANA, "4K")}


def test_the_settings_file_is_made_as_shown(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path)
    (block,) = commands("docs/hosting.md", "4. Write the settings")
    subprocess.run(["sh", "-ec", block], cwd=tmp_path, check=True)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / ".env").read_text() == EXAMPLE.read_text()


def test_the_lines_for_storage_are_all_that_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    lines = re.search(r"^```ini\n(.*?)^```$", text_of("docs/hosting.md"), re.MULTILINE | re.DOTALL)
    assert lines is not None
    (tmp_path / ".env").write_text(
        f"TELEGRAM_BOT_TOKEN=123456789:{'A' * 35}\nNANOBANANA_API_KEY={'0f' * 16}\n{lines.group(1)}"
    )
    monkeypatch.chdir(tmp_path)
    assert Settings.load().image_host == "s3"


@needs("caddy")
def test_caddy_takes_the_file_with_a_name_in_it(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    (block,) = commands("docs/hosting.md", "5. Choose how photos reach the image service", "C. Caddy")
    path = f"{Path(str(tool('caddy'))).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(tmp_path)}
    subprocess.run(["sh", "-ec", block], cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert "bot.your-domain.net {" in (tmp_path / "Caddyfile.mine").read_text()


@needs("hadolint")
def test_hadolint_has_nothing_to_say_about_the_dockerfile() -> None:
    done = subprocess.run(
        [str(tool("hadolint")), ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
