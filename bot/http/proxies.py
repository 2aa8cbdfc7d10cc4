"""Which proxy a URL takes, if any."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxies:
    """A proxy's URL (http, https, socks5 or socks5h) for each scheme, empty for none.

    `no_proxy` lists what is called directly, as for curl: hosts with their subdomains, addresses, networks,
    each with or without a port, or `*`. This machine is always called directly.
    """

    https: str = field(default="", repr=False)
    http: str = field(default="", repr=False)
    no_proxy: tuple[str, ...] = ()

    def of(self, url: str) -> str | None:
        """The URL of the proxy for a URL, or None."""
        parts = urlsplit(url)
        proxy = {"https": self.https, "http": self.http}.get(parts.scheme)
        return proxy if proxy and not self._is_direct(parts) else None

    def _is_direct(self, parts: SplitResult) -> bool:
        host = (parts.hostname or "").rstrip(".")
        if host == "localhost" or _is_in(host, "127.0.0.0/8") or _is_in(host, "::1/128"):
            return True
        port = parts.port or _PORTS.get(parts.scheme)
        return any(_is_named(host, port, entry.strip().lower()) for entry in self.no_proxy)


DIRECT = Proxies()


def _is_named(host: str, port: int | None, entry: str) -> bool:
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal() and (":" not in name or name.endswith("]")):
        return int(number) == port and _is_named(host, port, name)
    if not entry:
        return False
    domain = entry.removeprefix("*").strip("[]").strip(".")
    return entry == "*" or host == domain or host.endswith(f".{domain}") or _is_in(host, domain)


def _is_in(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
