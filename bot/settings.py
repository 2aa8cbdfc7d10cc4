"""The settings. Nothing else reads the environment (or `.env`)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import (
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PROXY_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})
_SHORTEST_PASSWORD = 6
"""A shorter one is easy to guess, and may be part of any word in the log."""
Port = Annotated[int, Field(ge=0, le=65535)]
Ids = Annotated[frozenset[int], NoDecode]


class SettingsError(Exception):
    """Settings are missing or wrong; `problems` has one line per problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """The settings of `.env.example`, with the same names. Durations are in seconds."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_default=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    telegram_bot_token: SecretStr
    telegram_api_url: str = "https://api.telegram.org"
    nanobanana_api_key: SecretStr
    nanobanana_api_url: str = "https://api.nanobananaapi.ai"
    nanobanana_model: Literal["nano-banana", "nano-banana-2", "nano-banana-pro"] = "nano-banana"
    nanobanana_resolution: Literal["1K", "2K", "4K"] = "1K"

    nanobanana_creates_per_10_seconds: PositiveInt = 15
    nanobanana_tasks_in_flight: PositiveInt = 100

    data_dir: Path = Path("data")
    database_url: str = "sqlite+aiosqlite:///{DATA_DIR}/bot.db"

    web_host: str = "127.0.0.1"
    web_port: Port = 8080
    public_url: str = ""
    telegram_webhook: bool = False
    image_host: Literal["web", "s3", "kie"] = "web"
    s3_bucket: str = ""
    s3_endpoint_url: str = ""
    s3_region: str = "us-east-1"
    s3_access_key_id: str = ""
    s3_secret_access_key: SecretStr = SecretStr("")
    kie_api_key: SecretStr = SecretStr("")
    kie_upload_url: str = "https://kieai.redpandaai.co"

    https_proxy: SecretStr = SecretStr("")
    http_proxy: SecretStr = SecretStr("")
    all_proxy: SecretStr = SecretStr("")
    no_proxy: str = ""

    poll_interval_seconds: PositiveFloat = 5
    edit_timeout_seconds: PositiveFloat = 300
    rate_limit_edits: NonNegativeInt = 20
    rate_limit_window_seconds: Annotated[int, Field(gt=0, le=30 * 24 * 3600)] = 3600
    max_active_edits_per_chat: PositiveInt = 5
    allowed_chats: Ids = frozenset()
    admin_ids: Ids = frozenset()

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr) -> SecretStr:
        number, _, rest = token.get_secret_value().partition(":")
        if not (number.isdecimal() and rest and "/" not in rest and " " not in rest):
            raise ValueError("is not a bot token: BotFather gives one like 123456789:AAE...")
        return token

    @field_validator("nanobanana_api_key")
    @classmethod
    def _is_there(cls, key: SecretStr) -> SecretStr:
        if not key.get_secret_value():
            raise ValueError("is empty")
        return key

    @field_validator("allowed_chats", "admin_ids", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return frozenset(int(part) for part in value.split(",") if part.strip())
        except ValueError:
            raise ValueError("takes whole numbers separated by commas") from None

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator(
        "telegram_api_url", "nanobanana_api_url", "public_url", "s3_endpoint_url", "kie_upload_url"
    )
    @classmethod
    def _https_or_loopback(cls, url: str) -> str:
        if url and not is_loopback(url) and not url.startswith("https://"):
            raise ValueError("must be an https:// URL (http:// only on this machine)")
        return url.rstrip("/")

    @field_validator("https_proxy", "http_proxy", "all_proxy")
    @classmethod
    def _proxy(cls, proxy: SecretStr) -> SecretStr:
        url = proxy.get_secret_value()
        if not url:
            return proxy
        full = url if "://" in url else f"http://{url}"
        if urlsplit(full).scheme not in _PROXY_SCHEMES or not urlsplit(full).hostname:
            raise ValueError("must be the URL of a proxy: http://, https://, socks5:// or socks5h://")
        return SecretStr(full)

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str, info: ValidationInfo) -> str:
        if not url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError("must start with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        if url in ("sqlite+aiosqlite:///", "sqlite+aiosqlite:///:memory:"):
            raise ValueError("must name a file: sqlite+aiosqlite:////var/lib/bot/bot.db")
        try:
            make_url(url)
        except ValueError:
            raise ValueError("has a port that is no number") from None
        except ArgumentError:
            raise ValueError("cannot be read as a URL") from None
        return url.replace("{DATA_DIR}", str(info.data.get("data_dir", "data")))

    @field_validator("telegram_webhook")
    @classmethod
    def _webhook_needs_an_address(cls, wanted: bool, info: ValidationInfo) -> bool:  # noqa: FBT001
        if wanted and info.data.get("public_url") == "":
            raise ValueError("is true, which needs PUBLIC_URL: the https address that Telegram calls")
        return wanted

    @field_validator("image_host")
    @classmethod
    def _web_needs_an_address(cls, host: str, info: ValidationInfo) -> str:
        if host == "web" and info.data.get("public_url") == "":
            raise ValueError(
                "is web, which needs PUBLIC_URL: the https address at which the internet reaches this bot's "
                "web server (or choose IMAGE_HOST=s3 or kie)"
            )
        return host

    @field_validator("s3_bucket", "s3_access_key_id", "s3_secret_access_key", "kie_api_key")
    @classmethod
    def _host_is_complete(cls, value: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        host = (info.field_name or "").partition("_")[0]
        if info.data.get("image_host") == host and not (
            value.get_secret_value() if isinstance(value, SecretStr) else value
        ):
            raise ValueError(f"is missing: IMAGE_HOST={host} needs it")
        return value

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must not be in any log line."""
        hidden = (
            self.telegram_bot_token,
            self.nanobanana_api_key,
            self.s3_secret_access_key,
            self.kie_api_key,
        )
        token = self.telegram_bot_token.get_secret_value()
        return (
            token.partition(":")[2],
            *(secret.get_secret_value() for secret in hidden),
            *_passwords(make_url(self.database_url)),
            *_proxy_passwords((self.https_proxy, self.http_proxy, self.all_proxy)),
        )

    @property
    def shown_database_url(self) -> str:
        """DATABASE_URL without user name and password."""
        url = make_url(self.database_url)
        host = url.host.rpartition("@")[2] if url.host else None  # an @ in a password has to be %40
        shown = URL.create(url.drivername, host=host, port=url.port, database=url.database)
        return shown.render_as_string()

    @classmethod
    def load(cls) -> Self:
        """Read the environment. Raises SettingsError with every problem at once."""
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError(
                [
                    f"{str(item['loc'][0]).upper()} {_plain(item['type'], item['msg'])}"
                    for item in error.errors()
                ]
            ) from None


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    return urlsplit(url).hostname in _LOOPBACK


def _passwords(url: URL) -> list[str]:
    """The password of a database URL, as it is and as it is written in a URL."""
    known = [url.password or "", *url.normalized_query.get("password", ())]
    long = [password for password in known if len(password) >= _SHORTEST_PASSWORD]
    return [form for password in long for form in (password, quote(password, safe=""))]


def _proxy_passwords(proxies: Iterable[SecretStr]) -> list[str]:
    """The passwords of proxy URLs, as written in the URL and decoded."""
    found = [urlsplit(proxy.get_secret_value()).password or "" for proxy in proxies]
    long = [password for password in found if len(password) >= _SHORTEST_PASSWORD]
    return [form for password in long for form in (password, unquote(password))]


def _plain(kind: str, message: str) -> str:
    if kind == "missing":
        return "is missing"
    return message.removeprefix("Value error, ").replace("Input should be", "should be", 1)
