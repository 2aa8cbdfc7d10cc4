"""Which network addresses may be called when the URL comes from somebody else."""

import asyncio
import ipaddress
import itertools
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host (name and port), best first. Raises OSError, UnicodeError for an invalid name."""

_UNICAST = ipaddress.IPv6Network("2000::/3")
_DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = 0x5EFE
_IPV4_NOT_PUBLIC = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "192.88.99.0/24",  # relays
        "192.0.0.0/24",  # protocol assignments; `is_global` misses some, such as 192.0.0.8
        "168.63.129.16/32",  # Azure's own services, for its machines only
    )
)
_FAILURES_KEPT = 256


async def resolve(host: str, port: int) -> list[str]:
    """The system's own resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the open internet, and so does every address that is embedded in it."""
    parsed = _parsed(address)
    return parsed is not None and _is_open(parsed)


def is_this_machine(address: str) -> bool:
    parsed = _parsed(address)
    return parsed is not None and parsed.is_loopback


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        reserved = address.is_multicast or address.is_reserved
        return address.is_global and not (reserved or any(address in each for each in _IPV4_NOT_PUBLIC))
    embedded = list(_embedded(address))
    if not all(_is_open(inner) for inner in embedded):
        return False
    if address.ipv4_mapped is not None or address in _NAT64:
        return True
    # ISATAP: a tunnel inside somebody's own network, of any prefix (the bit 0x0200 says "globally unique").
    if (int(address) >> 32 & 0xFDFF_FFFF) == _ISATAP:
        return False
    return address in _UNICAST and address.is_global and address not in _DOCUMENTATION


def _embedded(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a packet to `address` may be passed on to."""
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)


class AddressOrder:
    """Which of a host's addresses to try first: IPv4 and IPv6 in turn, those that failed before at the end.

    Of those that failed, the one that failed longest ago comes first: so the next try continues where the
    last one stopped.
    """

    def __init__(self) -> None:
        self._failures: dict[str, None] = {}

    def of(self, addresses: Sequence[str]) -> list[str]:
        """The same addresses, in the order in which to try them."""
        ranks = {address: rank for rank, address in enumerate(self._failures, 1)}
        return sorted(_mixed(addresses), key=lambda address: ranks.get(address, 0))

    def failed(self, address: str) -> None:
        self._failures.pop(address, None)
        self._failures[address] = None
        while len(self._failures) > _FAILURES_KEPT:
            del self._failures[next(iter(self._failures))]


def _mixed(addresses: Sequence[str]) -> list[str]:
    """IPv4 and IPv6 in turn, beginning with the resolver's first choice."""
    first = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    second = [address for address in addresses if address not in first]
    pairs = itertools.zip_longest(first, second)
    return [address for pair in pairs for address in pair if address is not None]
