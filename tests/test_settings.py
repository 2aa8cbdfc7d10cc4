import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.settings import Settings, SettingsError, slips
from bot.urls import shown_url

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


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("TELEGRAM_BOT_TOKEN=é\n".encode("utf-16"), ".env is saved as UTF-16 (“Unicode”); save it as UTF-8"),
        ("TELEGRAM_BOT_TOKEN=1\n".encode("utf-16-le"), ".env is saved as UTF-16"),
        ("# 1\n# Clé\n".encode("latin-1"), ".env is not saved as UTF-8: line 2"),
    ],
)
def test_a_file_in_another_encoding_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / ".env").write_bytes(content)
    (problem,) = problems(monkeypatch, **HOSTED)
    assert problem.startswith(told)


def test_a_file_that_windows_marked_as_utf_8_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ADMIN_IDS=7\n", encoding="utf-8-sig")
    assert load(monkeypatch, **HOSTED).admin_ids == {7}


def test_a_file_that_is_a_folder_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert problems(monkeypatch, **HOSTED) == [".env cannot be read: Is a directory"]


def test_names_that_are_no_setting_are_found_with_the_nearest_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("ALOWED_CHATS=1\nFAVOURITE_COLOUR=blue\nlog_level=debug\n")
    settings = load(monkeypatch, ADMIN_ID="1", TERM="dumb", FTP_PROXY="x", **HOSTED)
    assert settings.misspelled == {
        "ALOWED_CHATS": "ALLOWED_CHATS",
        "FAVOURITE_COLOUR": "",
        "ADMIN_ID": "ADMIN_IDS",
    }
    assert slips(settings.misspelled)[0] == (
        "ALOWED_CHATS is no setting, so it has no effect; ALLOWED_CHATS is one"
    )


def test_a_slip_is_told_with_what_is_missing_because_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("NANOBANANA_KEY=1\n")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", NEEDED["TELEGRAM_BOT_TOKEN"])
    monkeypatch.setenv("PUBLIC_URL", HOSTED["PUBLIC_URL"])
    assert problems(monkeypatch) == [
        "NANOBANANA_API_KEY is missing",
        "NANOBANANA_KEY is no setting, so it has no effect; NANOBANANA_API_KEY is one",
    ]


def test_values_are_not_taken_from_this_machine_unless_they_are_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("ALLOWED_CHATS=1\n")
    monkeypatch.setenv("ADMIN_IDS", "1")
    settings = Settings.model_validate({name.lower(): value for name, value in HOSTED.items()})
    assert (settings.allowed_chats, settings.admin_ids) == (frozenset(), frozenset())


def test_addresses_are_taken_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, **NEEDED, PUBLIC_URL="HTTPS://bot.example.org/")
    assert settings.public_url == "https://bot.example.org"


@pytest.mark.parametrize("rest", ["/bot", "?a=b", "/#top"])
def test_a_public_address_with_more_than_a_name_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, rest: str
) -> None:
    problem = problems(monkeypatch, **HOSTED | {"PUBLIC_URL": f"https://bot.example.org{rest}"})[0]
    assert problem.startswith("PUBLIC_URL must be https:// and a name alone: the bot's web server answers at")


def test_the_data_folder_may_be_in_the_users_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = load(monkeypatch, DATA_DIR="~/bot", **HOSTED)
    assert settings.data_dir == tmp_path / "bot"
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/bot/bot.db"


@pytest.mark.parametrize(
    ("name", "url"),
    [("TELEGRAM_API_URL", "http://telegram-bot-api:8081"), ("S3_ENDPOINT_URL", "http://192.168.1.9:9000")],
)
def test_a_plain_address_of_another_machine_is_taken_when_the_risk_is(
    monkeypatch: pytest.MonkeyPatch, name: str, url: str
) -> None:
    (problem,) = problems(monkeypatch, **HOSTED | {name: url})
    assert "ALLOW_PLAIN_HTTP=true" in problem
    allowed = load(monkeypatch, ALLOW_PLAIN_HTTP="true", **HOSTED | {name: url})
    assert getattr(allowed, name.lower()) == url
    (problem,) = problems(monkeypatch, **HOSTED | {"PUBLIC_URL": "http://bot.lan"})
    assert problem == "PUBLIC_URL must be an https:// URL (http:// only on this machine)"


