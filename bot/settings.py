"""The settings. Nothing else reads the environment (or `.env`)."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.env_file import EnvFileUnreadable, find_misspelled, read_env_file
from bot.setting_types import ApiKey, BotToken, Folder, Ids, LogLevel, Port, ProxyUrl
from bot.urls import database_passwords, is_bare, passwords_in, shown_database_url, web_url

ENV_FILE = Path(".env")
_MAY_BE_PLAIN = frozenset({"telegram_api_url", "telegram_files_url", "s3_endpoint_url"})
_SHORTEST_SECRET = 6
"""One that is shorter is found by guessing, and may be part of any word in the log."""


class SettingsError(Exception):
    """Settings are missing or wrong; `problems` has one line per problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseModel):
    """What `.env.example` lists, name by name. Durations are in seconds."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        validate_default=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )
    _misspelled: dict[str, str] = PrivateAttr(default_factory=dict)

    allow_plain_http: bool = False
    telegram_bot_token: BotToken
    telegram_api_url: str = "https://api.telegram.org"
    telegram_files_url: str = ""
    nanobanana_api_key: ApiKey
    nanobanana_api_url: str = "https://api.nanobananaapi.ai"
    nanobanana_model: Literal["nano-banana", "nano-banana-2", "nano-banana-pro"] = "nano-banana"
    nanobanana_resolution: Literal["auto", "1K", "2K", "4K"] = "auto"
    nanobanana_max_resolution: Literal["1K", "2K", "4K"] = "2K"
    framing: Literal["extend", "crop"] = "extend"

    nanobanana_credits_per_edit: NonNegativeFloat = 0
    daily_credits: NonNegativeFloat = 0
    low_credits: NonNegativeFloat = 100
    show_prices: bool = False
    nanobanana_creates_per_10_seconds: PositiveInt = 15
    nanobanana_tasks_in_flight: PositiveInt = 100

    data_dir: Folder = Path("data")
    database_url: str = "sqlite+aiosqlite:///{DATA_DIR}/bot.db"
    max_stored_bytes: PositiveInt = 5_000_000_000

    web_host: str = "127.0.0.1"
    web_port: Port = 8080
    public_url: str = ""
    telegram_webhook: bool = False
    image_host: Literal["web", "s3", "kie"] = "auto"  # type: ignore[assignment] # decided below
    s3_bucket: str = ""
    s3_endpoint_url: str = ""
    s3_region: str = "us-east-1"
    s3_access_key_id: str = ""
    s3_secret_access_key: SecretStr = SecretStr("")
    kie_api_key: SecretStr = SecretStr("")
    kie_upload_url: str = "https://kieai.redpandaai.co"

    https_proxy: ProxyUrl = SecretStr("")
    http_proxy: ProxyUrl = SecretStr("")
    all_proxy: ProxyUrl = SecretStr("")
    no_proxy: str = ""

    poll_interval_seconds: PositiveFloat = 5
    looks_per_second: PositiveFloat = 20
    edit_timeout_seconds: PositiveFloat = 300
    rate_limit_edits: NonNegativeInt = 20
    rate_limit_window_seconds: Annotated[int, Field(gt=0, le=30 * 24 * 3600)] = 3600
    person_limit_edits: NonNegativeInt = 10
    forgiven_edits: NonNegativeInt = 3
    max_active_edits_per_chat: NonNegativeInt = 5
    max_waiting_edits_per_chat: NonNegativeInt = 20
    max_request_age_seconds: PositiveInt = 3600
    open_to_all: bool = False
    allowed_chats: Ids = frozenset()
    admin_ids: Ids = frozenset()

    log_level: LogLevel = "INFO"
    log_format: Literal["text", "json"] = "text"

    @model_validator(mode="before")
    @classmethod
    def _host_that_is_configured(cls, values: dict[str, Any]) -> dict[str, Any]:
        """`auto` is decided here, so that everybody else knows three hosts."""
        if values.get("image_host", "auto") != "auto":
            return values
        s3 = values.get("s3_bucket") or values.get("s3_access_key_id")
        return {**values, "image_host": "s3" if s3 else "kie" if values.get("kie_api_key") else "web"}

    @field_validator(
        "telegram_api_url",
        "telegram_files_url",
        "nanobanana_api_url",
        "public_url",
        "s3_endpoint_url",
        "kie_upload_url",
    )
    @classmethod
    def _https_or_loopback(cls, url: str, info: ValidationInfo) -> str:
        may_be_plain = info.field_name in _MAY_BE_PLAIN
        hint = "; ALLOW_PLAIN_HTTP=true for a server in a network that you trust" if may_be_plain else ""
        plain = may_be_plain and info.data.get("allow_plain_http", False)
        return web_url(url, plain=plain, hint=hint) if url else ""

    @field_validator("public_url")
    @classmethod
    def _bare(cls, url: str) -> str:
        if not is_bare(url):
            raise ValueError(
                "must be https:// and a name alone: the bot's web server answers at /i/, /callback/ and "
                "/telegram of that name, and nowhere else"
            )
        return url

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
                "needs a way for photos: PUBLIC_URL, the https address at which the internet reaches this "
                "bot's web server; or storage (S3_BUCKET and its keys); or KIE_API_KEY"
            )
        return host

    @field_validator("s3_bucket", "s3_access_key_id", "s3_secret_access_key", "kie_api_key")
    @classmethod
    def _host_is_complete(cls, value: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        host = (info.field_name or "").partition("_")[0]
        if info.data.get("image_host") == host and not (
            value.get_secret_value() if isinstance(value, SecretStr) else value
        ):
            raise ValueError(f"is missing, and the way that photos take ({host}) needs it")
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
        plain = [secret.get_secret_value() for secret in hidden]
        proxies = (self.https_proxy, self.http_proxy, self.all_proxy)
        urls = [proxy.get_secret_value() for proxy in proxies]
        urls += (self.telegram_api_url, self.nanobanana_api_url, self.s3_endpoint_url, self.kie_upload_url)
        found = (
            plain[0].partition(":")[2],
            *plain,
            *database_passwords(self.database_url),
            *passwords_in(urls),
        )
        return tuple(secret for secret in found if len(secret) >= _SHORTEST_SECRET)

    @property
    def misspelled(self) -> dict[str, str]:
        """Names in `.env` that are no setting, each with the nearest that is one (empty for none)."""
        return self._misspelled

    @property
    def shown_database_url(self) -> str:
        """Where the database is, without who opens it."""
        return shown_database_url(self.database_url)

    @classmethod
    def load(
        cls,
        environment: Mapping[str, str] = os.environ,  # noqa: TID251 - this is where it is read
        env_file: Path = ENV_FILE,
    ) -> Self:
        """Read the environment and `.env`. Raises SettingsError with every problem at once."""
        try:
            in_file = read_env_file(env_file)
        except EnvFileUnreadable as error:
            raise SettingsError([str(error)]) from None
        given = {
            name.lower(): value
            for source in (in_file, environment)
            for name, value in source.items()
            if value
        }
        known = [name.upper() for name in cls.model_fields]
        slipped = find_misspelled(in_file, environment, known)
        return cls._of({name: given[name] for name in cls.model_fields if name in given}, slipped)

    def with_database(self, url: str) -> Self:
        """The same settings with another DATABASE_URL. Raises SettingsError."""
        return self._of({**dict(self), "database_url": url}, self._misspelled)

    @classmethod
    def _of(cls, values: Mapping[str, object], slipped: dict[str, str]) -> Self:
        try:
            return cls.model_validate(values, context=slipped)
        except ValidationError as error:
            problems = [
                f"{str(item['loc'][0]).upper()} {_plain(item['type'], item['msg'])}"
                for item in error.errors()
            ]
            raise SettingsError([*problems, *slips(slipped)]) from None

    def model_post_init(self, slipped: dict[str, str] | None) -> None:
        """Keep what `load` found beside the values."""
        self._misspelled.update(slipped or {})


def slips(misspelled: Mapping[str, str]) -> list[str]:
    """A sentence for each name that is no setting."""
    return [
        f"{name} is no setting, so it has no effect{f'; {nearest} is one' if nearest else ''}"
        for name, nearest in misspelled.items()
    ]


def _plain(kind: str, message: str) -> str:
    """A problem in words for whoever wrote the setting."""
    if kind == "missing":
        return "is missing"
    for prefix, words in _SHOULD_BE.items():
        if kind.startswith(prefix):
            return f"should be {words}"
    return message.removeprefix("Value error, ").replace("Input should be", "should be", 1)


_SHOULD_BE = {
    "int_": "a whole number",
    "float_": "a number",
    "finite_": "a number",
    "bool_": "true or false",
}
