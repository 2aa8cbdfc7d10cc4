"""What a setting may be: each type takes it as somebody writes it, and refuses in words what it is not."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

_PROXY_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})


def _token(token: SecretStr) -> SecretStr:
    number, _, rest = token.get_secret_value().partition(":")
    if not (number.isdecimal() and rest and "/" not in rest and " " not in rest):
        raise ValueError("is not a bot token: BotFather gives one like 123456789:AAE...")
    return token


def _key(key: SecretStr) -> SecretStr:
    if not key.get_secret_value():
        raise ValueError("is empty")
    return key


def _ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return frozenset(int(part) for part in value.split(",") if part.strip())
    except ValueError:
        raise ValueError("takes whole numbers separated by commas") from None


def _folder(folder: Path) -> Path:
    try:
        return folder.expanduser()
    except RuntimeError:
        raise ValueError("begins with ~, and this user has no home folder") from None


def _proxy(proxy: SecretStr) -> SecretStr:
    url = proxy.get_secret_value()
    if not url:
        return proxy
    full = url if "://" in url else f"http://{url}"
    if urlsplit(full).scheme not in _PROXY_SCHEMES or not urlsplit(full).hostname:
        raise ValueError("must be the URL of a proxy: http://, https://, socks5:// or socks5h://")
    return SecretStr(full)


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


ApiKey = Annotated[SecretStr, AfterValidator(_key)]
BotToken = Annotated[SecretStr, AfterValidator(_token)]
Folder = Annotated[Path, AfterValidator(_folder)]
Ids = Annotated[frozenset[int], BeforeValidator(_ids)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
Port = Annotated[int, Field(ge=0, le=65535)]
ProxyUrl = Annotated[SecretStr, AfterValidator(_proxy)]