@pytest.mark.parametrize(
    "name", ["TELEGRAM_API_URL", "NANOBANANA_API_URL", "S3_ENDPOINT_URL", "KIE_UPLOAD_URL"]
)
def test_the_password_of_an_address_is_a_secret_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    settings = load(monkeypatch, **HOSTED | {name: "https://me:pass%2Fword@api.example.org/v1?key=1"})
    assert {"pass%2Fword", "pass/word"} <= set(settings.secrets)
    assert shown_url(getattr(settings, name.lower())) == "https://api.example.org/v1"


def test_a_secret_that_may_be_part_of_any_word_is_not_cut_out(monkeypatch: pytest.MonkeyPatch) -> None:
    short = {"S3_SECRET_ACCESS_KEY": "b", "KIE_API_KEY": "xyzzy", "TELEGRAM_BOT_TOKEN": "1:a"}
    settings = load(monkeypatch, **HOSTED | short)
    assert settings.secrets == (NEEDED["NANOBANANA_API_KEY"],)


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ({"PUBLIC_URL": "https://bot.example.org"}, "web"),
        ({"KIE_API_KEY": "key-of-kie"}, "kie"),
        ({"S3_BUCKET": "b", "S3_ACCESS_KEY_ID": "i", "S3_SECRET_ACCESS_KEY": "s"}, "s3"),
        ({"PUBLIC_URL": "https://bot.example.org", "KIE_API_KEY": "key-of-kie"}, "kie"),
        ({"PUBLIC_URL": "https://bot.example.org", "KIE_API_KEY": "k", "IMAGE_HOST": "web"}, "web"),
    ],
)
@pytest.mark.parametrize("auto", [{}, {"IMAGE_HOST": "auto"}])
def test_photos_go_where_something_is_configured(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], host: str, auto: dict[str, str]
) -> None:
    assert load(monkeypatch, **NEEDED, **{**auto, **given}).image_host == host


def test_half_of_a_storage_says_what_else_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    found = problems(monkeypatch, S3_BUCKET="photos", **HOSTED)
    assert [line.split()[0] for line in found] == ["S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("WEB_PORT", "many", "should be a whole number"),
        ("WEB_PORT", "8080.5", "should be a whole number"),
        ("POLL_INTERVAL_SECONDS", "soon", "should be a number"),
        ("POLL_INTERVAL_SECONDS", "nan", "should be greater than 0"),
        ("TELEGRAM_WEBHOOK", "maybe", "should be true or false"),
        ("WEB_PORT", "70000", "should be less than or equal to 65535"),
        ("IMAGE_HOST", "ftp", "should be 'web', 's3' or 'kie'"),
    ],
)
def test_what_a_setting_should_be_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    assert problems(monkeypatch, **HOSTED | {name: value}) == [f"{name} {told}"]


def test_the_page_of_settings_shows_the_defaults() -> None:
    page = (Path(__file__).parents[1] / "docs" / "settings.md").read_text()
    example = dotenv_values(Path(__file__).parents[1] / ".env.example")
    rows = re.findall(r"^\| (`[A-Z0-9_]+`(?:, `[A-Z0-9_]+`)*) \| (.*?) \|", page, re.MULTILINE)
    shown = {
        name: default
        for names, defaults in rows
        for name, default in zip(
            re.findall(r"`(\w+)`", names), re.findall(r"`([^`]*)`", defaults), strict=False
        )
        if len(re.findall("`", names)) == len(re.findall("`", defaults))
    }
    assert shown == {name: example[name] for name in shown}
    assert len(shown) > 15
