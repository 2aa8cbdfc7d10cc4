"""URLs in settings: which are taken, how they are shown, and what in them is a secret."""

from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import URL, make_url

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    return urlsplit(url).hostname in _LOOPBACK


def web_url(url: str, *, plain: bool, hint: str) -> str:
    """The URL as the bot uses it. `plain`: http:// may leave this machine. Raises ValueError in words."""
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.port == 0:
            raise ValueError
    except ValueError:
        raise ValueError("must be an https:// URL") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and (plain or is_loopback(url))):
        raise ValueError(f"must be an https:// URL (http:// only on this machine{hint})")
    return parts.geturl().rstrip("/")  # its scheme in small letters


def is_bare(url: str) -> bool:
    """Whether there is nothing but a scheme, a host and perhaps a port."""
    parts = urlsplit(url)
    return not (parts.path or parts.query or parts.fragment or parts.username)


def shown_url(url: str) -> str:
    """A web URL without who calls it and what is asked there."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def shown_database_url(url: str) -> str:
    """Where the database is, without who opens it."""
    whole = make_url(url)
    host = whole.host.rpartition("@")[2] if whole.host else None  # an @ in a password has to be %40
    shown = URL.create(whole.drivername, host=host, port=whole.port, database=whole.database)
    return shown.render_as_string()


def passwords_in(urls: Iterable[str]) -> list[str]:
    """As they are, and as the URLs have them."""
    found = [urlsplit(url).password or "" for url in urls]
    return [form for password in found for form in (password, unquote(password))]


def database_passwords(url: str) -> list[str]:
    """As it is, and as a URL has it."""
    whole = make_url(url)
    known = [whole.password or "", *whole.normalized_query.get("password", ())]
    return [form for password in known for form in (password, quote(password, safe=""))]
