"""The compose files, as compose reads them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from tests.deploy.compose import (
    DEPLOY,
    EXAMPLE,
    instructions,
    last_stage,
    process_environment,
    services,
)
from tests.deploy.tools import needs, tool

PASSWORD = "p@ss/w#rd:%41$x"
FILLED = {
    "TELEGRAM_BOT_TOKEN": "123456789:" + "A" * 35,
    "NANOBANANA_API_KEY": "0f" * 16,
    "PUBLIC_URL": "https://bot.example.org",
}
FILES = ["compose.yaml", "compose.scale.yaml"]
OURS = [("compose.yaml", "bot"), ("compose.scale.yaml", "bot-1"), ("compose.scale.yaml", "bot-2")]


def example(folder: Path, **more: str) -> Path:
    """A `.env` made from the example, with the lines filled in that have to be."""
    text = EXAMPLE.read_text()
    for name, value in FILLED.items():
        text = re.sub(rf"^{name}=$", f"{name}={value}", text, flags=re.MULTILINE)
    dotenv = folder / ".env"
    dotenv.write_text(text + "".join(f"{name}='{value}'\n" for name, value in more.items()))
    return dotenv


@pytest.fixture
def dotenv(tmp_path: Path) -> Path:
    return example(tmp_path, POSTGRES_PASSWORD=PASSWORD)


def settings(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> Settings:
    """What the bot makes of its environment, and of nothing else."""
    (folder / "empty").mkdir(exist_ok=True)
    monkeypatch.chdir(folder / "empty")
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        if name.lower() in Settings.model_fields:
            monkeypatch.setenv(name, value)
    return Settings.load()


@pytest.mark.parametrize(("name", "service"), OURS)
def test_a_bot_with_the_example_as_its_env_file_keeps_the_containers_folder_and_address(
    name: str, service: str, dotenv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = process_environment(services(name, dotenv)[service], dotenv)
    loaded = settings(made, monkeypatch, dotenv.parent)
    assert (loaded.data_dir, loaded.web_host, loaded.web_port) == (Path("/data"), "0.0.0.0", 8080)
    assert loaded.public_url == "https://bot.example.org"


def test_the_one_service_polls_and_has_its_database_on_the_volume(
    dotenv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (service,) = services("compose.yaml", dotenv).values()
    loaded = settings(process_environment(service, dotenv), monkeypatch, dotenv.parent)
    assert loaded.database_url == "sqlite+aiosqlite:////data/bot.db"
    assert loaded.telegram_webhook is False
    assert service["volumes"] == ["data:/data"]


def test_two_replicas_share_database_folder_and_webhook(
    dotenv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = services("compose.scale.yaml", dotenv)
    first, second = found["bot-1"], found["bot-2"]
    assert first.pop("ports") != second.pop("ports")
    assert first == second
    loaded = settings(process_environment(first, dotenv), monkeypatch, dotenv.parent)
    assert loaded.database_url == "postgresql+asyncpg://bot@postgres/bot"
    assert loaded.telegram_webhook is True


def test_any_password_reaches_the_server_and_the_driver_as_it_is(dotenv: Path) -> None:
    found = services("compose.scale.yaml", dotenv)
    assert found["postgres"]["environment"]["POSTGRES_PASSWORD"] == PASSWORD
    assert process_environment(found["bot-1"], dotenv)["PGPASSWORD"] == PASSWORD


def test_without_a_password_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="set POSTGRES_PASSWORD in"):
        services("compose.scale.yaml", example(tmp_path))


def test_another_port_is_published_on_this_machine_alone(tmp_path: Path) -> None:
    dotenv = example(tmp_path)
    dotenv.write_text(dotenv.read_text().replace("WEB_PORT=8080", "WEB_PORT=9090"))
    (service,) = services("compose.yaml", dotenv).values()
    assert service["ports"] == ["127.0.0.1:9090:8080"]
    assert process_environment(service, dotenv)["WEB_PORT"] == "8080"


@pytest.mark.parametrize("name", FILES)
def test_every_service_restarts_and_bounds_its_log(name: str, dotenv: Path) -> None:
    for service in services(name, dotenv).values():
        assert service["restart"] == "unless-stopped"
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
        assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize(("name", "service"), OURS)
def test_the_bot_writes_on_its_volume_and_in_memory_only(name: str, service: str, dotenv: Path) -> None:
    body = services(name, dotenv)[service]
    assert body["read_only"] is True
    assert body["tmpfs"] == ["/tmp"]  # noqa: S108
    assert body["cap_drop"] == ["ALL"]
    assert "user" not in body
    assert ("USER", "10001:10001") in last_stage()


def test_images_of_others_are_pinned_by_digest(dotenv: Path) -> None:
    bases = [rest for name, rest in instructions() if name == "ARG"]
    others = [body["image"] for name in FILES for body in services(name, dotenv).values()]
    pinned = re.compile(r"(BASE=python|postgres):[\w.-]+@sha256:[0-9a-f]{64}")
    for image in [*bases, *(image for image in others if image != "nanobanana-bot")]:
        assert pinned.fullmatch(image), image


@needs("docker-compose")
@pytest.mark.parametrize("name", FILES)
def test_compose_itself_reads_the_files_the_same_way(name: str, dotenv: Path) -> None:
    theirs = compose_config(name, dotenv)
    for service, ours in services(name, dotenv).items():
        said = {key: value.replace("$$", "$") for key, value in theirs[service]["environment"].items()}
        if "env_file" not in ours:
            assert said == ours["environment"]
            continue
        made = process_environment(ours, dotenv)
        assert said == {key: made[key] for key in said}
        assert set(said) >= {"DATA_DIR", "WEB_HOST", "TELEGRAM_BOT_TOKEN"}
        assert ours["ports"] == [
            f"{port['host_ip']}:{port['published']}:{port['target']}" for port in theirs[service]["ports"]
        ]


def compose_config(name: str, dotenv: Path) -> dict[str, Any]:
    """The services as docker compose prints them; it checks the file against its schema on the way."""
    shutil.copy(DEPLOY / name, dotenv.parent / name)
    command = [str(tool("docker-compose")), "-f", name, "config", "--format", "json"]
    done = subprocess.run(command, cwd=dotenv.parent, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["services"]
    return found
