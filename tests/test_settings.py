import re
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError

NEEDED = {"TELEGRAM_BOT_TOKEN": "123456789:" + "A" * 35, "NANOBANANA_API_KEY": "0f" * 16}
HOSTED = {**NEEDED, "PUBLIC_URL": "https://bot.example.org"}


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


def problems(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **environment)
    return caught.value.problems


def test_the_example_names_every_setting_and_nothing_else() -> None:
    example = (Path(__file__).parents[1] / ".env.example").read_text()
    names = re.findall(r"^([A-Z0-9_]+)=", example, re.MULTILINE)
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    example = (Path(__file__).parents[1] / ".env.example").read_text()
    plain = load(monkeypatch, **HOSTED)
    (tmp_path / ".env").write_text(example)
    assert load(monkeypatch, **HOSTED) == plain


def test_every_problem_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = problems(
        monkeypatch,
        TELEGRAM_BOT_TOKEN="nonsense",
        RATE_LIMIT_EDITS="-1",
        ALLOWED_CHATS="me",
        LOG_FORMAT="xml",
    )
    assert [line.split()[0] for line in found] == [
        "TELEGRAM_BOT_TOKEN",
        "NANOBANANA_API_KEY",
        "IMAGE_HOST",
        "RATE_LIMIT_EDITS",
        "ALLOWED_CHATS",
        "LOG_FORMAT",
    ]


def test_a_problem_never_repeats_what_was_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hunter2" not in "\n".join(problems(monkeypatch, **HOSTED | {"TELEGRAM_BOT_TOKEN": "hunter2"}))


def test_the_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(load(monkeypatch, **HOSTED))
    assert NEEDED["TELEGRAM_BOT_TOKEN"] not in shown
    assert NEEDED["NANOBANANA_API_KEY"] not in shown


def test_the_database_lives_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, DATA_DIR="/var/lib/bot", **HOSTED)
    assert settings.database_url == "sqlite+aiosqlite:////var/lib/bot/bot.db"


def test_ids_are_numbers_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, ALLOWED_CHATS="-1001, 42,", ADMIN_IDS="", **HOSTED)
    assert settings.allowed_chats == {-1001, 42}
    assert settings.admin_ids == frozenset()


@pytest.mark.parametrize(
    ("host", "missing"),
    [
        ("web", ["IMAGE_HOST"]),
        ("s3", ["S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"]),
        ("kie", ["KIE_API_KEY"]),
    ],
)
def test_a_photo_host_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, host: str, missing: list[str]
) -> None:
    assert [line.split()[0] for line in problems(monkeypatch, IMAGE_HOST=host, **NEEDED)] == missing


@pytest.mark.parametrize("name", ["PUBLIC_URL", "TELEGRAM_API_URL", "NANOBANANA_API_URL", "S3_ENDPOINT_URL"])
def test_a_plain_http_address_is_taken_on_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert name in problems(monkeypatch, **HOSTED | {name: "http://example.org"})[0]
    settings = load(monkeypatch, **HOSTED | {name: "http://127.0.0.1:9000/"})
    assert getattr(settings, name.lower()) == "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    ("url", "shown", "password"),
    [
        (
            "postgresql+asyncpg://bot:12/secret@db.example/bot",
            "postgresql+asyncpg://db.example/bot",
            "12/secret",
        ),
        ("postgresql+asyncpg://bot:/secret@db.example/bot", "postgresql+asyncpg://db.example/bot", "/secret"),
        ("postgresql+asyncpg://bot:pa/secret@db:5432/bot", "postgresql+asyncpg://db:5432/bot", "pa/secret"),
        ("postgresql+asyncpg://bot:12%2Fsecret@db/bot", "postgresql+asyncpg://db/bot", "12/secret"),
        (
            "postgresql+asyncpg://bot@db/bot?password=12secret&port=1",
            "postgresql+asyncpg://db/bot",
            "12secret",
        ),
        ("postgresql+asyncpg://bot:12345@secret@db/bot", "postgresql+asyncpg://db/bot", ""),
        ("postgresql+asyncpg://bot@/bot?host=/run/secret", "postgresql+asyncpg:///bot", ""),
        ("sqlite+aiosqlite:////tmp/x", "sqlite+aiosqlite:////tmp/x", ""),
        ("sqlite+aiosqlite:///tmp/x?mode=rw", "sqlite+aiosqlite:///tmp/x", ""),
    ],
)
def test_the_database_is_shown_without_who_opens_it_and_the_password_is_a_secret(
    monkeypatch: pytest.MonkeyPatch, url: str, shown: str, password: str
) -> None:
    settings = load(monkeypatch, DATABASE_URL=url, **HOSTED)
    assert settings.shown_database_url == shown
    assert not password or password in settings.secrets


def test_a_password_that_anybody_would_guess_leaves_the_log_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, DATABASE_URL="postgresql+asyncpg://bot:bot@db/bot", **HOSTED)
    assert "bot" not in settings.secrets


def test_a_database_url_that_cannot_be_read_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = problems(monkeypatch, DATABASE_URL="postgresql+asyncpg://bot:hunter2@db:no/bot", **HOSTED)
    assert problem == "DATABASE_URL has a port that is no number"


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_is_taken_in_every_usual_spelling(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for url in (
        "http://proxy:3128",
        "socks5://proxy:1080",
        "socks5h://me:s3cret-word@proxy:1080",
        "proxy:3128",
    ):
        settings = load(monkeypatch, **HOSTED | {name: url})
        known = getattr(settings, name.lower()).get_secret_value()
        assert known == (url if "://" in url else f"http://{url}")
        assert ("s3cret-word" in settings.secrets) == ("s3cret-word" in url)
        assert "s3cret-word" not in repr(settings)


@pytest.mark.parametrize("url", ["ftp://proxy:21", "socks4://proxy", "http://", "://"])
def test_what_is_no_proxy_is_named(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    (problem,) = problems(monkeypatch, **HOSTED | {"HTTPS_PROXY": url})
    assert problem.startswith("HTTPS_PROXY must be the URL of a proxy")
